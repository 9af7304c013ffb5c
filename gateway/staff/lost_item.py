"""One item: what it is, where it has been, what it may belong to, and what the desk does with it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway import photos
from gateway.staff.desks import Form, Place, act, act_with_files, page
from gateway.staff.lost_new import FINDERS, ITEM
from gateway.staff.lost_offer import OFFERED, UNKNOWN, offer
from gateway.staff.lost_reading import WRONG_SUM, sums
from gateway.staff.lost_shared import (
    HOME,
    STATES,
    SUPERVISORS,
    TABS,
    WRONG,
    LostFound,
    category_words,
    colour_words,
    found_words,
    money,
    title,
    written_in,
)
from gateway.staff.people import Staff
from gateway.staff.texts import N_, Texts
from gateway.uploads import Files
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.claim_words import ClaimState
from services.lostfound.schemas.vocabulary import MAX_PHOTOS, CustodyKind, ItemState, Step

DONE: Final = {
    "shelf": N_("It is on the shelf now."),
    "count": N_("Counted by two."),
    "change": N_("Changed."),
    "transfer": N_("It is on its way to the other desk."),
    "missing": N_("Reported missing. Whoever scans it finds it again."),
    "void": N_("Voided."),
    "photo": N_("The photo is kept."),
    **OFFERED,
}
KINDS: Final = {
    CustodyKind.REGISTERED.value: N_("Registered"),
    CustodyKind.MOVED_SHELF.value: N_("Put on a shelf"),
    CustodyKind.SENT.value: N_("Sent to another desk"),
    CustodyKind.ACCEPTED.value: N_("Accepted"),
    CustodyKind.MISSING.value: N_("Missing"),
    CustodyKind.FOUND_AGAIN.value: N_("Found again"),
    CustodyKind.RESERVED.value: N_("Kept for its owner"),
    CustodyKind.RELEASED.value: N_("Kept for its owner no longer"),
    CustodyKind.COUNTED.value: N_("Counted by two"),
    CustodyKind.HANDED_OVER.value: N_("Handed over"),
    CustodyKind.COURIER_TOOK.value: N_("Taken by the courier"),
    CustodyKind.CAME_BACK.value: N_("Came back"),
    CustodyKind.TO_POLICE.value: N_("Handed to the police"),
    CustodyKind.DISPOSED.value: N_("Disposed of"),
    CustodyKind.VOIDED.value: N_("Voided"),
    CustodyKind.CORRECTED.value: N_("Corrected"),
}
"""What happened, row by row of the chain of custody."""
THEN: Final = {
    Step.DESTROY.value: N_("then destroyed by two"),
    Step.POLICE.value: N_("then to the police"),
    Step.NOTICE.value: N_("then a notice is published"),
    Step.DISPOSE.value: N_("then it is the state's"),
}
CLAIMED: Final = {
    ClaimState.SUBMITTED.value: (N_("To decide"), "late"),
    ClaimState.APPROVED.value: (N_("Waits to be fetched"), "go"),
}
_AT_AIRLINE: Final = (N_("With the airline"), "late")
"""Claims that still go on."""
_PAPERS: Final = {
    "passport": N_("Passport"),
    "id_card": N_("Identity card"),
    "permit": N_("Permit"),
    "licence": N_("Licence"),
    "other": N_("Other document"),
}
_OPEN: Final = frozenset({ItemState.STORED.value, ItemState.RESERVED.value})
_MOST_REASON: Final = 200


def standing(item: Mapping[str, Any]) -> tuple[str, str]:
    """How an item stands, in a word, with its tone. What an airline keeps isn't with us, though nobody has it yet."""
    if item["state"] == ItemState.STORED.value and item["holder"].startswith("airline:"):
        return _AT_AIRLINE
    return STATES[item["state"]]


class ItemPages:
    """The page of an item and its forms."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(ITEM, self.page),
            act(f"{ITEM}/private", self.private),
            act(f"{ITEM}/shelf", self.shelf),
            act(f"{ITEM}/count", self.count),
            act(f"{ITEM}/transfer", self.transfer),
            act(f"{ITEM}/offer", self.offer),
            act(f"{ITEM}/missing", self.missing),
            act(f"{ITEM}/void", self.void, SUPERVISORS),
            act_with_files(f"{ITEM}/photo", self.photo, {"photo": MAX_PHOTOS}),
        )

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/items/{number}."""
        return await self._draw(request, staff)

    async def private(self, request: Request, staff: Staff, form: Form) -> bytes:
        """POST …/private: the same page with what is sealed. Who looked is noted first."""
        await self._console.note(request, staff, "names.shown", number_in(request))
        return await self._draw(request, staff, whole=True)

    # --- what is done with it --------------------------------------------------------------------------------

    async def shelf(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/shelf: where it lies now."""
        return await self._do(
            request, staff, form, "shelf", "put_on_shelf", shelf=form.get("shelf", "").strip()[:40]
        )

    async def missing(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/missing: it isn't where it should be."""
        reason = form.get("reason", "").strip()[:_MOST_REASON]
        return await self._do(request, staff, form, "missing", "report_missing", reason=reason)

    async def void(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/void, by a supervisor: it was registered in error."""
        reason = form.get("reason", "").strip()[:_MOST_REASON]
        return await self._do(request, staff, form, "void", "void_item", reason=reason)

    async def count(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/count: by whoever is signed in and a second person with a code of their own."""
        t, cash = self._console.texts(request), sums(form.get("cash", ""))
        if cash is None:
            return await self._told(request, staff, form, "count", {"cash": t(WRONG_SUM)})
        try:
            about = f"{number_in(request)} {money(cash)}".strip()
            witness = await self._lost.witness(request, staff, form, about)
        except ServiceError as exc:
            if exc.kind not in WRONG:
                raise
            return await self._told(request, staff, form, "count", self._lost.blamed(t, exc), 400)
        if witness is None:
            wrong = {"witness_login": t("A second person counts, too, and types their own login and code.")}
            return await self._told(request, staff, form, "count", wrong)
        return await self._do(request, staff, form, "count", "count_cash", cash=cash, witness=witness)

    async def transfer(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/transfer: to another desk."""
        item = (await self._get(request, staff))["item"]
        wish = {"to_desk": form.get("to_desk", "")[:40], "carrier": form.get("carrier", "").strip()[:80]}
        return await self._sent(
            request, staff, form, "transfer", "send_transfer", {"item_ids": [item["id"]], **wish}
        )

    async def offer(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/offer: to a report, by its number."""
        try:
            pair = (form.get("report", ""), number_in(request))
            done = await offer(self._lost, request, staff, form, pair)
        except ServiceError as exc:
            if exc.kind not in WRONG and exc.code not in UNKNOWN:
                raise
            wrong = {"": self._console.refused(request, exc)}
            status = 409 if exc.kind is Kind.CONFLICT else 400
            return await self._told(request, staff, form, "offer", wrong, status)
        return self._console.go(f"{HOME}/items/{number_in(request)}?done={done}")

    async def photo(self, request: Request, staff: Staff, form: Form, files: Files) -> Response:
        """POST …/photo, without the script: one or more photos."""
        if not files["photo"]:
            wrong = {"photo": self._console.texts(request)("Choose or take a photo first.")}
            return await self._told(request, staff, form, "photo", wrong)
        item = (await self._get(request, staff))["item"]
        for at, file in enumerate(files["photo"]):
            try:
                photo = await photos.take(file.content)
            except ServiceError as exc:
                if exc.kind not in {Kind.INVALID, Kind.TOO_LARGE}:
                    raise
                wrong = {"photo": self._console.refused(request, exc)}
                return await self._told(request, staff, form, "photo", wrong)
            secret = {
                "jpeg": base64.b64encode(photo.jpeg).decode(),
                "thumbnail": base64.b64encode(photo.thumbnail).decode(),
            }
            drawn = form.get("form_id", "")
            once = {"form_id": f"{drawn[:-1]}{at:x}" if drawn else ""}
            await self._lost.write_sealed(
                request, staff, once, "attach_photo", ("photo", secret), item_id=item["id"]
            )
        return self._console.go(f"{HOME}/items/{item['number']}?done=photo")

    # --- the page ---------------------------------------------------------------------------------------------

    async def _do(
        self, request: Request, staff: Staff, form: Form, name: str, method: str, **wish: Any
    ) -> Response:
        item = (await self._get(request, staff))["item"]
        return await self._sent(request, staff, form, name, method, {"item_id": item["id"], **wish})

    async def _sent(
        self, request: Request, staff: Staff, form: Form, name: str, method: str, wish: Mapping[str, Any]
    ) -> Response:
        """On to the page when it was done; else the page with what is wrong beside its form."""
        try:
            await self._lost.write(request, staff, form, method, **wish)
        except ServiceError as exc:
            if exc.kind not in WRONG and exc.code not in {
                "lostfound.same_person",
                "lostfound.desk_not_found",
            }:
                raise
            t = self._console.texts(request)
            wrong = self._lost.blamed(t, exc) or {"": self._console.refused(request, exc)}
            return await self._told(
                request, staff, form, name, wrong, 409 if exc.kind is Kind.CONFLICT else 400
            )
        return self._console.go(f"{HOME}/items/{number_in(request)}?done={name}")

    async def _told(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        name: str,
        wrong: Mapping[str, str],
        status: int = 400,
    ) -> Response:
        typed = {key: value for key, value in form.items() if key != "witness_code"}
        html = await self._draw(request, staff, refused=(name, wrong), typed=typed)
        return self._console.page(request, html, status)

    async def _get(self, request: Request, staff: Staff) -> dict[str, Any]:
        found: dict[str, Any] = await self._lost.read(request, staff, "get_item", number=number_in(request))
        return found

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        *,
        whole: bool = False,
        refused: tuple[str, Mapping[str, str]] = ("", {}),
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        t, lost = self._console.texts(request), self._lost
        found, desks = await asyncio.gather(self._get(request, staff), lost.desks(request, staff))
        item = found["item"]
        return self._console.draw(
            request,
            "lost_item.html",
            staff,
            tabs=TABS,
            item=item,
            title=title(t, item),
            state=standing(item),
            facts=self._facts(t, item, desks),
            personal=found["personal"] if whole else None,
            papers=_PAPERS,
            here=f"{HOME}/items/{item['number']}",
            done=DONE.get(request.query_params.get("done", ""), ""),
            refused=refused,
            typed=typed or {},
            may=_possible(item, staff),
            desks=[each for each in desks if each["id"] != item["desk_id"]],
            shelves=next((each["shelves"] for each in desks if each["id"] == item["desk_id"]), []),
            counted=money(item["cash"]),
            **await self._around(request, staff, found, desks),
        )

    async def _around(
        self,
        request: Request,
        staff: Staff,
        found: Mapping[str, Any],
        desks: Sequence[Mapping[str, Any]],
    ) -> dict[str, Any]:
        """Its chain with the names of who did what; whose it may be, as far as that can be asked just now."""
        t, lost, item, custody = self._console.texts(request), self._lost, found["item"], found["custody"]
        matches, claims, names = await asyncio.gather(
            lost.try_read(request, staff, "list_matches", actor=staff.actor, found_id=item["id"]),
            lost.try_read(request, staff, "search_claims", actor=staff.actor, item_id=item["id"]),
            lost.names(request, staff, [each[key] for each in custody for key in ("actor", "witness")]),
        )
        return {
            "custody": self._rows(t, custody, desks, names),
            "matches": [_match(t, each) for each in matches["matches"]] if matches else [],
            "claims": [
                {"id": each["id"], "number": each["number"], "state": CLAIMED[each["state"]]}
                for each in (claims["claims"] if claims else [])
                if each["state"] in CLAIMED
            ],
        }

    def _facts(
        self, t: Texts, item: Mapping[str, Any], desks: Sequence[Mapping[str, Any]]
    ) -> list[tuple[str, str]]:
        written, finder = written_in(self._console), FINDERS[item["finder_kind"]]
        kept = written(item["notice_until"] or item["keep_until"])
        then, between = THEN.get(item["due"], ""), "、" if t.language == "zh" else ", "
        found = [
            (t("Kind"), category_words(t, item["category"])),
            (t("Colours"), between.join(colour_words(t, each) for each in item["colours"])),
            (t("Brand"), item["brand"]),
            (t("Description"), item["description"]),
            (t("Cash"), money(item["cash"])),
            (t("Found"), found_words(item, written)),
            (t("Where"), " · ".join(filter(None, (self._lost.place(t, item["place"]), item["place_note"])))),
            (t("Flight"), " ".join(filter(None, (item["flight_id"], item["seat"])))),
            (t("Found by"), t(finder)),
            (t("With"), self._lost.holder(t, desks, item["holder"])),
            (t("Shelf"), item["shelf"] or ""),
            (t("Kept until"), f"{kept} · {t(then)}" if then else ""),
            (t("Notice published"), written(item["published_at"])),
            (t("Number elsewhere"), item["external_ref"] or ""),
        ]
        return [(name, value) for name, value in found if value]

    def _rows(
        self,
        t: Texts,
        custody: Sequence[Mapping[str, Any]],
        desks: Sequence[Mapping[str, Any]],
        names: Mapping[str, str],
    ) -> list[dict[str, str]]:
        """The chain, the newest first."""
        written = written_in(self._console)
        return [
            {
                "what": t(what),
                "tone": "bad" if each["kind"] in {"missing", "voided"} else "",
                "at": written(each["at"]),
                "who": names.get(each["actor"], each["actor"]),
                "witness": names.get(each["witness"] or "", each["witness"] or ""),
                "to": self._lost.holder(t, desks, each["to_holder"])
                if each["to_holder"] != each["from_holder"]
                else "",
                "note": each["note"],
                "seal": each["hash"][:8],
            }
            for each, what in ((each, KINDS[each["kind"]]) for each in reversed(custody))
        ]


def _possible(item: Mapping[str, Any], staff: Staff) -> dict[str, bool]:
    """What the page offers; the service decides."""
    stored = item["state"] == ItemState.STORED.value
    here = item["state"] in _OPEN and item["desk_id"] is not None
    return {
        "shelf": here,
        "count": here and (item["valuable"] or bool(item["cash"])),
        "transfer": stored and item["desk_id"] is not None,
        "change": item["state"] in _OPEN,
        "missing": item["state"] in _OPEN | {ItemState.IN_TRANSFER.value} and item["missing_at"] is None,
        "offer": stored or item["state"] == ItemState.IN_TRANSFER.value,
        "void": stored and staff.may(SUPERVISORS),
        "photo": item["state"] in _OPEN and len(item["photos"]) < MAX_PHOTOS,
    }


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
        "guessed": bool(match["reasons"]),
        "known": match["told_at"] is not None or match["offered_at"] is not None,
        "open": report["state"] == "open" and match["state"] == "suggested",
    }


def number_in(request: Request) -> str:
    """The number that an address names."""
    return str(request.path_params["number"])[:40]
