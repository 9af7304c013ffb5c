"""The scan page of the shop desk: a label opens its parcel, the code that a customer shows hands it over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.desks import Form, Place, act, page
from gateway.staff.inspector import reader_script
from gateway.staff.lost_scan import CAMERA_WORDS
from gateway.staff.people import Staff
from gateway.staff.shop_parcel import line_view
from gateway.staff.shop_shared import AGAIN, HOME, PARCELS, Mall
from kernel.errors import ServiceError
from services.shop.schemas.order_words import ParcelState

SCAN: Final = f"{HOME}/scan"
_NO_PARCEL: Final = frozenset({"shop.parcel_not_found", "shop.bad_number", "shop.bad_request"})
WAITING: Final = frozenset({ParcelState.READY.value, ParcelState.ON_THE_WAY.value})


class Scanning:
    """Whatever is scanned or typed ends here, also what a USB scanner types on the desk's other pages."""

    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(SCAN, self.page),
            act(SCAN, self.scanned),
            act(f"{SCAN}/hand", self.hand),
            page(f"{HOME}/reader.js", self.reader),
        )

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/shop/scan."""
        return await self._draw(request, staff)

    async def reader(self, request: Request, staff: Staff) -> Response:
        """GET /staff/shop/reader.js: reads codes where the browser can't."""
        return reader_script()

    async def scanned(self, request: Request, staff: Staff, form: Form) -> bytes | Response:
        """POST /staff/shop/scan: on to the parcel with that number; for a code, what is to be handed over."""
        typed = "".join(form.get("number", "").split())[:40]
        try:
            answer = await self._mall.read(request, staff, "get_parcel", parcel=typed or "-")
        except ServiceError as exc:
            if exc.code not in _NO_PARCEL:
                raise
            return await self._unknown(request, staff, typed, self._console.refused(request, exc))
        parcel = answer["parcel"]
        if _plain(typed) not in {_plain(parcel["number"]), _plain(parcel["number"].partition("-")[2])}:
            return await self._draw(request, staff, code=typed, parcel=parcel)
        return self._console.go(f"{HOME}/parcels/{parcel['number']}")

    async def _unknown(self, request: Request, staff: Staff, typed: str, wrong: str) -> Response:
        html = await self._draw(request, staff, typed=typed, wrong=wrong)
        return self._console.page(request, html, 404)

    async def hand(self, request: Request, staff: Staff, form: Form) -> bytes | Response:
        """POST /staff/shop/scan/hand: for the code that was scanned."""
        code = "".join(form.get("code", "").split())[:40]
        wish: dict[str, Any] = {"code": code or "-", "checked_pass": form.get("checked_pass") == "yes"}
        try:
            answer = await self._mall.write(request, staff, form, "hand_over", **wish)
        except ServiceError as exc:
            if exc.kind not in AGAIN:
                raise
            return await self._unknown(request, staff, code, self._console.refused(request, exc))
        return self._console.go(f"{HOME}/parcels/{answer['parcel']['number']}?done=handed")

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        *,
        code: str = "",
        parcel: Mapping[str, Any] | None = None,
        typed: str = "",
        wrong: str = "",
    ) -> bytes:
        t = self._console.texts(request)
        words = {key: t(word) for key, word in CAMERA_WORDS.items()}
        values: dict[str, Any] = {
            "code": code,
            "typed": typed,
            "wrong": wrong,
            "words": words,
            "parcel": parcel,
        }
        if parcel is not None:
            values["word"], values["tone"] = PARCELS[parcel["state"]]
            values["lines"] = [line_view(t, each) for each in parcel["lines"]]
            values["may"] = parcel["state"] in WAITING
        return await self._mall.draw(request, staff, "shop_scan.html", SCAN, **values)


def _plain(text: str) -> str:
    return "".join(each for each in text.upper() if each.isalnum())
