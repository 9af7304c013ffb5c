"""Registering what was found: one screen, made to be filled by keyboard alone in less than twenty seconds.

The script sends the form by itself and keeps what was typed whatever comes back; photos follow on their own, so that a
photo that is refused never costs a registration. Without the script the same form works, a page at a time.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway import photos
from gateway.errors import BadBody
from gateway.staff.console import FORM_ID
from gateway.staff.desks import Form, Place, act, call, page, upload
from gateway.staff.lost_keys import categories, colours, placed
from gateway.staff.lost_reading import COUNTED, DOCUMENTS, LENGTHS, NUMBERED, Filled, read_item
from gateway.staff.lost_shared import (
    HOME,
    MY_DESK,
    TABS,
    WRONG,
    LostFound,
    found_words,
    money,
    printing,
    title,
    written_in,
)
from gateway.staff.people import Staff
from gateway.staff.texts import N_, Texts
from kernel import clock
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.vocabulary import MAX_PHOTOS, FinderKind

NEW: Final = f"{HOME}/new"
ITEM: Final = f"{HOME}/items/{{number}}"
FINDERS: Final = {
    FinderKind.STAFF.value: N_("Staff"),
    FinderKind.TRAVELLER.value: N_("A traveller"),
    FinderKind.CREW.value: N_("Crew"),
    FinderKind.AIRLINE.value: N_("The airline"),
}
_YEAR_S: Final = 365 * 86_400
_LONGEST: Final = 2000
_MOST_FIELDS: Final = 40
_FOUND: Final = 4


class Registration:
    """The page, and what its form and its script send."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(NEW, self.page),
            act(NEW, self.add),
            call(f"{HOME}/register", self.register),
            upload(f"{ITEM}/photos", self.photo),
        )

    async def page(self, request: Request, staff: Staff) -> Response:
        """GET /staff/lost/new?saved=…: an empty form, and what was registered just before."""
        saved = request.query_params.get("saved", "")[:40]
        html = await self._draw(request, staff, {}, {}, saved=saved)
        return printing(self._console.page(request, html))

    async def add(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/lost/new, without the script."""
        filled, item = await self._register(request, staff, form)
        if item is None:
            html = await self._draw(request, staff, form, filled.wrong)
            return printing(self._console.page(request, html, 400))
        response = self._console.go(f"{NEW}?saved={item['number']}")
        secure = request.url.scheme == "https"
        response.set_cookie(
            MY_DESK, item["desk_id"], max_age=_YEAR_S, path="/staff", samesite="strict", secure=secure
        )
        return response

    async def register(self, request: Request, staff: Staff, body: object) -> dict[str, Any]:
        """POST /staff/lost/register, by the script: the item, or what is wrong, by field."""
        form = fields_of(body)
        filled, item = await self._register(request, staff, form)
        return {"wrong": filled.wrong} if item is None else {"item": self._shown(request, item)}

    async def photo(self, request: Request, staff: Staff, content: bytes) -> dict[str, Any]:
        """POST /staff/lost/items/{number}/photos?form_id=…: one more photo of an item."""
        photo = await photos.take(content)
        found = await self._lost.read(request, staff, "get_item", number=request.path_params["number"][:40])
        secret = {
            "jpeg": base64.b64encode(photo.jpeg).decode(),
            "thumbnail": base64.b64encode(photo.thumbnail).decode(),
        }
        form = {FORM_ID: request.query_params.get(FORM_ID, "")}
        added = await self._lost.write_sealed(
            request, staff, form, "attach_photo", ("photo", secret), item_id=found["item"]["id"]
        )
        return {
            "photo": f"{HOME}/photos/{added['photo_id']}?size=thumbnail",
            "photos": len(added["item"]["photos"]),
        }

    # --- the form -------------------------------------------------------------------------------------------

    async def _register(
        self, request: Request, staff: Staff, form: Form
    ) -> tuple[Filled, dict[str, Any] | None]:
        """The item, or None and what is wrong with the form."""
        t = self._console.texts(request)
        filled = read_item(form, clock.now(), self._console.zone, self._lost.places)
        filled.wrong = {name: t(said) for name, said in filled.wrong.items()}
        desks = await self._lost.desks(request, staff)
        if form.get("desk_id") not in {each["id"] for each in desks}:
            filled.wrong["desk_id"] = t("Say at which desk it is.")
        await self.find_flight(request, staff, form, filled)
        if filled.wrong:
            return filled, None
        wish: dict[str, Any] = {"item": filled.item, "desk_id": form["desk_id"]}
        if form.get("shelf", "").strip():
            wish["shelf"] = form["shelf"].strip()
        try:
            about = " ".join(("lostfound.register", filled.item["category"], money(filled.item["cash"])))
            wish["witness"] = await self._lost.witness(request, staff, form, about.strip())
            answer = await self._written(request, staff, form, filled.personal, wish)
        except ServiceError as exc:
            if exc.kind not in WRONG and exc.code != "lostfound.desk_not_found":
                raise
            filled.wrong = self._lost.blamed(t, exc) or {"": self._console.refused(request, exc)}
            return filled, None
        item: dict[str, Any] = answer["item"]
        return filled, item

    async def _written(
        self, request: Request, staff: Staff, form: Form, personal: dict[str, Any], wish: dict[str, Any]
    ) -> Any:
        if not personal:
            return await self._lost.write(request, staff, form, "register_item", **wish)
        secret = ("personal", personal)
        return await self._lost.write_sealed(request, staff, form, "register_item", secret, **wish)

    async def find_flight(
        self, request: Request, staff: Staff, form: Mapping[str, str], filled: Filled
    ) -> None:
        """Put the leg that the form's flight means into the item: an id as it is, a number by the day of the find."""
        typed = "".join(form.get("flight", "").upper().split())
        filled.item["flight_id"] = typed if typed.count("-") > 2 else None
        if not typed or typed.count("-") > 2 or "found_from" not in filled.item:
            return
        t = self._console.texts(request)
        day = filled.item["found_from"]
        local = datetime.fromisoformat(day).astimezone(self._console.zone).date()
        try:
            wish = {"text": typed, "day_local": local.isoformat(), "limit": _FOUND}
            answer = await self._console.read(request, staff, "flights", "search_flights", **wish)
        except ServiceError as exc:
            if exc.kind in {Kind.UNAVAILABLE, Kind.DEADLINE}:
                filled.wrong["flight"] = t(
                    "Flights can't be looked up just now: leave it empty, and write it above."
                )
                return
            if exc.kind is not Kind.INVALID:
                raise
            answer = {"flights": []}
        if not answer["flights"]:
            filled.wrong["flight"] = t("No flight of that number on that day.")
            return
        filled.item["flight_id"] = answer["flights"][0]["id"]

    def _shown(self, request: Request, item: Mapping[str, Any]) -> dict[str, Any]:
        """An item that was just registered, as the page lists it."""
        t, written = self._console.texts(request), written_in(self._console)
        home = f"{HOME}/items/{item['number']}"
        place = self._lost.place(t, item["place"])
        return {
            "number": item["number"],
            "title": title(t, item),
            "about": " · ".join(
                part
                for part in (found_words(item, written), place, item["shelf"] or "", money(item["cash"]))
                if part
            ),
            "href": home,
            "label": f"{home}/label.pdf",
            "photos": f"{home}/photos",
            "uncounted": item["valuable"] and item["counted_at"] is None,
        }

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        typed: Mapping[str, str],
        wrong: Mapping[str, str],
        saved: str = "",
    ) -> bytes:
        t, lost = self._console.texts(request), self._lost
        mine = await lost.my_desk(request, staff)
        last = None
        if saved:
            found = await lost.try_read(request, staff, "get_item", number=saved)
            last = found and self._shown(request, found["item"])
        return self._console.draw(
            request,
            "lost_new.html",
            staff,
            tabs=TABS,
            options=form_options(t, lost),
            desks=await lost.desks(request, staff),
            mine=typed.get("desk_id") or (mine["id"] if mine else ""),
            typed=typed,
            wrong=wrong,
            saved=last,
            most_photos=MAX_PHOTOS,
        )


def form_options(t: Texts, lost: LostFound) -> dict[str, Any]:
    """What the fields of an item offer, and which fields which kind has; the limits of all of them."""
    return {
        "categories": categories(t),
        "colours": colours(t),
        "places": placed(t, lost.places),
        "finders": [(value, t(word)) for value, word in FINDERS.items()],
        "documents": " ".join(DOCUMENTS),
        "counted": " ".join(sorted(COUNTED)),
        "numbered": " ".join(sorted(NUMBERED)),
        "lengths": LENGTHS,
    }


def fields_of(body: object) -> dict[str, str]:
    """What a script sent as a form: texts by name, several of one name as a list. Raises BadBody."""
    if not isinstance(body, dict) or len(body) > _MOST_FIELDS:
        raise BadBody(fields={})
    found = {}
    for name, value in body.items():
        text = (
            " ".join(value)
            if isinstance(value, list) and all(isinstance(each, str) for each in value)
            else value
        )
        if not isinstance(text, str) or len(text) > _LONGEST:
            raise BadBody(fields={str(name)[:40]: ["Not a valid string."]})
        found[str(name)] = text
    return found
