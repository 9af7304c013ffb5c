"""What was written down wrong of an item: the form of registration once more, and only what is other than it was is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.desks import Form, Place, act, page
from gateway.staff.lost_new import ITEM, Registration, form_options
from gateway.staff.lost_reading import read_item
from gateway.staff.lost_shared import HOME, WRONG, LostFound, found_words, title, written_in
from gateway.staff.people import Staff
from kernel import clock
from kernel.errors import ServiceError

_MOST_REASON: Final = 200
_SENT_AS: Final = {"found": ("found_from", "found_to"), "flight": ("flight_id",)}
_MAY_BE_NONE: Final = frozenset({"flight_id", "seat"})


class ChangePages:
    """The form of a change."""

    def __init__(self, lost: LostFound, registration: Registration) -> None:
        self._lost, self._console, self._registration = lost, lost.console, registration

    def places(self) -> tuple[Place, ...]:
        return (page(f"{ITEM}/change", self.ask_change), act(f"{ITEM}/change", self.change))

    async def ask_change(self, request: Request, staff: Staff) -> bytes:
        """GET …/change: the form of registration with what is written."""
        item = await self._get(request, staff)
        return await self._draw(request, staff, item, self._typed(item), {})

    async def change(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/change: what is sealed is replaced as a whole, if any of it is typed."""
        item, t = await self._get(request, staff), self._console.texts(request)
        filled = read_item(form, clock.now(), self._console.zone, self._lost.places)
        filled.wrong = {name: t(said) for name, said in filled.wrong.items()}
        await self._registration.find_flight(request, staff, form, filled)
        if not filled.wrong:
            try:
                await self._written(request, staff, form, item, filled.item, filled.personal)
                return self._console.go(f"{HOME}/items/{item['number']}?done=change")
            except ServiceError as exc:
                if exc.kind not in WRONG:
                    raise
                filled.wrong = self._lost.blamed(t, exc) or {"": self._console.refused(request, exc)}
        html = await self._draw(request, staff, item, form, filled.wrong)
        return self._console.page(request, html, 400)

    async def _written(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        item: Mapping[str, Any],
        written: Mapping[str, Any],
        personal: Mapping[str, Any],
    ) -> None:
        before = self._typed(item)
        same = {name for name in before if form.get(name, "").strip() == before[name].strip()}
        left = {each for name in same for each in _SENT_AS.get(name, (name,))} | {"cash"}
        wish = {
            "item_id": item["id"],
            "version": _whole(form.get("version", "")),
            "changes": {
                name: value
                for name, value in written.items()
                if name not in left and (value is not None or name in _MAY_BE_NONE)
            },
            "reason": form.get("reason", "").strip()[:_MOST_REASON] or None,
        }
        if personal:
            await self._lost.write_sealed(request, staff, form, "change_item", ("personal", personal), **wish)
        else:
            await self._lost.write(request, staff, form, "change_item", **wish)

    async def _get(self, request: Request, staff: Staff) -> dict[str, Any]:
        number = str(request.path_params["number"])[:40]
        item: dict[str, Any] = (await self._lost.read(request, staff, "get_item", number=number))["item"]
        return item

    def _typed(self, item: Mapping[str, Any]) -> dict[str, str]:
        """An item as its form has it."""
        return {
            "category": item["category"],
            "colours": " ".join(item["colours"]),
            "brand": item["brand"],
            "description": item["description"],
            "place": item["place"],
            "place_note": item["place_note"],
            "found": found_words(item, written_in(self._console)).replace(" – ", "-"),
            "flight": item["flight_id"] or "",
            "seat": item["seat"] or "",
            "finder_kind": item["finder_kind"],
        }

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        item: Mapping[str, Any],
        typed: Mapping[str, str],
        wrong: Mapping[str, str],
    ) -> bytes:
        t = self._console.texts(request)
        return self._console.draw(
            request,
            "lost_change.html",
            staff,
            item=item,
            title=title(t, item),
            here=f"{HOME}/items/{item['number']}",
            options=form_options(t, self._lost),
            typed=typed,
            wrong=wrong,
        )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
