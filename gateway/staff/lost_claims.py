"""Claims: the queue of those to decide, and one claim with its proof beside the item, word by word."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, Place, act, page
from gateway.staff.lost_compare import Compared, document_words, odd_words, served_photo, span_words
from gateway.staff.lost_shared import (
    HOME,
    ROLES,
    TABS,
    WRONG,
    LostFound,
    category_words,
    found_words,
    title,
    written_in,
)
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.texts import N_, Texts
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.claim_words import ClaimState, RefusalReason

CLAIMS: Final = f"{HOME}/claims"
_ONE: Final = f"{CLAIMS}/{{claim_id}}"
_EVIDENCE: Final = f"{HOME}/evidence/{{photo_id}}"
CLAIM_STATES: Final = {
    ClaimState.SUBMITTED.value: (N_("To decide"), "late"),
    ClaimState.APPROVED.value: (N_("Waits to be fetched"), "go"),
    ClaimState.REFUSED.value: (N_("Refused"), "bad"),
    ClaimState.WITHDRAWN.value: (N_("Withdrawn"), "calm"),
    ClaimState.LAPSED.value: (N_("Not fetched in time"), "calm"),
    ClaimState.HANDED_OVER.value: (N_("Handed over"), "calm"),
}
REASONS: Final = {
    RefusalReason.WRONG_PROOF.value: N_("What they say doesn't fit the item"),
    RefusalReason.NOT_ENOUGH.value: N_("It may be theirs, but more proof is needed; they may claim again"),
    RefusalReason.OTHER_ITEM.value: N_("What they describe is another thing, an honest mistake"),
    RefusalReason.RETURNED_TO_OTHER.value: N_("It was given to somebody else whose claim was right"),
}
"""Why a claim was refused; the last is the service's own."""
TRACES: Final = {
    "submitted": N_("Submitted"),
    "approved": N_("Approved"),
    "refused": N_("Refused"),
    "withdrawn": N_("Withdrawn"),
    "lapsed": N_("Not fetched in time"),
    "wrong_code": N_("A wrong code was said"),
    "code_renewed": N_("New code"),
    "contact_shown": N_("Contact looked at"),
    "window": N_("Pick-up time chosen"),
    "photo": N_("Photo added"),
    "handed_over": N_("Handed over"),
    "filed": N_("Filed"),
    "changed": N_("Changed"),
    "closed": N_("Closed"),
    "match_dismissed": N_("A match was dismissed"),
}
DONE: Final = {
    "approve": N_("Approved: it is kept for its owner, who is told."),
    "refuse": N_("Refused; the claimant is told why."),
    "code": N_("A new code was sent to the claimant."),
    "withdraw": N_("Withdrawn."),
}
QUEUE: Final = Queue(
    "lost-claims",
    (
        Column(N_("Claim"), "code"),
        Column(N_("What it is")),
        Column(N_("Item"), "code"),
        Column(N_("Submitted"), "time"),
        Column(N_("Match"), "number"),
        Column(N_("Desk")),
        Column(N_("State")),
        Column(N_("Fetched when"), "time"),
    ),
    search=N_("Number of a claim, an item or a report"),
)
_COMPARED: Final = frozenset({ClaimState.SUBMITTED.value, ClaimState.APPROVED.value})
_MOST_NOTE: Final = 500
_MOST_WHY: Final = 200


def desk(console: Console) -> Desk:
    claims = Claims(LostFound(console))
    return Desk(CLAIMS, N_("Claims"), "lost", ROLES, claims.places(), in_menu=False)


class Claims:
    """The queue, the page of a claim, and what is decided there."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(CLAIMS, self.queue),
            page(_ONE, self.page),
            act(f"{_ONE}/approve", self.approve),
            act(f"{_ONE}/refuse", self.refuse),
            act(f"{_ONE}/code", self.renew),
            act(f"{_ONE}/withdraw", self.withdraw),
            act(f"{_ONE}/contact", self.contact),
            page(_EVIDENCE, self.evidence),
        )

    async def queue(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/lost/claims: those that wait, longest first; and those that were decided."""
        t, desks = self._console.texts(request), await self._lost.desks(request, staff)
        states = tuple((value, word) for value, (word, _) in CLAIM_STATES.items())
        kept = tuple((each["id"], t.name(each["name"])) for each in desks)
        queue = Queue(
            QUEUE.name,
            QUEUE.columns,
            QUEUE.search,
            (Filter("state", N_("State"), states), Filter("desk_id", N_("Desk"), kept)),
        )

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            wish = {name: value for name, value in wishes.items() if value}
            if cursor:
                wish["cursor"] = cursor
            answer = await self._lost.read(
                request, staff, "search_claims", actor=staff.actor, limit=limit, **wish
            )
            rows = [self._row(t, desks, each) for each in answer["claims"]]
            hrefs = [f"{CLAIMS}/{each['number']}" for each in answer["claims"]]
            return Found(rows, answer["next_cursor"] or "", hrefs)

        values = {
            "template": "lost_queue.html",
            "heading": N_("Claims"),
            "empty": N_("Nobody has claimed anything yet."),
            "tabs": TABS,
        }
        return await queue.answer(self._console, request, staff, fetch, values)

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/claims/{claim_id}: by its id, or by its number."""
        return await self._draw(request, staff)

    async def approve(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/approve: the item is kept for the claimant, who gets a code."""
        return await self._decide(request, staff, form, "approve", None)

    async def refuse(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/refuse: with a reason that the claimant reads."""
        reason = form.get("reason", "")
        if reason not in REASONS or reason == RefusalReason.RETURNED_TO_OTHER.value:
            t = self._console.texts(request)
            return await self._told(request, staff, form, ("refuse", {"": t("Choose a reason.")}))
        return await self._decide(request, staff, form, "refuse", reason)

    async def renew(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/code: another code and new tries; the old one is void."""
        note = form.get("note", "").strip()[:_MOST_WHY]
        return await self._do(request, staff, form, "code", "renew_code", note=note)

    async def withdraw(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/withdraw: the claimant says that it isn't theirs after all."""
        return await self._do(request, staff, form, "withdraw", "withdraw_claim")

    async def contact(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/contact: how the claimant is reached, for who says why; it stands in the claim's trace."""
        why, claim = form.get("why", "").strip()[:_MOST_WHY], await self._claim(request, staff)
        try:
            shown = await self._lost.write(
                request, staff, form, "reveal_contact", about="claim", about_id=claim["id"], why=why
            )
        except ServiceError as exc:
            if exc.kind is not Kind.INVALID:
                raise
            return await self._refused(request, staff, form, "contact", exc)
        return self._console.page(request, await self._draw(request, staff, contact=shown))

    async def evidence(self, request: Request, staff: Staff) -> Response:
        """GET /staff/lost/evidence/{photo_id}: a photo of a report, a receipt, or of a handover."""
        wish = {"actor": staff.actor, "photo_id": str(request.path_params["photo_id"])[:64]}
        return await served_photo(self._lost, request, staff, "get_evidence", wish)

    # --- deciding -------------------------------------------------------------------------------------------

    async def _decide(
        self, request: Request, staff: Staff, form: Form, decision: str, reason: str | None
    ) -> Response:
        version = form.get("version", "")
        return await self._do(
            request,
            staff,
            form,
            decision,
            "decide_claim",
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
            decision=decision,
            reason=reason,
            note=form.get("note", "").replace("\r\n", "\n").strip()[:_MOST_NOTE],
        )

    async def _do(
        self, request: Request, staff: Staff, form: Form, name: str, method: str, **wish: Any
    ) -> Response:
        claim = await self._claim(request, staff)
        try:
            await self._lost.write(request, staff, form, method, claim_id=claim["id"], **wish)
        except ServiceError as exc:
            if exc.kind not in WRONG:
                raise
            return await self._refused(request, staff, form, name, exc)
        return self._console.go(f"{CLAIMS}/{claim['number']}?done={name}")

    async def _refused(
        self, request: Request, staff: Staff, form: Form, name: str, error: ServiceError
    ) -> Response:
        wrong = self._lost.blamed(self._console.texts(request), error)
        wrong = wrong or {"": self._console.refused(request, error)}
        return await self._told(
            request, staff, form, (name, wrong), 409 if error.kind is Kind.CONFLICT else 400
        )

    async def _told(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        refused: tuple[str, Mapping[str, str]],
        status: int = 400,
    ) -> Response:
        html = await self._draw(request, staff, refused=refused, typed=form)
        return self._console.page(request, html, status)

    async def _claim(self, request: Request, staff: Staff) -> dict[str, Any]:
        answer = await self._lost.read(
            request, staff, "get_claim", actor=staff.actor, claim_id=_claim_id(request)
        )
        claim: dict[str, Any] = answer["claim"]
        return claim

    # --- the page -------------------------------------------------------------------------------------------

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        *,
        contact: Mapping[str, str] | None = None,
        refused: tuple[str, Mapping[str, str]] = ("", {}),
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        console, t, lost = self._console, self._console.texts(request), self._lost
        claim = await self._claim(request, staff)
        compared = claim["state"] in _COMPARED
        if compared and request.method == "GET":
            await console.note(request, staff, "names.shown", claim["number"])
        found, desks, names = await asyncio.gather(
            lost.read(request, staff, "get_item", item_id=claim["item_id"]),
            lost.desks(request, staff),
            lost.names(request, staff, [claim["decided_by"], *(each["actor"] for each in claim["traces"])]),
        )
        return console.draw(
            request,
            "lost_claim.html",
            staff,
            tabs=TABS,
            section=CLAIMS,
            claim=claim,
            item=found["item"],
            title=title(t, found["item"]),
            held=lost.holder(t, desks, found["item"]["holder"]),
            state=CLAIM_STATES[claim["state"]],
            rows=self._compared(t, claim, found, whole=compared),
            compared=compared,
            pct=None if claim["probability"] is None else round(claim["probability"] * 100),
            reasons=[t.name(each) for each in claim["reasons"]],
            odd=odd_words(t, claim, found["item"]),
            refusals=[each for each in REASONS.items() if each[0] != RefusalReason.RETURNED_TO_OTHER.value],
            why=REASONS.get(claim["reason"] or "", ""),
            rivals=[{**each, "word": CLAIM_STATES[each["state"]]} for each in claim["rivals"]],
            traces=self._traces(t, claim["traces"], names),
            decided_by=names.get(claim["decided_by"] or "", claim["decided_by"] or ""),
            contact=contact,
            times=self._times(claim),
            here=f"{CLAIMS}/{claim['number']}",
            done=DONE.get(request.query_params.get("done", ""), ""),
            refused=refused,
            typed=typed or {},
        )

    def _compared(
        self, t: Texts, claim: Mapping[str, Any], found: Mapping[str, Any], *, whole: bool
    ) -> list[Compared]:
        """What is known of the item, told in the report and said in the claim, line by line."""
        written, lost = written_in(self._console), self._lost
        item, report, proof, sealed = found["item"], claim["report"], claim["proof"], found["personal"]
        lines = [
            Compared(t("Kind and look"), title(t, item), title(t, report)),
            Compared(t("Description"), item["description"], report["description"]),
            Compared(t("Day and hour"), found_words(item, written), span_words(report, written), bare=True),
            Compared(
                t("Place"),
                lost.place(t, item["place"]),
                ", ".join(lost.place(t, each) for each in report["places"]),
            ),
            Compared(t("Flight"), _flight(item), _flight(report), bare=True),
        ]
        if whole:
            said = "\n".join(filter(None, (proof["marks"], proof["words"])))
            lines += [
                Compared(t("Private marks"), sealed["marks"], report["marks"], said, secret=True),
                Compared(
                    t("Serial number"),
                    sealed["serial"],
                    report["serial"],
                    proof["serial"],
                    secret=True,
                    exact=True,
                ),
                Compared(
                    t("Document"),
                    document_words(t, sealed["document"]),
                    document_words(t, report["document"]),
                    document_words(t, proof["document"]),
                    secret=True,
                ),
            ]
        return [each for each in lines if each.item or each.report or each.claim]

    def _times(self, claim: Mapping[str, Any]) -> dict[str, str]:
        written, window = written_in(self._console), claim["window"]
        return {
            "submitted": written(claim["submitted_at"]),
            "decided": written(claim["decided_at"]),
            "fetch_by": written(claim["fetch_by"]),
            "window": f"{written(window['starts_at'])}–{written(window['ends_at'])[11:]}" if window else "",
        }

    def _traces(
        self, t: Texts, traces: list[dict[str, Any]], names: Mapping[str, str]
    ) -> list[dict[str, str]]:
        written = written_in(self._console)
        return [
            {
                "what": t(TRACES.get(each["what"], each["what"])),
                "at": written(each["at"]),
                "who": actor_words(t, names, each["actor"]),
                "note": "" if each["what"] == "window" else each["note"],
            }
            for each in reversed(traces)
        ]

    def _row(self, t: Texts, desks: list[dict[str, Any]], claim: Mapping[str, Any]) -> list[Cell]:
        state, tone = CLAIM_STATES[claim["state"]]
        pct, times = claim["probability"], self._times(claim)
        where = claim["airline"] or ""
        if claim["desk_id"]:
            where = self._lost.holder(t, desks, f"desk:{claim['desk_id']}")
        waits = claim["state"] == ClaimState.APPROVED.value
        by_then = t("at the latest") if times["fetch_by"] and not times["window"] else ""
        told, tone = (t("Code locked"), "bad") if claim["code_locked"] else (t(state), tone)
        return [
            Cell(claim["number"]),
            Cell(category_words(t, claim["category"]), note=claim["report_number"]),
            Cell(claim["item_number"], href=f"{HOME}/items/{claim['item_number']}"),
            Cell(times["submitted"]),
            Cell("" if pct is None else f"{round(pct * 100)}%"),
            Cell(where),
            Cell(told, tone),
            Cell((times["window"] or times["fetch_by"]) if waits else "", note=by_then if waits else ""),
        ]


def actor_words(t: Texts, names: Mapping[str, str], actor: str) -> str:
    """Who did something, of staff and others."""
    if actor in names:
        return names[actor]
    if actor == "service":
        return t("by itself")
    return actor if actor.startswith(("staff:", "partner:", "cli:")) else t("the traveller")


def _flight(thing: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (thing["flight_id"], thing["seat"])))


def _claim_id(request: Request) -> str:
    return str(request.path_params["claim_id"])[:64]
