"""What nobody claimed: what is due, its notice, and how it goes: one proposes, another confirms."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, Place, act, page
from gateway.staff.lost_leaving import STATES, DisposalPages, way_words
from gateway.staff.lost_shared import (
    HOME,
    ROLES,
    SUPERVISORS,
    TABS,
    WRONG,
    LostFound,
    category_words,
    title,
    written_in,
)
from gateway.staff.people import Staff
from gateway.staff.texts import N_, Texts, texts
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.vocabulary import (
    AREAS,
    COLOURS,
    MAX_ITEMS,
    RETENTION,
    DisposalState,
    Step,
    Way,
)

DUE: Final = f"{HOME}/due"
STEPS: Final = {
    Step.NOTICE.value: N_("Publish a notice"),
    Step.POLICE.value: N_("To the police"),
    Step.DESTROY.value: N_("Destroy"),
    Step.DISPOSE.value: N_("The year is over"),
}
"""What must be done, in the order of the page."""
WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    Step.POLICE.value: (Way.POLICE.value,),
    Step.DESTROY.value: (Way.DESTROYED.value,),
    Step.DISPOSE.value: (Way.TO_THE_STATE.value, Way.DONATED.value, Way.DESTROYED.value),
}
"""What may be proposed; the service knows better for each item."""
FRESH: Final = N_("Published: the year begins today.")
_WITHIN: Final = (0, 7, 30)
_YEAR: Final = 400
_MOST_NOTICED: Final = 2000
_MOST_PAST: Final = 30


def desk(console: Console) -> Desk:
    lost = LostFound(console)
    due = Due(lost)
    places = (*due.places(), *DisposalPages(lost).places())
    return Desk(DUE, N_("Due"), "lost", ROLES, places, in_menu=False)


class Due:
    """The list of what is due, and what is done with it."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(DUE, self.page),
            page(f"{HOME}/notice", self.notice),
            act(f"{DUE}/publish", self.publish, SUPERVISORS),
            act(f"{DUE}/propose", self.propose, SUPERVISORS),
        )

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/due?step=notice&within=7: by what must be done, the longest overdue first."""
        return await self._draw(request, staff)

    async def publish(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/publish, by a supervisor: the notice of the ticked items, and with it their year, begins."""
        ids = form.get("item", "").split()[:MAX_ITEMS]
        if not ids:
            return await self._told(request, staff, form, Step.NOTICE.value, self._pick(request))
        try:
            await self._lost.write(request, staff, form, "publish_notices", item_ids=ids)
        except ServiceError as exc:
            return await self._refused(request, staff, form, Step.NOTICE.value, exc)
        return self._console.go(f"{HOME}/notice?fresh=1")

    async def propose(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/propose, by a supervisor: the ticked items as one list that a second person confirms."""
        ids, step = form.get("item", "").split()[:MAX_ITEMS], form.get("step", "")
        if not ids:
            return await self._told(request, staff, form, step, self._pick(request))
        wish = {
            "way": form.get("way", ""),
            "recipient": form.get("recipient", "").strip()[:120],
            "note": form.get("note", "").strip()[:200],
        }
        try:
            done = await self._lost.write(request, staff, form, "propose_disposal", item_ids=ids, **wish)
        except ServiceError as exc:
            return await self._refused(request, staff, form, step, exc)
        return self._console.go(f"{HOME}/disposals/{done['disposal']['id']}?done=proposed")

    async def notice(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/notice: what is published, to be put up: kind, colour, month, area and no more."""
        t, cursor = self._console.texts(request), None
        items: list[dict[str, Any]] = []
        while len(items) < _MOST_NOTICED:
            wish = {"step": Step.DISPOSE.value, "within_days": _YEAR, "limit": MAX_ITEMS, "cursor": cursor}
            found = await self._lost.read(request, staff, "list_due", **wish)
            items += found["items"]
            cursor = found["next_cursor"]
            if cursor is None:
                break
        written = written_in(self._console)
        rows = [_public(each, self._lost.places, written) for each in items if each["published_at"]]
        return self._console.draw(
            request,
            "lost_notice.html",
            staff,
            tabs=TABS,
            section=DUE,
            rows=rows,
            airport=self._console.deps.airport,
            fresh=t(FRESH) if request.query_params.get("fresh") else "",
        )

    # --- the page -------------------------------------------------------------------------------------------

    def _pick(self, request: Request) -> str:
        return self._console.texts(request)("Tick the items first.")

    async def _refused(
        self, request: Request, staff: Staff, form: Form, step: str, error: ServiceError
    ) -> Response:
        if error.kind not in WRONG and error.kind is not Kind.NOT_FOUND:
            raise error
        t = self._console.texts(request)
        blamed = self._lost.blamed(t, error)
        sentence = next(iter(blamed.values()), "") or self._console.refused(request, error)
        return await self._told(request, staff, form, step, sentence, 409)

    async def _told(
        self, request: Request, staff: Staff, form: Form, step: str, sentence: str, status: int = 400
    ) -> Response:
        html = await self._draw(request, staff, refused=(step, sentence), typed=form)
        return self._console.page(request, html, status)

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        refused: tuple[str, str] = ("", ""),
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        t, lost = self._console.texts(request), self._lost
        asked, within = request.query_params.get("step", ""), _within(request)
        steps = [each for each in STEPS if asked in ("", each) or refused[0] == each]
        desks = await lost.desks(request, staff)
        at = request.query_params.get("desk_id", "")
        wish: dict[str, Any] = {"within_days": within, "limit": MAX_ITEMS}
        if at in {each["id"] for each in desks}:
            wish["desk_id"] = at
        found, proposed, past = await asyncio.gather(
            asyncio.gather(*(lost.read(request, staff, "list_due", step=each, **wish) for each in steps)),
            lost.read(request, staff, "list_disposals", state=DisposalState.PROPOSED.value),
            lost.read(request, staff, "list_disposals", limit=_MOST_PAST),
        )
        names = await lost.names(request, staff, [each["proposed_by"] for each in proposed["disposals"]])
        listed = {each["id"] for one in proposed["disposals"] for each in one["items"]}
        ticked = set((typed or {}).get("item", "").split())
        return self._console.draw(
            request,
            "lost_due.html",
            staff,
            tabs=TABS,
            groups=[
                {
                    "step": step,
                    "word": STEPS[step],
                    "rows": [self._row(t, desks, each, listed, ticked) for each in answer["items"]],
                    "ways": [(way, way_words(t, way)) for way in WAYS.get(step, ())],
                    "more": bool(answer["next_cursor"]),
                }
                for step, answer in zip(steps, found, strict=True)
            ],
            proposed=[self._proposal(t, each, names, staff) for each in proposed["disposals"]],
            past=[
                {**self._proposal(t, each, {}, staff), "state": STATES[each["state"]]}
                for each in past["disposals"]
                if each["state"] != DisposalState.PROPOSED.value
            ],
            rules=[_rule(t, each) for each in RETENTION.values()],
            wishes={"step": asked, "within": within, "desk_id": wish.get("desk_id", "")},
            steps=STEPS,
            withins=_WITHIN,
            desks=desks,
            supervisor=staff.may(SUPERVISORS),
            refused=refused,
            typed=typed or {},
        )

    def _row(
        self,
        t: Texts,
        desks: Sequence[Mapping[str, Any]],
        item: Mapping[str, Any],
        listed: set[str],
        ticked: set[str],
    ) -> dict[str, Any]:
        hurdle = ""
        if item["id"] in listed:
            hurdle = t("on a list already")
        elif item["missing_at"]:
            hurdle = t("missing: scan it first")
        elif (
            (item["valuable"] or item["cash"]) and not item["counted_at"] and item["due"] != Step.NOTICE.value
        ):
            hurdle = t("not counted by two yet")
        return {
            "id": item["id"],
            "number": item["number"],
            "title": title(t, item),
            "note": item["description"],
            "where": self._lost.holder(t, desks, item["holder"]),
            "shelf": item["shelf"] or "",
            "until": written_in(self._console)(item["notice_until"] or item["keep_until"]),
            "overdue": item["overdue"],
            "hurdle": hurdle,
            "ticked": item["id"] in ticked,
        }

    def _proposal(
        self, t: Texts, disposal: Mapping[str, Any], names: Mapping[str, str], staff: Staff
    ) -> dict[str, Any]:
        return {
            "id": disposal["id"],
            "way": way_words(t, disposal["way"]),
            "count": len(disposal["items"]),
            "recipient": disposal["recipient"],
            "at": written_in(self._console)(disposal["proposed_at"]),
            "by": names.get(disposal["proposed_by"], disposal["proposed_by"]),
            "mine": disposal["proposed_by"] == staff.actor,
        }


def _within(request: Request) -> int:
    typed = request.query_params.get("within", "")
    return int(typed) if typed in {str(each) for each in _WITHIN} else 0


def _rule(t: Texts, rule: Any) -> dict[str, Any]:
    hours = int(rule.keeps.total_seconds() // 3600)
    return {
        "name": t.name({"zh": rule.zh, "en": rule.en}),
        "keeps": t("%(n)d hours", n=hours) if hours < 48 else t("%(n)d days", n=hours // 24),
        "then": t(STEPS[rule.then.value]),
        "reason": t.name({"zh": rule.reason_zh, "en": rule.reason_en}),
        "law": t.name({"zh": rule.law_zh, "en": rule.law_en}),
        "practice": rule.practice,
    }


def _public(item: Mapping[str, Any], places: Mapping[str, Any], written: Any) -> dict[str, str]:
    """What of an item may hang on a wall, in both languages: not its number, by which it could be claimed."""
    place = places.get(item["place"])
    area = AREAS[place.area] if place else None
    return {
        "what_zh": category_words(texts("zh"), item["category"]),
        "what_en": category_words(texts("en"), item["category"]),
        "colours_zh": "、".join(COLOURS[each].zh for each in item["colours"]),
        "colours_en": ", ".join(COLOURS[each].en for each in item["colours"]),
        "month": written(item["found_from"])[:7],
        "area_zh": area.zh if area else "",
        "area_en": area.en if area else "",
        "published": written(item["published_at"])[:10],
        "until": written(item["notice_until"])[:10],
    }
