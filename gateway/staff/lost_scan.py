"""Labels read and printed: the scan page, the label of an item, its photos, and what the desk's scripts ask."""

from __future__ import annotations

import asyncio
import base64
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.passes import Both
from gateway.session.origin import form_token
from gateway.staff.console import HEADERS
from gateway.staff.desks import Form, Place, act, page
from gateway.staff.inspector import reader_script
from gateway.staff.labels import SIZES, SMALL, Label, print_labels
from gateway.staff.lost_new import ITEM
from gateway.staff.lost_shared import HOME, TABS, LostFound, written_in
from gateway.staff.people import Staff
from gateway.staff.texts import N_
from kernel import clock
from kernel.errors import ServiceError
from services.lostfound.schemas.vocabulary import CATEGORIES, Size

SCAN: Final = f"{HOME}/scan"
_AGAIN: Final = frozenset({"lostfound.item_not_found", "lostfound.bad_number"})
_MOST_LABELS: Final = 40
CAMERA_WORDS: Final = {
    "denied": N_("The camera isn't allowed. Allow it in the browser's settings, or type the number."),
    "none": N_("There is no camera here. Type the number, or use a scanner."),
}


class Scanning:
    """The scan page, and files."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(SCAN, self.page),
            act(SCAN, self.open),
            page(f"{HOME}/reader.js", self.reader),
            page(f"{HOME}/token", self.token),
            page(f"{ITEM}/label.pdf", self.label),
            page(f"{HOME}/labels.pdf", self.labels),
            page(f"{HOME}/photos/{{photo_id}}", self.photo),
        )

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/scan."""
        return self._draw(request, staff)

    async def open(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/lost/scan: on to the item with that number; a scanner's Enter ends here, too."""
        typed = form.get("number", "").strip()[:40]
        try:
            found = await self._lost.read(request, staff, "get_item", number=typed or "-")
        except ServiceError as exc:
            if exc.code not in _AGAIN:
                raise
            wrong = self._console.refused(request, exc)
            return self._console.page(request, self._draw(request, staff, typed, wrong), 404)
        return self._console.go(f"{HOME}/items/{found['item']['number']}")

    async def reader(self, request: Request, staff: Staff) -> Response:
        """GET /staff/lost/reader.js: reads codes where the browser can't."""
        return reader_script()

    async def token(self, request: Request, staff: Staff) -> Response:
        """GET /staff/lost/token: nothing but the token that forms of this session carry: for those that outlived theirs."""
        token = form_token(self._console.people.cookies.session(request))
        return Response(orjson.dumps({"token": token}), headers=HEADERS, media_type="application/json")

    async def photo(self, request: Request, staff: Staff) -> Response:
        """GET /staff/lost/photos/{photo_id}?size=thumbnail."""
        wish: dict[str, Any] = {"photo_id": str(request.path_params["photo_id"])[:64]}
        if request.query_params.get("size") == Size.THUMBNAIL.value:
            wish["size"] = Size.THUMBNAIL.value
        found = await self._lost.read(request, staff, "get_photo", **wish)
        return Response(base64.b64decode(found["jpeg"]), headers=HEADERS, media_type="image/jpeg")

    async def label(self, request: Request, staff: Staff) -> Response:
        """GET /staff/lost/items/{number}/label.pdf?size=62x29: for a label printer; a page of ours may hold it."""
        return await self._printed(request, staff, [str(request.path_params["number"])[:40]])

    async def labels(self, request: Request, staff: Staff) -> Response:
        """GET /staff/lost/labels.pdf?numbers=…,…: several, a page each, such as those of a shift."""
        asked = [each.strip()[:40] for each in request.query_params.get("numbers", "").split(",")]
        numbers = [each for each in dict.fromkeys(asked) if each][:_MOST_LABELS]
        return await self._printed(request, staff, numbers or ["-"])

    async def _printed(self, request: Request, staff: Staff, numbers: list[str]) -> Response:
        t, desks = self._console.texts(request), await self._lost.desks(request, staff)
        found = await asyncio.gather(
            *(self._lost.read(request, staff, "get_item", number=each) for each in numbers)
        )
        labels = []
        for item in (each["item"] for each in found):
            kind, day = CATEGORIES[item["category"]], written_in(self._console)(item["registered_at"])[:10]
            where = self._lost.holder(t, desks, item["holder"])
            labels.append(Label(item["number"], Both(kind.zh, kind.en), day, item["shelf"] or "", where))
        size = SIZES.get(request.query_params.get("size", ""), SMALL)
        pdf = await print_labels(labels, size, clock.now())
        policy = HEADERS["Content-Security-Policy"]
        headers = {
            **HEADERS,
            "X-Frame-Options": "SAMEORIGIN",
            "Content-Security-Policy": policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
            "Content-Disposition": f'inline; filename="{labels[0].number}.pdf"',
        }
        return Response(pdf, headers=headers, media_type="application/pdf")

    def _draw(self, request: Request, staff: Staff, typed: str = "", wrong: str = "") -> bytes:
        t = self._console.texts(request)
        words = {key: t(word) for key, word in CAMERA_WORDS.items()}
        return self._console.draw(
            request, "lost_scan.html", staff, tabs=TABS, typed=typed, wrong=wrong, words=words
        )
