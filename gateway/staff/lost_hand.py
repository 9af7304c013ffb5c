"""Handing over at the desk: the label or number, the claimant's code, who they are, their signature, and a receipt."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

import orjson
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from gateway import photos
from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, Place, act_with_files, page
from gateway.staff.lost_claims import CLAIMS
from gateway.staff.lost_compare import PAPERS
from gateway.staff.lost_scan import CAMERA_WORDS
from gateway.staff.lost_shared import HOME, ROLES, TABS, WRONG, LostFound, title, written_in
from gateway.staff.people import Staff
from gateway.staff.texts import N_
from gateway.uploads import Files
from kernel.errors import Kind, NotFound, ServiceError
from services.lostfound.schemas.claim_words import MAX_POINTS, MAX_STROKES, ClaimState
from services.lostfound.schemas.vocabulary import DocumentKind, ItemState

HAND: Final = f"{HOME}/handover"
_PHOTO: Final = "photo"
_WIDEST: Final = 4096
_AGAIN: Final = frozenset({"lostfound.item_not_found", "lostfound.bad_number"})
_FIELDS: Final = {"doc_holder": "holder_name", "kind": "doc_kind"}
"""Fields as `blamed` calls them that this form calls otherwise."""
_SECOND: Final = frozenset({"lostfound.second_person_needed", "lostfound.same_person"})
_CODES: Final = frozenset({"lostfound.wrong_code", "lostfound.code_locked"})


class NoHandover(NotFound):
    """Nothing was handed over for this claim, or so long ago that it was forgotten."""

    code = "lostfound.claim_not_found"


def desk(console: Console) -> Desk:
    hand = Handing(LostFound(console))
    return Desk(HAND, N_("Hand over"), "lost", ROLES, hand.places(), in_menu=False)


class Handing:
    """The page, its form, the receipt."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(HAND, self.page),
            act_with_files(HAND, self.hand_over, {_PHOTO: 1}),
            page(f"{CLAIMS}/{{claim_id}}/receipt", self.receipt),
        )

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/lost/handover?number=…: scan or type first, then who stands there."""
        number = request.query_params.get("number", "").strip()[:40]
        return await self._draw(request, staff, number, {}, {})

    async def hand_over(self, request: Request, staff: Staff, form: Form, files: Files) -> bytes | Response:
        """POST /staff/lost/handover: all or nothing; a code that is wrong leaves what was typed and signed."""
        t, number = self._console.texts(request), form.get("item", "").strip()[:40]
        private, wrong = _private(form)
        if wrong:
            told = {name: t(said) for name, said in wrong.items()}
            return await self._draw(request, staff, number, form, told, 400)
        try:
            private["photo"] = await _photo(files)
            mine = await self._lost.my_desk(request, staff)
            witness = await self._lost.witness(request, staff, form, f"handover {number}")
            done = await self._lost.write_sealed(
                request,
                staff,
                form,
                "hand_over",
                ("sealed", private),
                item=number or "-",
                desk_id=mine["id"] if mine else None,
                witness=witness,
                code=form.get("code", "").strip()[:16],
            )
        except ServiceError as exc:
            if exc.kind not in WRONG | {Kind.NOT_FOUND, Kind.TOO_LARGE}:
                raise
            told = self._told(request, exc)
            return await self._draw(
                request, staff, number, form, told, 409 if exc.kind is Kind.CONFLICT else 400
            )
        return self._console.go(f"{CLAIMS}/{done['claim_id']}/receipt?done=1")

    async def receipt(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/claims/{claim_id}/receipt: for both, to be printed."""
        lost, t = self._lost, self._console.texts(request)
        claim_id = str(request.path_params["claim_id"])[:64]
        claim = (await lost.read(request, staff, "get_claim", actor=staff.actor, claim_id=claim_id))["claim"]
        told = await lost.read(request, staff, "get_handover", actor=staff.actor, claim_id=claim["id"])
        handover = told["handover"]
        if handover is None:
            raise NoHandover
        item = (await lost.read(request, staff, "get_item", item_id=claim["item_id"]))["item"]
        desks = await lost.desks(request, staff)
        names = await lost.names(request, staff, [handover["actor"]])
        shown_as = PAPERS[handover["identity"]["kind"]]
        return self._console.draw(
            request,
            "lost_receipt.html",
            staff,
            tabs=TABS,
            section=HAND,
            claim=claim,
            item=item,
            title=title(t, item),
            handover=handover,
            at=written_in(self._console)(handover["at"]),
            desk=lost.holder(t, desks, f"desk:{handover['desk_id']}") if handover["desk_id"] else "",
            by=names.get(handover["actor"], handover["actor"]),
            paper=t(shown_as),
            signature=drawn(handover["signature"]) if handover["signature"] else None,
            done=request.query_params.get("done") == "1",
            airport=self._console.deps.airport,
        )

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        number: str,
        typed: Mapping[str, str],
        wrong: Mapping[str, str],
        status: int = 200,
    ) -> Response:
        lost, t, item, claim = self._lost, self._console.texts(request), None, None
        if number:
            try:
                item = (await lost.read(request, staff, "get_item", number=number))["item"]
            except ServiceError as exc:
                if exc.code not in _AGAIN:
                    raise
                wrong, status = {"find": self._console.refused(request, exc), **wrong}, 404
        if item is not None:
            claim = await self._claim(request, staff, item)
        html = self._console.draw(
            request,
            "lost_hand.html",
            staff,
            tabs=TABS,
            number=number,
            item=item,
            title=title(t, item) if item else "",
            held=lost.holder(t, await lost.desks(request, staff), item["holder"]) if item else "",
            claim=claim,
            returned=item is not None and item["state"] == ItemState.RETURNED.value,
            papers=PAPERS,
            words={key: t(word) for key, word in CAMERA_WORDS.items()},
            typed={key: value for key, value in typed.items() if key != "csrf"},
            wrong=wrong,
            most=(MAX_STROKES, MAX_POINTS),
        )
        return self._console.page(request, html, status)

    async def _claim(self, request: Request, staff: Staff, item: Mapping[str, Any]) -> dict[str, Any] | None:
        """The approved claim on it, with what the desk must know; None when nobody's is."""
        wish = {"actor": staff.actor, "item_id": item["id"], "state": ClaimState.APPROVED.value, "limit": 1}
        found = (await self._lost.read(request, staff, "search_claims", **wish))["claims"]
        if not found:
            return None
        answer = await self._lost.read(
            request, staff, "get_claim", actor=staff.actor, claim_id=found[0]["id"]
        )
        claim: dict[str, Any] = answer["claim"]
        return claim

    def _told(self, request: Request, error: ServiceError) -> dict[str, str]:
        sentence = self._console.refused(request, error)
        if error.code in _CODES:
            return {"code": sentence}
        if error.code in _SECOND:
            return {"witness_login": sentence}
        if error.code.startswith("photos."):
            return {_PHOTO: sentence}
        found = self._lost.blamed(self._console.texts(request), error)
        return {_FIELDS.get(name, name): said for name, said in found.items()} or {"": sentence}


def drawn(signature: Mapping[str, Any]) -> Markup:
    """A signature as lines; of its numbers nothing but numbers comes here."""
    strokes = " ".join(
        "M" + "L".join(f"{int(x)} {int(y)}" for x, y in [*stroke, *(stroke if len(stroke) == 1 else [])])
        for stroke in signature["strokes"]
    )
    width, height = int(signature["width"]), int(signature["height"])
    return Markup(
        '<svg class="signature" viewBox="0 0 {} {}" role="img" aria-hidden="true"><path d="{}"/></svg>'
    ).format(width, height, strokes)


def _private(form: Form) -> tuple[dict[str, Any], dict[str, str]]:
    """What leaves sealed, and what is wrong with it by field."""
    wrong: dict[str, str] = {}
    identity = {
        "kind": form.get("doc_kind", ""),
        "holder_name": form.get("holder_name", "").strip()[:80],
        "number": form.get("doc_number", "").strip()[:32],
    }
    if identity["kind"] not in {each.value for each in DocumentKind}:
        wrong["doc_kind"] = N_("Which document did you see?")
    if not identity["holder_name"]:
        wrong["holder_name"] = N_("The name as it stands on the document.")
    if not identity["number"]:
        wrong["doc_number"] = N_("The number as it stands on the document.")
    paper = form.get("paper", "").strip()[:40]
    signature = None if paper else _strokes(form.get("signature", ""))
    if signature is None and not paper:
        wrong["signature"] = N_("They sign in the box, or on paper: then type the number of the form.")
    return {"identity": identity, "signature": signature, "paper": paper or None, "photo": None}, wrong


def _strokes(text: str) -> dict[str, Any] | None:
    """What the box sent; None when nobody signed, or when it isn't what our box sends."""
    try:
        sent = orjson.loads(text or "null")
        strokes = [[[int(x), int(y)] for x, y in stroke] for stroke in sent["strokes"]]
        width, height = int(sent["width"]), int(sent["height"])
    except (ValueError, TypeError, KeyError):
        return None
    points = [each for stroke in strokes for point in stroke for each in point]
    good = 0 < len(strokes) <= MAX_STROKES and all(0 < len(each) <= MAX_POINTS for each in strokes)
    if not good or not 0 < width <= _WIDEST or not 0 < height <= _WIDEST:
        return None
    return (
        {"width": width, "height": height, "strokes": strokes}
        if all(0 <= each <= _WIDEST for each in points)
        else None
    )


async def _photo(files: Files) -> dict[str, str] | None:
    if not files[_PHOTO]:
        return None
    photo = await photos.take(files[_PHOTO][0].content)
    return {
        "jpeg": base64.b64encode(photo.jpeg).decode(),
        "thumbnail": base64.b64encode(photo.thumbnail).decode(),
    }
