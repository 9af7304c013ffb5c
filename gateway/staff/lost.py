"""Lost and found: everything that was found, and what waits for somebody at the desk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console, link
from gateway.staff.desks import Desk, Form, act, page
from gateway.staff.lost_change import ChangePages
from gateway.staff.lost_item import ItemPages, standing
from gateway.staff.lost_new import NEW, Registration
from gateway.staff.lost_scan import SCAN, Scanning
from gateway.staff.lost_shared import (
    HOME,
    MY_DESK,
    ROLES,
    STATES,
    TABS,
    LostFound,
    category_words,
    found_words,
    title,
    written_in,
)
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.texts import N_, Texts
from kernel import clock
from kernel.errors import ServiceError
from services.lostfound.schemas.vocabulary import CATEGORIES, ItemState

_OPEN: Final = ("stored", "in_transfer", "reserved", "sent")
_NUMBER: Final = re.compile(r"(?:[A-Za-z]{3}[ -]?)?[0-9A-Za-z]{6}[ -]?[0-9A-Za-z]")
_YEAR_S: Final = 365 * 86_400
_MOST_WAITING: Final = 100
QUEUE: Final = Queue(
    "lost-items",
    (
        Column(N_("Number"), "code"),
        Column(N_("What it is")),
        Column(N_("Found"), "time"),
        Column(N_("Where")),
        Column(N_("Kept at")),
        Column(N_("State")),
        Column(N_("Kept until"), "time"),
    ),
    search=N_("Number, brand, words or place"),
)
ONLY: Final = (
    ("overdue", N_("Overdue")),
    ("missing", N_("Missing")),
)


def desk(console: Console) -> Desk:
    lost = LostFound(console)
    items, registration = Items(lost), Registration(lost)
    return Desk(
        HOME,
        N_("Lost and found"),
        "lost",
        ROLES,
        (
            page(HOME, items.page),
            act(f"{HOME}/desk", items.choose_desk),
            *registration.places(),
            *Scanning(lost).places(),
            *ItemPages(lost).places(),
            *ChangePages(lost, registration).places(),
        ),
    )


class Items:
    """The queue of items, with what waits above it."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/lost: the newest first. A number that is typed or scanned as search opens its item."""
        t, lost = self._console.texts(request), self._lost
        desks, q = await lost.desks(request, staff), request.query_params.get("q", "").strip()
        if _NUMBER.fullmatch(q) and "as" not in request.query_params:
            number = await self._known(request, staff, q)
            if number:
                return self._console.go(f"{HOME}/items/{number}")
        queue = replace(QUEUE, filters=_filters(t, desks))

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            return await self._search(request, staff, wishes, cursor, limit)

        values: dict[str, Any] = {
            "template": "lost_items.html",
            "heading": N_("Lost and found"),
            "empty": N_("Nothing was registered yet. Press r to register the first thing."),
        }
        if "as" not in request.query_params:
            mine = await lost.my_desk(request, staff)
            values |= {"tabs": TABS, "desks": desks, "mine": mine, "new": NEW, "scan": SCAN}
            values["waiting"] = await self._waiting(request, staff, mine)
        return await queue.answer(self._console, request, staff, fetch, values)

    async def choose_desk(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/lost/desk: where this browser stands; kept by the browser."""
        known = {each["id"] for each in await self._lost.desks(request, staff)}
        response = self._console.go(HOME)
        if form.get("desk_id") in known:
            secure = request.url.scheme == "https"
            response.set_cookie(
                MY_DESK, form["desk_id"], max_age=_YEAR_S, path="/staff", samesite="strict", secure=secure
            )
        return response

    async def _known(self, request: Request, staff: Staff, typed: str) -> str:
        try:
            found = await self._lost.read(request, staff, "get_item", number=typed)
        except ServiceError as exc:
            if exc.code not in {"lostfound.item_not_found", "lostfound.bad_number"}:
                raise
            return ""
        return str(found["item"]["number"])

    async def _search(
        self, request: Request, staff: Staff, wishes: Mapping[str, str], cursor: str, limit: int
    ) -> Found:
        wish: dict[str, Any] = {"q": wishes["q"], "limit": limit}
        if cursor:
            wish["cursor"] = cursor
        if wishes["state"]:
            wish["states"] = list(_OPEN) if wishes["state"] == "open" else [wishes["state"]]
        for name in ("category", "desk_id"):
            if wishes[name]:
                wish[name] = wishes[name]
        if wishes["only"]:
            wish[wishes["only"]] = True
        for name, asked in (("from_day", "from"), ("to_day", "to")):
            day = _day(wishes[asked])
            if day:
                wish[name] = day
        answer = await self._lost.read(request, staff, "search_items", **wish)
        t, desks = self._console.texts(request), await self._lost.desks(request, staff)
        rows = [self._row(t, desks, each) for each in answer["items"]]
        hrefs = [f"{HOME}/items/{each['number']}" for each in answer["items"]]
        return Found(rows, answer["next_cursor"] or "", hrefs)

    def _row(self, t: Texts, desks: list[dict[str, Any]], item: Mapping[str, Any]) -> list[Cell]:
        written = written_in(self._console)
        state, tone = standing(item)
        told = t("Missing") if item["missing_at"] else t(state)
        shelf = item["shelf"] or ""
        until = written(item["notice_until"] or item["keep_until"])
        picture = item["photos"][0] if item["photos"] else ""
        return [
            Cell(item["number"]),
            Cell(
                title(t, item),
                note=item["description"],
                image=f"{HOME}/photos/{picture}?size=thumbnail" if picture else "",
            ),
            Cell(found_words(item, written)),
            Cell(self._lost.place(t, item["place"]), note=item["place_note"]),
            Cell(self._lost.holder(t, desks, item["holder"]), note=shelf),
            Cell(told, "bad" if item["missing_at"] else tone),
            Cell(
                until if item["due"] else "",
                note=t("Overdue") if item["overdue"] else "",
            ),
        ]

    async def _waiting(
        self, request: Request, staff: Staff, mine: Mapping[str, Any] | None
    ) -> list[dict[str, Any]]:
        """What waits for somebody, with where to go; what can't be asked just now is left out."""
        t, desk_id = self._console.texts(request), mine["id"] if mine else ""
        figures, claims, finds, transfers, notices, disposals = await self._asked(request, staff, desk_id)
        found: list[tuple[str, int, str, str]] = []
        if claims:
            found.append(
                (t("Claims to decide"), len(claims["claims"]), f"{HOME}/claims?state=submitted", "late")
            )
        if finds:
            found.append((t("Finds announced"), len(finds["finds"]), f"{HOME}/finds", "calm"))
        if transfers:
            coming = [each for each in transfers["transfers"] if desk_id in ("", each["to_desk"])]
            found.append((t("Transfers coming"), len(coming), f"{HOME}/transfers", "calm"))
        if figures:
            found.append((t("Overdue"), figures["overdue"], link(HOME, only="overdue"), "bad"))
            found.append((t("Missing"), figures["missing"], link(HOME, only="missing"), "bad"))
        if notices:
            found.append((t("Notices to publish"), len(notices["items"]), f"{HOME}/due?step=notice", "calm"))
        if disposals:
            others = [each for each in disposals["disposals"] if each["proposed_by"] != staff.actor]
            found.append((t("Disposals to confirm"), len(others), f"{HOME}/due", "late"))
        if figures:
            found.append((t("Kept in all"), figures["open"], link(HOME, state="open"), "calm"))
        return [
            {
                "word": word,
                "count": f"{count}+" if count == _MOST_WAITING else f"{count:,}",
                "href": href,
                "tone": tone if count else "",
            }
            for word, count, href, tone in found
        ]

    async def _asked(self, request: Request, staff: Staff, desk_id: str) -> list[Any]:
        """Figures, claims, finds, transfers, notices and disposals; None for what nobody can say."""
        lost, actor, limit = self._lost, staff.actor, _MOST_WAITING
        today = clock.now().astimezone(self._console.zone).date().isoformat()
        here = {"desk_id": desk_id} if desk_id else {}
        asked = [
            lost.try_read(request, staff, "figures", from_day=today, to_day=today),
            lost.try_read(request, staff, "search_claims", actor=actor, state="submitted", limit=limit),
            lost.try_read(request, staff, "list_finds", actor=actor, limit=limit),
            lost.try_read(request, staff, "list_transfers", state="under_way", limit=limit, **here),
            lost.try_read(request, staff, "list_due", step="notice", limit=limit),
            lost.try_read(request, staff, "list_disposals", state="proposed", limit=limit),
        ]
        return await asyncio.gather(*asked)


def _filters(t: Texts, desks: list[dict[str, Any]]) -> tuple[Filter, ...]:
    states = (("open", N_("Still with us")), *((each.value, STATES[each.value][0]) for each in ItemState))
    kinds = tuple((code, category_words(t, code)) for code in CATEGORIES)
    return (
        Filter("state", N_("State"), states),
        Filter("category", N_("Kind"), kinds),
        Filter("desk_id", N_("Desk"), tuple((each["id"], t.name(each["name"])) for each in desks)),
        Filter("only", N_("Only"), ONLY),
        Filter("from", N_("Registered from"), kind="date"),
        Filter("to", N_("until"), kind="date"),
    )


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
