"""Forms that bring files, as browsers send them and as nobody should."""

from __future__ import annotations

import os

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway import uploads
from gateway.errors import BadBody, BodyTooLarge, Busy, LengthRequired
from gateway.photos.errors import PhotoTooLarge, TooManyPhotos, UploadTooSlow
from kernel.errors import ServiceError

TAKES = {"photos": 2, "sheet": 1}
BOUNDARY = "----WebKitFormBoundaryAbC"
OPENING = f"--{BOUNDARY}\r\n".encode()
KIND = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    told = f'; filename="{filename}"\r\nContent-Type: image/jpeg' if filename is not None else ""
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'.encode()
        + content
        + b"\r\n"
    )


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


async def answer(content: bytes | object, **headers: str) -> httpx.Response:
    async def form(request: Request) -> JSONResponse:
        try:
            sent = await uploads.read_form(request, TAKES)
        except ServiceError as exc:
            return JSONResponse({"refused": exc.code, **exc.data}, 400)
        files = {name: [each.content.hex() for each in found] for name, found in sent.files.items()}
        return JSONResponse({"fields": sent.fields, "files": files})

    app = Starlette(routes=[Route("/", form, methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://a") as client:
        return await client.post("/", content=content, headers={"Content-Type": KIND, **headers})


@pytest.mark.anyio
async def test_fields_and_files_arrive_as_they_were_sent() -> None:
    blob = os.urandom(3000) + b"\r\n--" + BOUNDARY.encode()[:-1] + b"\r\n\r\n"
    sent = body(
        part("csrf", b"t"),
        part("words", "灰色外套\r\n左袖有洞".encode()),
        part("photos", blob, "IMG_1.jpg"),
        part("photos", b"two", "../../etc/passwd"),
        part("sheet", b"", ""),
        part("words", b"again"),
    )
    got = (await answer(sent)).json()
    assert got["fields"] == [["csrf", "t"], ["words", "灰色外套\r\n左袖有洞"], ["words", "again"]]
    assert got["files"] == {"photos": [blob.hex(), b"two".hex()], "sheet": []}


@pytest.mark.anyio
async def test_a_form_without_files_is_a_form() -> None:
    plain = {"Content-Type": "application/x-www-form-urlencoded"}
    got = (await answer(b"a=1&b=%E4%BC%9E&a=2", **plain)).json()
    assert got == {"fields": [["a", "1"], ["b", "伞"], ["a", "2"]], "files": {"photos": [], "sheet": []}}
    assert (await answer(b"{}", **{"Content-Type": "application/json"})).json()[
        "refused"
    ] == "gateway.wrong_media_type"


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (body(*(part("photos", b"x", "a") for _ in range(3))), TooManyPhotos),
        (body(part("photos", bytes(12_000_001), "a")), PhotoTooLarge),
        (body(part("words", bytes(64_001))), BodyTooLarge),
        (body(*(part(f"f{n}", b"") for n in range(201))), BadBody),
        (body(part("cv", b"x", "a")), BadBody),
        (part("a", b"1"), BadBody),
        (body(part("a", b"\xff\xfe")), BadBody),
        (b"", BadBody),
        (b"nothing of the kind", BadBody),
        (body(f"--{BOUNDARY}\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n".encode()), BadBody),
        (body(f"--{BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nx\r\n".encode()), BadBody),
        (body(OPENING + b"X-Y: z" * 2000 + b"\r\n\r\nx\r\n"), BadBody),
        (body(OPENING + b"X: z\r\n" * 20 + b"\r\nx\r\n"), BadBody),
    ],
    ids=[
        "many",
        "large",
        "long text",
        "fields",
        "unknown file",
        "cut",
        "no text",
        "empty",
        "no form",
        "attachment",
        "nameless",
        "long header",
        "headers",
    ],
)
def test_what_is_no_form_of_ours_is_refused(sent: bytes, error: type[ServiceError]) -> None:
    with pytest.raises(error):
        uploads.parse(sent, KIND, TAKES)


def test_a_form_without_a_boundary_is_none() -> None:
    for kind in (
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'x' * 300}",
    ):
        with pytest.raises(BadBody):
            uploads.parse(body(part("a", b"1")), kind, TAKES)


@pytest.mark.anyio
async def test_a_body_that_lies_about_its_length_stalls_or_is_too_much_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def stalling(chunk: bytes, seconds: float):  # type: ignore[no-untyped-def]
        import asyncio

        yield chunk
        await asyncio.sleep(seconds)
        yield chunk

    good = body(part("photos", bytes(500), "a"))
    assert (await answer(good)).status_code == 200
    without = await answer(stalling(good, 0))
    assert without.json()["refused"] == LengthRequired.code
    told = {"Content-Length": "26000001"}
    assert (await answer(stalling(good, 0), **told)).json()["refused"] == BodyTooLarge.code
    monkeypatch.setattr(uploads, "MOST_FORM_BYTES", 600)
    assert (await answer(stalling(good, 0), **{"Content-Length": "600"})).json()[
        "refused"
    ] == BodyTooLarge.code
    monkeypatch.setattr(uploads, "MOST_FORM_BYTES", 26_000_000)
    monkeypatch.setattr(uploads, "WITHIN_S", 0.05)
    slow = await answer(stalling(good, 2), **{"Content-Length": "2000"})
    assert slow.json()["refused"] == UploadTooSlow.code
    assert uploads._memory.used == 0


def test_all_forms_together_hold_no_more_memory_than_is_theirs() -> None:
    memory = uploads._Memory(1000)
    with memory.held() as first, memory.held() as second:
        first(600)
        second(400)
        with pytest.raises(Busy):
            second(1)
    assert memory.used == 0
    with memory.held() as third:
        third(1000)
