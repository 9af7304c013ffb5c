"""Photos that are none, or were made to hurt: a clear word for each, and nothing of them in what is kept."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import textwrap
import zipfile
import zlib
from pathlib import Path

import pytest

from gateway.errors import Busy
from gateway.photos import darkroom
from gateway.photos.errors import (
    AnimatedPhoto,
    DamagedPhoto,
    EmptyPhoto,
    HeicPhoto,
    PhotoTooHeavy,
    PhotoTooLarge,
    TooManyPixels,
    UnknownFormat,
)
from kernel.errors import ServiceError
from tests.gateway.photos.pictures import chunk, corners, opened, png, quarters, saved, segment, zeros
from tests.gateway.photos.test_photos import UPRIGHT

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


async def refusal(upload: bytes) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await darkroom.take(upload)
    return caught.value


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("upload", "error"),
    [
        (b"", EmptyPhoto),
        (SVG, UnknownFormat),
        (b"GIF89a" + bytes(40), UnknownFormat),
        (b"BM" + bytes(100), UnknownFormat),
        (b"II*\0" + bytes(100), UnknownFormat),
        (b"%PDF-1.7\n" + bytes(100), UnknownFormat),
        (b"\x00\x00\x00\x18ftypheic\0\0\0\0mif1heic" + bytes(100), HeicPhoto),
        (b"\x00\x00\x00\x1cftypmif1\0\0\0\0mif1heic" + bytes(100), HeicPhoto),
        (b"\x00\x00\x00\x1cftypavif\0\0\0\0avifmif1" + bytes(100), UnknownFormat),
        (b"\xff\xd8\xff" + bytes(12_000_000), PhotoTooLarge),
    ],
)
async def test_what_its_first_bytes_give_away_is_never_opened(
    upload: bytes, error: type[ServiceError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(darkroom, "develop", lambda _: pytest.fail("it was opened"))
    assert type(await refusal(upload)) is error


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("upload", "error"),
    [
        (saved(quarters(600, 400))[:-700], DamagedPhoto),
        (saved(quarters(600, 400))[:60], DamagedPhoto),
        (saved(quarters(600, 400), "PNG")[:200], DamagedPhoto),
        (b"\xff\xd8\xff\xe0" + os.urandom(4000), DamagedPhoto),
        (b"\x89PNG\r\n\x1a\n" + SVG, DamagedPhoto),
        (b"\xff\xd8\xff" + SVG, DamagedPhoto),
        (b"RIFF\x40\0\0\0WEBPVP8 " + bytes(60), DamagedPhoto),
        (
            saved(quarters(), "WEBP", save_all=True, append_images=[quarters().rotate(180), quarters()]),
            AnimatedPhoto,
        ),
        (
            saved(
                quarters(),
                "PNG",
                save_all=True,
                append_images=[quarters().rotate(180), quarters()],
            ),
            AnimatedPhoto,
        ),
    ],
    ids=[
        "cut",
        "head only",
        "cut png",
        "noise",
        "png+svg",
        "jpeg+svg",
        "empty webp",
        "moving webp",
        "moving png",
    ],
)
async def test_what_cannot_be_shown_is_refused_with_its_reason(
    upload: bytes, error: type[ServiceError]
) -> None:
    assert type(await refusal(upload)) is error


@pytest.mark.anyio
async def test_a_small_file_that_unpacks_to_hundreds_of_megapixels_is_not_unpacked() -> None:
    bomb = png(30_000, 30_000, zeros(30_000 * 200))
    assert len(bomb) < 20_000
    said = await refusal(bomb)
    assert type(said) is TooManyPixels
    assert said.data == {"megapixels": 64}
    assert type(await refusal(png(2**31 - 1, 2**31 - 1, b""))) in {TooManyPixels, DamagedPhoto}


@pytest.mark.anyio
async def test_pixels_that_cost_more_memory_than_a_photo_are_given_up() -> None:
    """Within the limit of pixels, but of sixteen bits: shrinking would hold it several times."""
    side = 3_900
    heavy = png(side, side, zeros((side * 8 + 1) * side), depth=16, colour=6)
    assert len(heavy) < 1_000_000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            darkroom,
            "_DECODER",
            _weaker("MEMORY_BYTES: Final = 700_000_000", "MEMORY_BYTES: Final = 130_000_000"),
        )
        assert type(await refusal(heavy)) is PhotoTooHeavy


@pytest.mark.anyio
async def test_time_without_end_is_cut_off() -> None:
    busy = _weaker(
        "    photo = sys.stdin.buffer.read()\n",
        "    while True: pass\n",
        ("CPU_S: Final = 5", "CPU_S: Final = 1"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(darkroom, "_DECODER", busy)
        assert type(await refusal(saved(quarters()))) is PhotoTooHeavy
    idle = _weaker("    photo = sys.stdin.buffer.read()\n", "    import time; time.sleep(60)\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(darkroom, "_DECODER", idle)
        patch.setattr(darkroom, "WALL_S", 0.7)
        assert type(await refusal(saved(quarters()))) is PhotoTooHeavy


def test_chunks_that_unpack_to_much_or_lie_about_their_length_do_no_harm() -> None:
    profile = chunk(b"iCCP", b"big\0\0" + zeros(80_000_000))
    text = chunk(b"zTXt", b"big\0\0" + zeros(80_000_000))
    row = b"\0" + bytes([200] * 40)
    for each in (profile, text):
        sent = png(40, 40, zlib.compress(row * 40), each)
        try:
            assert darkroom.develop(sent).width == 40
        except DamagedPhoto:
            continue
    many = saved(quarters())
    for _ in range(80):
        many = segment(many, 0xE1, b"Exif\0\0" + b"MM\0*" + os.urandom(65_000))
    photo = darkroom.develop(many)
    assert corners(opened(photo.jpeg)) == UPRIGHT
    assert len(photo.jpeg) < 20_000


def test_what_was_glued_to_a_photo_is_not_in_what_is_kept() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("run.js", "alert('carried over')")
    page = b"<html><script>alert('carried over')</script></html>"
    plain = saved(quarters())
    for sent in (
        plain + packed.getvalue(),
        plain + page,
        segment(plain, 0xFE, page),
        segment(plain, 0xED, page),
    ):
        assert b"carried over" in sent or zipfile.is_zipfile(io.BytesIO(sent))
        photo = darkroom.develop(sent)
        for jpeg in (photo.jpeg, photo.thumbnail):
            assert not zipfile.is_zipfile(io.BytesIO(jpeg))
            assert b"<html" not in jpeg
            assert b"carried over" not in jpeg
            assert darkroom.size_of(jpeg) is not None


def test_only_a_bare_picture_passes_for_what_the_decoder_makes() -> None:
    plain = darkroom.develop(saved(quarters())).jpeg
    assert darkroom.size_of(plain) == (120, 80)
    for bad in (
        b"",
        SVG,
        plain[:-1],
        plain + b"PK",
        plain[:40],
        segment(plain, 0xE1, b"Exif\0\0"),
        segment(plain, 0xFE, b"comment"),
        saved(quarters(), "PNG"),
        saved(quarters(), progressive=True),
    ):
        assert darkroom.size_of(bad) is None


@pytest.mark.parametrize(
    "answer",
    [b"", b"NO", b"NOsense", b"OK", b"OK" + bytes(12), b"OK" + bytes(12) + SVG, b"NOpixels<script>"],
)
def test_an_answer_that_the_decoder_never_gives_is_not_believed(answer: bytes, tmp_path: Path) -> None:
    liar = tmp_path / "liar.py"
    liar.write_text(f"import sys\nsys.stdin.buffer.read()\nsys.stdout.buffer.write({answer!r})\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(darkroom, "_DECODER", liar)
        with pytest.raises(DamagedPhoto):
            darkroom.develop(saved(quarters()))


def test_a_decoder_that_talks_without_end_is_cut_off(tmp_path: Path) -> None:
    liar = tmp_path / "liar.py"
    liar.write_text(
        "import sys\nsys.stdin.buffer.read()\nwhile True: sys.stdout.buffer.write(bytes(65536))\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(darkroom, "_DECODER", liar)
        with pytest.raises(PhotoTooHeavy):
            darkroom.develop(saved(quarters()))


def test_within_its_limits_a_process_opens_nothing_and_reaches_nobody() -> None:
    """What a broken decoder could still try. The control: without the limits each of them works."""
    tries = {
        "read a file": "open('/etc/hostname').close()",
        "write a file": "open('/tmp/photo-escape', 'w').close()",
        "open a socket": "__import__('socket').socket().close()",
        "start a process": "os.waitpid(os.fork() or os._exit(0), 0)",
        "copy a handle": "os.dup(0)",
        "raise the limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))",
        "take much memory": "bytearray(900_000_000)",
    }
    probe = textwrap.dedent(
        """
        import os, resource, socket, sys
        sys.path.insert(0, {folder!r})
        import decoder
        tries = {tries!r}
        if {limited}:
            decoder._limit()
        done = []
        for name, code in tries.items():
            try:
                exec(code)
                done.append(name)
            except (OSError, ValueError, MemoryError):
                pass
        print(dict(done=done, environment=sorted(os.environ), uid=os.geteuid()))
        """
    )
    folder = str(Path(darkroom.__file__).parent)
    found = {}
    for limited in (True, False):
        code = probe.format(folder=folder, tries=tries, limited=limited)
        run = subprocess.run(
            [sys.executable, "-I", "-c", code], env={}, capture_output=True, text=True, timeout=20
        )
        assert run.returncode == 0, run.stderr
        found[limited] = eval(run.stdout)
    Path("/tmp/photo-escape").unlink(missing_ok=True)
    assert found[False]["done"] == list(tries)
    assert found[True]["done"] == []
    assert found[True]["uid"] != 0
    assert set(found[True]["environment"]) <= {"LC_CTYPE"}


def test_more_photos_than_can_wait_are_told_to_come_again() -> None:
    queue = darkroom._Queue()
    for _ in range(darkroom.AT_ONCE + darkroom.MOST_WAITING):
        queue.__enter__()
    with pytest.raises(Busy):
        queue.__enter__()
    queue.__exit__()
    queue.__enter__()


_made: list[Path] = []


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> None:
    _made[:] = [tmp_path]


def _weaker(line: str, other: str, *more: tuple[str, str]) -> Path:
    """The decoder with some lines changed: as if it had been taken over, or had less to spend."""
    text = darkroom._DECODER.read_text(encoding="utf-8")
    for old, new in ((line, other), *more):
        assert old in text
        text = text.replace(old, new)
    path = _made[0] / f"weaker{len(list(_made[0].iterdir()))}.py"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.anyio
async def test_a_machine_without_a_process_to_spare_asks_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(darkroom.subprocess, "Popen", none)
    assert type(await refusal(saved(quarters()))) is Busy
