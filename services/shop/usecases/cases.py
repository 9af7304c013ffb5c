"""After-sales: what was handed over and comes back, or isn't what it should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.ids import new_id
from kernel.instants import instant, instant_or_none
from kernel.saga import steps
from kernel.saga.protocols import Till
from services.shop import errors, events
from services.shop.domain.aftersales import Judged, judged
from services.shop.domain.cases import Case, CaseLine
from services.shop.domain.numbers import CASE, new_number
from services.shop.domain.orders import MallOrder
from services.shop.domain.parcels import Line, Parcel
from services.shop.schemas.order_words import CaseReason, CaseState, ParcelState
from services.shop.schemas.shared import EVERY
from services.shop.store.cases import CaseQuery
from services.shop.usecases import paying_back
from services.shop.usecases.order_views import instant_after, instant_cursor
from services.shop.usecases.ordering import mine, push
from services.shop.usecases.shared import Place, Tx, Work, once, refuse_other
from services.shop.usecases.telling import tell_parcel


@dataclass(frozen=True)
class Wanted:
    """Pieces of one line that shall come back. worth_fen: what was paid for them."""

    parcel: Parcel
    line: Line
    quantity: int
    worth_fen: int
    judged: Judged


def quote_return(uow: Work, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """QuoteReturnResultSchema: what these pieces are worth, and by which rule they may come back. now: the airport's time.

    Raises OrderNotFound, LineNotFound.
    """
    with uow.read() as tx:
        wanted = _wanted(mine(tx, request), request, now)
    return {
        "lines": [
            {
                "line_id": each.line.id,
                "quantity": each.quantity,
                "refund_fen": each.worth_fen,
                "allowed": each.judged.allowed,
                "words": dict(each.judged.words),
                "until": instant_or_none(each.judged.until),
                "needs_photo": each.judged.rule.needs_photo,
            }
            for each in wanted
        ],
        "refund_fen": sum(each.worth_fen for each in wanted),
        "allowed": all(each.judged.allowed for each in wanted),
    }


def open_case(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """CaseResultSchema: the shop will decide. now: the airport's time.

    Raises OrderNotFound, LineNotFound (also when the lines are of several parcels), NotReturnable, CaseOpen, BadRequest.
    """

    def work(tx: Tx) -> dict[str, Any]:
        order = mine(tx, request)
        steps.locked_alone(tx, order.id)
        order = mine(tx, request)
        wanted = _wanted(order, request, now)
        parcel = wanted[0].parcel
        if any(each.parcel.id != parcel.id for each in wanted):
            raise errors.LineNotFound
        for each in wanted:
            if not each.judged.allowed:
                raise errors.NotReturnable(line_id=each.line.id, words=dict(each.judged.words))
        if any(each.judged.rule.needs_photo for each in wanted) and not request["photos"]:
            raise errors.BadRequest(fields={"photos": ["The rule asks for one."]})
        for known in tx.store.cases_of([order.id]):
            if known.parcel_id == parcel.id and known.state is CaseState.OPEN:
                raise errors.CaseOpen(case_id=known.id)
        case = _opened(place, order, wanted, request, now)
        tx.store.add_case(case, [_photo(place, each) for each in request["photos"]], steps.BUYER)
        about = {"id": case.id, "number": case.number}
        tell_parcel(tx, events.CASE_OPENED, order.id, parcel, case=about)
        return {"case_id": case.id}

    done = once(uow, request, "open_case", work)
    return get_case(uow, place, {**request, **done})


def withdraw_case(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """CaseResultSchema: the buyer keeps it. Raises CaseNotFound, WrongCase."""

    def work(tx: Tx) -> dict[str, Any]:
        case = _held(tx, _mine(tx, request))
        decided = {"decided_at": now, "decided_by": steps.BUYER}
        tx.store.step_case(case, CaseState.WITHDRAWN, now, steps.BUYER, **decided)
        return {}

    once(uow, request, "withdraw_case", work)
    return get_case(uow, place, request)


def get_case(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """CaseResultSchema. Raises CaseNotFound."""
    with uow.read() as tx:
        return {"case": views_of(tx, place, [_mine(tx, request)])[0]}


def list_cases_of(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """CasesSchema: of one order, the newest first. Raises OrderNotFound."""
    with uow.read() as tx:
        order = mine(tx, request)
        return {"cases": views_of(tx, place, tx.store.cases_of([order.id]))}


# --- staff


def list_cases(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """StaffCasesSchema: the oldest first. Raises NotYourShop, BadCursor."""
    shop_ids = shops_asked(request)
    most = request["limit"]
    states = tuple(request["states"]) or (CaseState.OPEN,)
    query = CaseQuery(shop_ids, states, instant_after(request["cursor"]), most + 1)
    with uow.read() as tx:
        found = tx.store.list_cases(query)
        views = views_of(tx, place, found[:most], staff=True)
    last = found[most - 1] if len(found) > most else None
    return {"cases": views, "next_cursor": last and instant_cursor(last.opened_at, last.id)}


def get_staff_case(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """StaffCaseResultSchema. Raises CaseNotFound."""
    with uow.read() as tx:
        return {"case": views_of(tx, place, [_of_shops(tx, request)], staff=True)[0]}


def decide_case(
    uow: Work, place: Place, till: Till, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """StaffCaseResultSchema: some of the money goes back, or none.

    What was wholly paid by a coupon is taken back for the coupon alone, and the case is done at once.
    Raises CaseNotFound, WrongCase, TooMuch, BadRequest.
    """
    fen, actor = request["refund_fen"], request["actor"]

    def work(tx: Tx) -> dict[str, Any]:
        case = _held(tx, _of_shops(tx, request))
        if request["accept"] and not min(1, case.asked_fen) <= fen <= case.asked_fen:
            raise errors.TooMuch(most_fen=case.asked_fen)
        if not request["accept"] and not request["words"].strip():
            raise errors.BadRequest(fields={"words": ["Say why."]})
        parcel = tx.store.parcel(case.parcel_id)
        assert parcel is not None
        to = CaseState.ACCEPTED if request["accept"] else CaseState.REFUSED
        case = tx.store.step_case(
            case,
            to,
            now,
            actor,
            answer=request["words"],
            refund_fen=fen if request["accept"] else 0,
            decided_at=now,
            decided_by=actor,
        )
        if request["accept"]:
            pieces = {each.line_id: each.quantity for each in case.lines}
            back = paying_back.Back(pieces, paying_back.CASE, fen)
            paying_back.pay_back(tx, place, parcel, back, now)
            if not fen:
                case = tx.store.step_case(case, CaseState.REFUNDED, now, actor)
        about = {"id": case.id, "number": case.number, "state": case.state.value}
        tell_parcel(tx, events.CASE_DECIDED, case.order_id, parcel, case=about, refund_fen=case.refund_fen)
        paying_back.end_when_nothing_is_left(tx, case.order_id, actor, "returned")
        return {"order_id": case.order_id}

    done = once(uow, request, "decide_case", work)
    push(uow, place, till, done["order_id"], now)
    return get_staff_case(uow, place, request)


def get_case_photo(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """CasePhotoResultSchema. Raises PhotoNotFound."""
    with uow.read() as tx:
        found = tx.store.case_photo(request["photo_id"])
        case = None if found is None else tx.store.case(found[0])
        if found is None or case is None or not _may(request, case):
            raise errors.PhotoNotFound
        sealed = found[1] if request["size"] == "small" else found[2]
        return {"jpeg": place.vault.open(sealed, request["photo_id"])}


def get_own_case_photo(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """CasePhotoResultSchema: of a case of one's own order. Raises PhotoNotFound."""
    with uow.read() as tx:
        found = tx.store.case_photo(request["photo_id"])
        case = None if found is None else tx.store.case(found[0])
        sale = None if case is None else tx.store.sales.find(case.order_id)
        if found is None or sale is None or sale.buyer_id != request["passenger_id"]:
            raise errors.PhotoNotFound
        sealed = found[1] if request["size"] == "small" else found[2]
        return {"jpeg": place.vault.open(sealed, request["photo_id"])}


def shops_asked(request: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The shops that staff ask about; None: all. Raises NotYourShop."""
    if request["shop_id"] is not None:
        refuse_other(request["shops"], request["shop_id"])
        return (request["shop_id"],)
    return None if EVERY in request["shops"] else tuple(request["shops"])


# --- inside


def _wanted(order: MallOrder, request: Mapping[str, Any], now: datetime) -> list[Wanted]:
    """Raises LineNotFound, also for more pieces than are left."""
    asked: dict[str, int] = {}
    for each in request["lines"]:
        asked[each["line_id"]] = asked.get(each["line_id"], 0) + each["quantity"]
    known = {line.id: (parcel, line) for parcel in order.parcels for line in parcel.lines}
    found = []
    for line_id, quantity in asked.items():
        parcel, line = known.get(line_id, (None, None))
        if parcel is None or line is None or line.left < quantity:
            raise errors.LineNotFound
        at = parcel.ended_at if parcel.state is ParcelState.HANDED_OVER else None
        verdict = judged(line, request["reason"], at, now)
        found.append(Wanted(parcel, line, quantity, line.worth_fen(quantity), verdict))
    return found


def _opened(
    place: Place, order: MallOrder, wanted: Sequence[Wanted], request: Mapping[str, Any], now: datetime
) -> Case:
    parcel, case_id = wanted[0].parcel, new_id()
    reason: CaseReason = request["reason"]
    return Case(
        id=case_id,
        number=new_number(CASE),
        order_id=order.id,
        parcel_id=parcel.id,
        shop_id=parcel.shop_id,
        state=CaseState.OPEN,
        reason=reason,
        words_sealed=place.vault.seal(request["words"], case_id),
        asked_fen=sum(each.worth_fen for each in wanted),
        opened_at=now,
        lines=tuple(CaseLine(each.line.id, each.quantity, each.worth_fen) for each in wanted),
    )


def _photo(place: Place, given: Mapping[str, str]) -> dict[str, str]:
    photo_id = new_id()
    return {
        "id": photo_id,
        "thumbnail_sealed": place.vault.seal(given["thumbnail"], photo_id),
        "jpeg_sealed": place.vault.seal(given["jpeg"], photo_id),
    }


def _mine(tx: Tx, request: Mapping[str, Any]) -> Case:
    case = tx.store.case(request["case_id"])
    sale = None if case is None else tx.store.sales.find(case.order_id)
    if case is None or sale is None or sale.buyer_id != request["passenger_id"]:
        raise errors.CaseNotFound
    return case


def _of_shops(tx: Tx, request: Mapping[str, Any]) -> Case:
    case = tx.store.case(request["case_id"])
    if case is None or not _may(request, case):
        raise errors.CaseNotFound
    return case


def _may(request: Mapping[str, Any], case: Case) -> bool:
    return EVERY in request["shops"] or case.shop_id in request["shops"]


def _held(tx: Tx, found: Case) -> Case:
    """The case, its order locked. Raises WrongCase unless it is open."""
    steps.locked_alone(tx, found.order_id)
    case = tx.store.case(found.id)
    assert case is not None
    if case.state is not CaseState.OPEN:
        raise errors.WrongCase(state=case.state.value)
    return case


def views_of(tx: Tx, place: Place, cases: Sequence[Case], *, staff: bool = False) -> list[dict[str, Any]]:
    """CaseSchema, or StaffCaseSchema."""
    photos = tx.store.case_photos([each.id for each in cases])
    views = []
    for case in cases:
        parcel = tx.store.parcel(case.parcel_id)
        assert parcel is not None
        view = _view(place, case, parcel) | {"photos": photos[case.id]}
        views.append(view | {"decided_by": case.decided_by} if staff else view)
    return views


def _view(place: Place, case: Case, parcel: Parcel) -> dict[str, Any]:
    lines = {line.id: line for line in parcel.lines}
    words = "" if case.words_sealed is None else place.vault.open(case.words_sealed, case.id)
    return {
        "id": case.id,
        "number": case.number,
        "order_id": case.order_id,
        "parcel_number": parcel.number,
        "shop": {name: parcel.shop[name] for name in ("id", "name", "place", "phone")},
        "state": case.state.value,
        "reason": case.reason.value,
        "words": words,
        "lines": [
            {
                "line_id": each.line_id,
                "name": lines[each.line_id].words["name"],
                "options": lines[each.line_id].words["options"],
                "quantity": each.quantity,
                "paid_fen": each.paid_fen,
            }
            for each in case.lines
        ],
        "asked_fen": case.asked_fen,
        "refund_fen": case.refund_fen,
        "answer": case.answer,
        "opened_at": instant(case.opened_at),
        "decided_at": instant_or_none(case.decided_at),
    }
