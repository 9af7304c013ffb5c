"""What finders announce from wherever they are: looked at, received as an item when it comes, or closed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, Place, act, page
from gateway.staff.lost_compare import document_words
from gateway.staff.lost_keys import placed
from gateway.staff.lost_reading import LENGTHS, read_personal
from gateway.staff.lost_shared import (
    HOME,
    ROLES,
    TABS,
    WRONG,
    LostFound,
    category_words,
    colour_words,
    title,
    written_in,
)
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.texts import N_, Texts
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.claim_words import FindState
from services.lostfound.schemas.vocabulary import FinderKind

FINDS: Final = f"{HOME}/finds"
_ONE: Final = f"{FINDS}/{{find_id}}"
FIND_STATES: Final = {
    FindState.ANNOUNCED.value: (N_("Announced"), "late"),
    FindState.RECEIVED.value: (N_("Received"), "go"),
    FindState.CLOSED.value: (N_("Closed"), "calm"),
}
QUEUE: Final = Queue(
    "lost-finds",
    (
        Column(N_("Number"), "code"),
        Column(N_("What it is")),
        Column(N_("Found"), "time"),
        Column(N_("Where")),
        Column(N_("Announced"), "time"),
        Column(N_("Matches"), "number"),
        Column(N_("State")),
    ),
)
DONE: Final = {"closed": N_("Closed.")}
_ALL: Final = "all"
_MOST_NOTE: Final = 200


def desk(console: Console) -> Desk:
    finds = Finds(LostFound(console))
    return Desk(FINDS, N_("Announced finds"), "lost", ROLES, finds.places(), in_menu=False)


class Finds:
    """The queue, one announcement, and what becomes of it."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(FINDS, self.queue),
            page(_ONE, self.page),
            act(f"{_ONE}/receive", self.receive),
            act(f"{_ONE}/close", self.close),
            act(f"{_ONE}/contact", self.contact),
        )

    async def queue(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/lost/finds: those that wait, the newest first; all of them on demand."""
        t = self._console.texts(request)
        states = (*((value, word) for value, (word, _) in FIND_STATES.items()), (_ALL, N_("All of them")))
        queue = Queue(QUEUE.name, QUEUE.columns, "", (Filter("state", N_("State"), states),))

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            wish: dict[str, Any] = {"limit": limit, "cursor": cursor or None}
            if wishes["state"]:
                wish["state"] = None if wishes["state"] == _ALL else wishes["state"]
            answer = await self._lost.read(request, staff, "list_finds", actor=staff.actor, **wish)
            rows = [self._row(t, each) for each in answer["finds"]]
            return Found(
                rows, answer["next_cursor"] or "", [f"{FINDS}/{each['id']}" for each in answer["finds"]]
            )

        values = {
            "template": "lost_queue.html",
            "heading": N_("Announced finds"),
            "empty": N_("No finder has announced anything that waits."),
            "tabs": TABS,
        }
        return await queue.answer(self._console, request, staff, fetch, values)

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/finds/{find_id}."""
        return await self._draw(request, staff)

    async def receive(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/receive: it came to a desk: registered with what the finder told, or by a number that it has already."""
        find = await self._get(request, staff)
        try:
            item = await self._item(request, staff, form, find)
            await self._lost.write(
                request, staff, form, "receive_find", find_id=find["id"], item_id=item["id"]
            )
        except ServiceError as exc:
            return await self._refused(request, staff, form, "receive", exc)
        return self._console.go(f"{HOME}/items/{item['number']}")

    async def close(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/close: it won't come."""
        note = form.get("note", "").strip()[:_MOST_NOTE]
        try:
            await self._lost.write(request, staff, form, "close_find", find_id=_id(request), note=note)
        except ServiceError as exc:
            return await self._refused(request, staff, form, "close", exc)
        return self._console.go(f"{FINDS}/{_id(request)}?done=closed")

    async def contact(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/contact: how the finder is reached, for who says why."""
        why = form.get("why", "").strip()[:_MOST_NOTE]
        try:
            shown = await self._lost.write(
                request, staff, form, "reveal_contact", about="find", about_id=_id(request), why=why
            )
        except ServiceError as exc:
            return await self._refused(request, staff, form, "contact", exc)
        return self._console.page(request, await self._draw(request, staff, contact=shown))

    # --- in between -----------------------------------------------------------------------------------------

    async def _item(
        self, request: Request, staff: Staff, form: Form, find: Mapping[str, Any]
    ) -> dict[str, Any]:
        number = form.get("number", "").strip()[:40]
        if number:
            found: dict[str, Any] = await self._lost.read(request, staff, "get_item", number=number)
            return dict(found["item"])
        text = {name: form.get(name, "").strip()[:most] for name, most in LENGTHS.items()}
        wish: dict[str, Any] = {
            "desk_id": form.get("desk_id", "")[:40],
            "item": {
                "category": find["category"],
                "colours": find["colours"],
                "description": find["description"],
                "found_from": find["found_at"],
                "place": form.get("place", "")[:40],
                "place_note": f"{find['place']} ({find['number']})"[:200],
                "finder_kind": FinderKind.TRAVELLER.value,
            },
        }
        if text["shelf"]:
            wish["shelf"] = text["shelf"]
        personal = read_personal(text, find["category"])
        if personal:
            done = await self._lost.write_sealed(
                request, staff, form, "register_item", ("personal", personal), **wish
            )
        else:
            done = await self._lost.write(request, staff, form, "register_item", **wish)
        return dict(done["item"])

    async def _refused(
        self, request: Request, staff: Staff, form: Form, name: str, error: ServiceError
    ) -> Response:
        if error.kind not in WRONG | {Kind.NOT_FOUND}:
            raise error
        blamed = self._lost.blamed(self._console.texts(request), error)
        wrong = next(iter(blamed.values()), "") or self._console.refused(request, error)
        html = await self._draw(request, staff, refused=(name, wrong), typed=form)
        return self._console.page(request, html, 409 if error.kind is Kind.CONFLICT else 400)

    async def _get(self, request: Request, staff: Staff) -> dict[str, Any]:
        answer = await self._lost.read(request, staff, "get_find", actor=staff.actor, find_id=_id(request))
        find: dict[str, Any] = answer["find"]
        return find

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        *,
        contact: Mapping[str, str] | None = None,
        refused: tuple[str, str] = ("", ""),
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        lost, t, find = self._lost, self._console.texts(request), await self._get(request, staff)
        found, desks, mine = await asyncio.gather(
            lost.read(request, staff, "list_matches", actor=staff.actor, found_id=find["id"]),
            lost.desks(request, staff),
            lost.my_desk(request, staff),
        )
        item = None
        if find["item_id"]:
            item = (await lost.read(request, staff, "get_item", item_id=find["item_id"]))["item"]
        near = (mine or desks[0])["place"] if desks else ""
        return self._console.draw(
            request,
            "lost_find.html",
            staff,
            tabs=TABS,
            section=FINDS,
            find=find,
            title=category_words(t, find["category"]),
            state=FIND_STATES[find["state"]],
            facts=self._facts(t, find),
            matches=[_match(t, each) for each in found["matches"]],
            claims=[],
            contact=contact or find["contact"],
            whole=contact is not None,
            item=item,
            open=find["state"] == FindState.ANNOUNCED.value,
            desks=desks,
            mine=(typed or {}).get("desk_id") or (mine["id"] if mine else ""),
            places=placed(t, lost.places),
            place=(typed or {}).get("place") or near,
            here=f"{FINDS}/{find['id']}",
            done=DONE.get(request.query_params.get("done", ""), ""),
            refused=refused,
            typed=typed or {},
        )

    def _facts(self, t: Texts, find: Mapping[str, Any]) -> list[tuple[str, str]]:
        written = written_in(self._console)
        found = [
            (t("Kind"), category_words(t, find["category"])),
            (t("Colours"), ", ".join(colour_words(t, each) for each in find["colours"])),
            (t("Description"), find["description"]),
            (t("Found"), written(find["found_at"])),
            (t("Where"), find["place"]),
            (t("Document"), document_words(t, find["document"])),
            (t("Announced"), written(find["announced_at"])),
            (t("Closed"), written(find["closed_at"])),
            (t("Note"), find["note"]),
        ]
        return [(name, value) for name, value in found if value]

    def _row(self, t: Texts, find: Mapping[str, Any]) -> list[Cell]:
        written, (state, tone) = written_in(self._console), FIND_STATES[find["state"]]
        return [
            Cell(find["number"]),
            Cell(category_words(t, find["category"]), note=find["description"]),
            Cell(written(find["found_at"])),
            Cell(find["place"]),
            Cell(written(find["announced_at"])),
            Cell(f"{find['matches']}" if find["matches"] else ""),
            Cell(t(state), tone),
        ]


def _match(t: Texts, match: Mapping[str, Any]) -> dict[str, Any]:
    report = match["report"]
    return {
        "number": report["number"],
        "href": f"{HOME}/reports/{report['id']}",
        "title": title(t, report),
        "description": report["description"],
        "pct": round(match["probability"] * 100),
        "reasons": [t.name(each) for each in match["reasons"]],
        "likely": match["band"] == "likely",
    }


def _id(request: Request) -> str:
    return str(request.path_params["find_id"])[:64]
