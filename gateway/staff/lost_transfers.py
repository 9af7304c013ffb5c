"""From desk to desk: a list that is scanned when it leaves and scanned again when it comes; what is missing shows at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import BadBody
from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, Place, act, call, page
from gateway.staff.lost_scan import CAMERA_WORDS
from gateway.staff.lost_shared import (
    HOME,
    ROLES,
    STATES,
    TABS,
    WRONG,
    LostFound,
    category_words,
    title,
    written_in,
)
from gateway.staff.people import Staff
from gateway.staff.texts import N_, Texts
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.vocabulary import MAX_ITEMS, MAX_SCANNED, TransferState

TRANSFERS: Final = f"{HOME}/transfers"
_ONE: Final = f"{TRANSFERS}/{{transfer_id}}"
RUN_WORDS: Final = {
    "twice": N_("scanned already"),
    "unknown": N_("not on the list"),
    "away": N_("Not sent yet: the network is away. It is tried again."),
    "remove": N_("Remove"),
    **CAMERA_WORDS,
}
"""What the script of a run of scans says."""
_SPLIT: Final = re.compile(r"[\s,;，；]+")
_AGAIN: Final = frozenset({"lostfound.item_not_found", "lostfound.bad_number"})


def desk(console: Console) -> Desk:
    transfers = Transfers(LostFound(console))
    return Desk(TRANSFERS, N_("Transfers"), "lost", ROLES, transfers.places(), in_menu=False)


def numbers_in(text: str) -> list[str]:
    """The numbers of a run of scans, each once: by lines, blanks or commas."""
    return list(dict.fromkeys(each[:40] for each in _SPLIT.split(text.strip()) if each))[:MAX_SCANNED]


class Transfers:
    """What is on its way, what is sent, what comes."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(TRANSFERS, self.page),
            page(f"{TRANSFERS}/new", self.ask_send),
            act(f"{TRANSFERS}/new", self.send),
            page(_ONE, self.ask_accept),
            act(f"{_ONE}/accept", self.accept),
            call(f"{HOME}/look", self.look),
        )

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/transfers: what comes here first, then all else that is on its way, then what arrived."""
        lost, t = self._lost, self._console.texts(request)
        mine, desks = await lost.my_desk(request, staff), await lost.desks(request, staff)
        way = await lost.read(
            request, staff, "list_transfers", state=TransferState.UNDER_WAY.value, limit=MAX_ITEMS
        )
        past = await lost.read(request, staff, "list_transfers", state=TransferState.ACCEPTED.value, limit=30)
        here = mine["id"] if mine else ""
        shown = [self._shown(t, desks, each) for each in way["transfers"]]
        return self._console.draw(
            request,
            "lost_transfers.html",
            staff,
            tabs=TABS,
            groups=[
                (N_("Coming to this desk"), [each for each in shown if here and each["to_desk"] == here]),
                (N_("On their way"), [each for each in shown if not here or each["to_desk"] != here]),
                (N_("Arrived"), [self._shown(t, desks, each) for each in past["transfers"]]),
            ],
        )

    async def ask_send(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/transfers/new: scan what goes."""
        return await self._draw_send(request, staff, {}, {})

    async def send(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/lost/transfers/new: all of it leaves, or nothing."""
        t, wrong, ids = self._console.texts(request), {}, []
        numbers = numbers_in(form.get("numbers", ""))[:MAX_ITEMS]
        for number in numbers:
            try:
                found = await self._lost.read(request, staff, "get_item", number=number)
            except ServiceError as exc:
                if exc.code not in _AGAIN:
                    raise
                wrong = {"numbers": f"{number}: {self._console.refused(request, exc)}"}
                break
            ids.append(found["item"]["id"])
        if not numbers:
            wrong = {"numbers": t("Scan the items first.")}
        if not wrong:
            wish = {
                "item_ids": ids,
                "to_desk": form.get("to_desk", "")[:40],
                "carrier": form.get("carrier", "").strip()[:80],
                "note": form.get("note", "").strip()[:200],
            }
            try:
                done = await self._lost.write(request, staff, form, "send_transfer", **wish)
                return self._console.go(f"{TRANSFERS}/{done['transfer']['id']}?sent=1")
            except ServiceError as exc:
                if exc.kind not in WRONG and exc.kind is not Kind.NOT_FOUND:
                    raise
                wrong = self._lost.blamed(t, exc) or {"": self._console.refused(request, exc)}
        return self._console.page(request, await self._draw_send(request, staff, form, wrong), 400)

    async def ask_accept(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/transfers/{id}: what is on the list; scan what came."""
        return await self._draw(request, staff)

    async def accept(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/accept: what was scanned is here; the page says what is still missing and what is too much."""
        t, numbers = self._console.texts(request), numbers_in(form.get("numbers", ""))
        if not numbers:
            html = await self._draw(request, staff, wrong=t("Scan the items first."))
            return self._console.page(request, html, 400)
        wish: dict[str, Any] = {"transfer_id": _id(request), "numbers": numbers}
        if form.get("shelf", "").strip():
            wish["shelf"] = form["shelf"].strip()[:24]
        try:
            told = await self._lost.write(request, staff, form, "accept_transfer", **wish)
        except ServiceError as exc:
            if exc.kind not in WRONG:
                raise
            html = await self._draw(request, staff, wrong=self._console.refused(request, exc), typed=form)
            return self._console.page(request, html, 409)
        return self._console.page(request, await self._draw(request, staff, told=told))

    async def look(self, request: Request, staff: Staff, body: object) -> dict[str, Any]:
        """POST /staff/lost/look, by the script: what has this number, and whether it can go from here."""
        if not isinstance(body, dict) or not isinstance(body.get("number"), str):
            raise BadBody(fields={"number": ["Not a valid string."]})
        t, desks = self._console.texts(request), await self._lost.desks(request, staff)
        found = await self._lost.read(request, staff, "get_item", number=body["number"][:40] or "-")
        item = found["item"]
        state, _ = STATES[item["state"]]
        good = item["state"] == "stored" and item["missing_at"] is None
        where = self._lost.holder(t, desks, item["holder"])
        return {
            "number": item["number"],
            "title": title(t, item),
            "told": " · ".join(filter(None, (where, item["shelf"], "" if good else t(state)))),
            "good": good,
        }

    # --- pages ------------------------------------------------------------------------------------------------

    async def _find(self, request: Request, staff: Staff) -> dict[str, Any]:
        answer = await self._lost.read(request, staff, "get_transfer", transfer_id=_id(request))
        transfer: dict[str, Any] = answer["transfer"]
        return transfer

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        *,
        told: Mapping[str, Any] | None = None,
        wrong: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        lost, t = self._lost, self._console.texts(request)
        transfer, desks = await self._find(request, staff), await lost.desks(request, staff)
        names = await lost.names(request, staff, [transfer["sent_by"], transfer["accepted_by"]])
        there = next((each for each in desks if each["id"] == transfer["to_desk"]), None)
        return self._console.draw(
            request,
            "lost_transfer.html",
            staff,
            tabs=TABS,
            section=TRANSFERS,
            transfer=self._shown(t, desks, transfer),
            rows=[
                {
                    "number": each["number"],
                    "what": category_words(t, each["category"]),
                    "valuable": each["valuable"],
                    "arrived": written_in(self._console)(each["arrived_at"]),
                    "missing": each["missing_at"] is not None,
                }
                for each in transfer["items"]
            ],
            by=names.get(transfer["sent_by"], transfer["sent_by"]),
            taken=names.get(transfer["accepted_by"] or "", transfer["accepted_by"] or ""),
            open=transfer["state"] == TransferState.UNDER_WAY.value,
            shelves=there["shelves"] if there else [],
            expected=[each["number"] for each in transfer["items"] if each["arrived_at"] is None],
            here=f"{TRANSFERS}/{transfer['id']}",
            sent=request.query_params.get("sent") == "1",
            words={key: t(word) for key, word in RUN_WORDS.items()},
            told=told,
            wrong=wrong,
            typed=typed or {},
        )

    async def _draw_send(
        self, request: Request, staff: Staff, typed: Mapping[str, str], wrong: Mapping[str, str]
    ) -> bytes:
        t, mine = self._console.texts(request), await self._lost.my_desk(request, staff)
        desks = await self._lost.desks(request, staff)
        return self._console.draw(
            request,
            "lost_send.html",
            staff,
            tabs=TABS,
            section=TRANSFERS,
            desks=[each for each in desks if mine is None or each["id"] != mine["id"]],
            mine=mine,
            words={key: t(word) for key, word in RUN_WORDS.items()},
            typed=typed,
            wrong=wrong,
            most=MAX_ITEMS,
        )

    def _shown(
        self, t: Texts, desks: Sequence[Mapping[str, Any]], transfer: Mapping[str, Any]
    ) -> dict[str, Any]:
        written, items = written_in(self._console), transfer["items"]
        return {
            "id": transfer["id"],
            "to_desk": transfer["to_desk"],
            "from": self._lost.holder(t, desks, transfer["from_holder"]),
            "to": self._lost.holder(t, desks, f"desk:{transfer['to_desk']}"),
            "carrier": transfer["carrier"],
            "note": transfer["note"],
            "sent": written(transfer["sent_at"]),
            "accepted": written(transfer["accepted_at"]),
            "count": len(items),
            "arrived": sum(1 for each in items if each["arrived_at"] is not None),
            "missing": sum(1 for each in items if each["missing_at"] is not None),
        }


def _id(request: Request) -> str:
    return str(request.path_params["transfer_id"])[:64]
