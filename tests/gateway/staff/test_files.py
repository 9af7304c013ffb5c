"""A desk whose form brings files, as the docstring of gateway.staff says: this module is one."""

from __future__ import annotations

import re

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway import photos
from gateway.staff import door, sheets
from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, act_with_files, page
from gateway.staff.people import Staff
from gateway.uploads import Files
from services.staff.schemas import Role
from tests.gateway.photos.pictures import quarters, saved, with_exif
from tests.gateway.staff.house import House
from tests.gateway.staff.test_call import _Shown

pytestmark = pytest.mark.anyio
PATH = "/staff/probe/photos"


def desk(console: Console) -> Desk:
    async def show(request: Request, staff: Staff) -> bytes:
        return console.draw(request, "error.html", staff, problem=_Shown())

    async def take(request: Request, staff: Staff, form: Form, files: Files) -> Response:
        taken = [await photos.take(each.content) for each in files["photos"]]
        rows = [len((await sheets.read(each.content)).rows) for each in files["sheet"]]
        return JSONResponse(
            {"words": form["words"], "sizes": [(p.width, p.height) for p in taken], "rows": rows}
        )

    roles = frozenset({Role.DESK})
    takes = {"photos": 2, "sheet": 1}
    return Desk(
        "/staff/probe", "Probe", "bus", roles, (page("/staff/probe", show), act_with_files(PATH, take, takes))
    )


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(door, "DESKS", (*door.DESKS, __name__))
    return House()


async def test_a_form_brings_photos_and_a_sheet_with_the_pages_token(probed: House) -> None:
    async with probed.at_work("kim", Role.DESK) as client:
        drawn = re.search(r'<body data-token="([^"]+)"', (await client.get("/staff/probe")).text)
        assert drawn
        fields = {"csrf": drawn[1], "words": "grey"}
        photo = ("photos", ("a.jpg", with_exif(quarters(), 6)))
        sheet = ("sheet", ("a.csv", "编号,类别\nA1,伞\n".encode("gb18030")))
        answer = await client.post(PATH, data=fields, files=[photo, sheet])
        assert answer.json() == {"words": "grey", "sizes": [[80, 120]], "rows": [1]}
        plain = await client.post(PATH, data=fields)
        assert plain.json() == {"words": "grey", "sizes": [], "rows": []}

        for wrong in ({}, {"csrf": "x"}):
            assert (await client.post(PATH, data=wrong, files=[photo])).status_code == 403
        elsewhere = await client.post(
            PATH, data=fields, files=[photo], headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert elsewhere.status_code == 403

        many = await client.post(PATH, data=fields, files=[photo] * 3)
        assert (many.status_code, "At most 2" in many.text) == (413, True)
        svg = await client.post(PATH, data=fields, files=[("photos", ("a.jpg", b"<svg/>"))])
        assert (svg.status_code, "JPEG, PNG or WebP" in svg.text) == (400, True)
        cut = await client.post(PATH, data=fields, files=[("photos", ("a.jpg", saved(quarters())[:-400]))])
        assert (cut.status_code, "damaged" in cut.text) == (400, True)


async def test_a_phones_largest_photo_passes_where_other_bodies_do_not(probed: House) -> None:
    async with probed.at_work("kim", Role.DESK) as client:
        drawn = re.search(r'<body data-token="([^"]+)"', (await client.get("/staff/probe")).text)
        assert drawn
        fields = {"csrf": drawn[1], "words": "grey"}
        large = ("photos", ("a.jpg", saved(quarters()) + bytes(11_000_000)))
        answer = await client.post(PATH, data=fields, files=[large, large])
        assert answer.json()["sizes"] == [[120, 80]] * 2
        over = await client.post(PATH, data=fields, files=[large, large, large])
        assert over.status_code == 413
        other = await client.post(
            PATH, content=bytes(9_000_000), headers={"Content-Type": "application/json"}
        )
        assert other.status_code == 413


async def test_a_form_of_another_role_is_refused_before_it_is_read(probed: House) -> None:
    async with probed.at_work("lee", Role.SHOP) as client:
        answer = await client.post(PATH, files=[("photos", ("a.jpg", b"x"))])
        assert answer.status_code == 403
