"""What shops do with parcels: pick, ask, make ready, send, hand over, give up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.saga import steps
from kernel.saga.protocols import Till
from services.shop import errors, events
from services.shop.domain.duty_free import Piece, may_come_instead
from services.shop.domain.numbers import PARCEL, as_code, as_number
from services.shop.domain.orders import spot_of
from services.shop.domain.parcels import OPEN, Line, Parcel, Step
from services.shop.domain.promises import SLACK, walk
from services.shop.schemas.order_words import AskKind, ParcelState, Way
from services.shop.schemas.shared import EVERY
from services.shop.schemas.vocabulary import MoveKind
from services.shop.store.order_seals import PARCEL_CODE
from services.shop.store.parcels import ParcelQuery, Who
from services.shop.store.stock import Reason
from services.shop.usecases import stocking
from services.shop.usecases.goods import pieces_of
from services.shop.usecases.order_views import instant_after, instant_cursor, staff_parcel_view
from services.shop.usecases.ordering import push
from services.shop.usecases.paying_back import end_when_nothing_is_left, give_up
from services.shop.usecases.promising import Question, ask
from services.shop.usecases.quoting import on_shelf
from services.shop.usecases.shared import Place, Tx, Work, once, refuse_other
from services.shop.usecases.telling import tell_parcel

_WORK: Final = tuple(sorted(OPEN))


def list_parcels(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """StaffParcelsSchema: the most urgent first. now: the airport's time. Raises NotYourShop, BadCursor."""
    if request["shop_id"] is not None:
        refuse_other(request["shops"], request["shop_id"])
        shop_ids: tuple[str, ...] | None = (request["shop_id"],)
    else:
        shop_ids = None if EVERY in request["shops"] else tuple(request["shops"])
    most = request["limit"]
    query = ParcelQuery(
        shop_ids, tuple(request["states"]) or _WORK, instant_after(request["cursor"]), most + 1
    )
    with uow.read() as tx:
        found = tx.store.list_parcels(query)
        views = _views(tx, place, found[:most], now)
    last = found[most - 1] if len(found) > most else None
    return {
        "parcels": views,
        "next_cursor": None if last is None else instant_cursor(last.promised_until, last.id),
    }


def get_parcel(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """StaffParcelResultSchema, with its steps. Raises ParcelNotFound."""
    with uow.read() as tx:
        number, code = as_number(request["parcel"], PARCEL), as_code(request["parcel"])
        found = tx.store.parcel(request["parcel"]) if number is None else tx.store.parcel_numbered(number)
        if found is None and code is not None:
            found = tx.store.parcel_coded(place.vault.candidates(code, PARCEL_CODE))
        if found is None or found.state in (ParcelState.HELD, ParcelState.ENDED):
            raise errors.ParcelNotFound
        _refuse_others(request, found)
        return {"parcel": _view(tx, place, found, now, steps_too=True)}


def start_picking(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """StaffParcelResultSchema. Raises ParcelNotFound, WrongParcel."""

    def work(tx: Tx) -> dict[str, Any]:
        parcel = _locked(tx, request, ParcelState.PLACED)
        tx.store.step_parcel(parcel, ParcelState.PICKING, Who(request["actor"], "picks", now))
        return {}

    return _done(uow, place, request, ("start_picking", work), now)


def parcel_ready(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """StaffParcelResultSchema: what was promised to the buyer leaves the shelf. Raises ParcelNotFound, WrongParcel."""

    def work(tx: Tx) -> dict[str, Any]:
        parcel = _locked(tx, request, ParcelState.PICKING)
        reason = Reason(MoveKind.SOLD, request["actor"], tx.now(), parcel.order_id, parcel.number)
        stocking.sell(tx, pieces_of([parcel]), reason)
        who = Who(request["actor"], "is ready", now)
        after = tx.store.step_parcel(parcel, ParcelState.READY, who, packed=True)
        tell_parcel(tx, events.PARCEL_READY, after.order_id, after)
        return {}

    return _done(uow, place, request, ("parcel_ready", work), now)


def send_to_gate(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """StaffParcelResultSchema: somebody walks to the gate with it. Raises ParcelNotFound, WrongParcel."""

    def work(tx: Tx) -> dict[str, Any]:
        parcel = _locked(tx, request, ParcelState.READY)
        if parcel.way is not Way.GATE:
            raise errors.WrongParcel(state=parcel.state.value)
        who = Who(request["actor"], f"goes to gate {parcel.gate or '?'}", now)
        after = tx.store.step_parcel(parcel, ParcelState.ON_THE_WAY, who)
        tell_parcel(tx, events.PARCEL_ON_THE_WAY, after.order_id, after)
        return {}

    return _done(uow, place, request, ("send_to_gate", work), now)


def report_missing(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """StaffParcelResultSchema: pieces aren't there, and the buyer says what shall become of it.

    What is offered instead is held for the buyer until then. Raises ParcelNotFound, WrongParcel, LineNotFound,
    NotEnoughStock, VariantNotFound, NotEligible: what is offered, its buyer couldn't have bought.
    """

    def work(tx: Tx) -> dict[str, Any]:
        parcel = _locked(tx, request, ParcelState.PLACED, ParcelState.PICKING)
        line = next((each for each in parcel.lines if each.id == request["line_id"]), None)
        if line is None or line.left < request["quantity"]:
            raise errors.LineNotFound
        offer = _offer(tx, (parcel, line), request, now)
        words = _missing_words(line, request["quantity"])
        until = now + timedelta(minutes=place.settings.ask_min)
        question = Question(
            AskKind.MISSING, words, until, request["actor"], line.id, request["quantity"], offer
        )
        ask(tx, parcel, question, now)
        return {}

    return _done(uow, place, request, ("report_missing", work), now)


def hand_over(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """StaffParcelResultSchema: the parcel of this code is its buyer's, once.

    Another shop's parcel is answered as one that there isn't. Raises WrongCode, WrongParcel, PassNotChecked.
    """
    code = as_code(request["code"])

    def work(tx: Tx) -> dict[str, Any]:
        found = None if code is None else tx.store.parcel_coded(place.vault.candidates(code, PARCEL_CODE))
        if found is None or not _may(request, found):
            raise errors.WrongCode
        steps.locked_alone(tx, found.order_id)
        parcel = tx.store.parcel(found.id)
        assert parcel is not None
        if request["number"] is not None and as_number(request["number"], PARCEL) != parcel.number:
            raise errors.WrongCode
        if parcel.state not in (ParcelState.READY, ParcelState.ON_THE_WAY):
            raise errors.WrongParcel(state=parcel.state.value, number=parcel.number)
        if parcel.duty_free and not request["checked_pass"]:
            raise errors.PassNotChecked(number=parcel.number)
        said = "handed over, boarding pass checked" if request["checked_pass"] else "handed over"
        after = tx.store.step_parcel(parcel, ParcelState.HANDED_OVER, Who(request["actor"], said, now))
        tell_parcel(tx, events.PARCEL_HANDED_OVER, after.order_id, after)
        return {"parcel_id": after.id}

    # The code isn't kept with the answer, not even as what was asked.
    asked = dict(request) | {"code": place.vault.index(code or "", PARCEL_CODE)}
    done = once(uow, asked, "hand_over", work)
    with uow.read() as tx:
        parcel = tx.store.parcel(done["parcel_id"])
        assert parcel is not None
        return {"parcel": _view(tx, place, parcel, now)}


def withdraw_parcel(
    uow: Work, place: Place, till: Till, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """StaffParcelResultSchema: the shop can't deliver; all of it goes back. Raises ParcelNotFound, WrongParcel."""

    def work(tx: Tx) -> dict[str, Any]:
        parcel = _locked(tx, request, ParcelState.PLACED, ParcelState.PICKING, ParcelState.READY)
        why = {"zh": request["words"], "en": request["words"]}
        cancel(tx, place, parcel, Who(request["actor"], "the shop can't deliver", now), why)
        return {}

    answer = _done(uow, place, request, ("withdraw_parcel", work), now)
    push(uow, place, till, answer["parcel"]["order_id"], now)
    return answer


def cancel(tx: Tx, place: Place, parcel: Parcel, who: Who, why: Mapping[str, str]) -> Parcel:
    """A parcel of a locked order won't come: its money goes back, and its goods onto the shelf."""
    _, fen = give_up(tx, place, parcel, ParcelState.CANCELLED, who)
    after = tx.store.step_parcel(parcel, ParcelState.CANCELLED, who, why=why)
    tell_parcel(tx, events.PARCEL_CANCELLED, after.order_id, after, refund_fen=fen, why=dict(why))
    end_when_nothing_is_left(tx, after.order_id, who.actor, "cancelled")
    return after


def _done(
    uow: Work, place: Place, request: Mapping[str, Any], what: tuple[str, Any], now: datetime
) -> dict[str, Any]:
    """Do it once, and show the parcel as it is then."""
    once(uow, request, *what)
    with uow.read() as tx:
        parcel = tx.store.parcel(request["parcel_id"])
        assert parcel is not None
        return {"parcel": _view(tx, place, parcel, now)}


def _locked(tx: Tx, request: Mapping[str, Any], *states: ParcelState) -> Parcel:
    """The parcel that staff name, its order locked. Raises ParcelNotFound, WrongParcel."""
    found = tx.store.parcel(request["parcel_id"])
    if found is None:
        raise errors.ParcelNotFound
    _refuse_others(request, found)
    steps.locked_alone(tx, found.order_id)
    parcel = tx.store.parcel(found.id)
    assert parcel is not None
    if parcel.state not in states:
        raise errors.WrongParcel(state=parcel.state.value)
    return parcel


def _may(request: Mapping[str, Any], parcel: Parcel) -> bool:
    return EVERY in request["shops"] or parcel.shop_id in request["shops"]


def _refuse_others(request: Mapping[str, Any], parcel: Parcel) -> None:
    if not _may(request, parcel):
        raise errors.ParcelNotFound


def _offer(
    tx: Tx, missing: tuple[Parcel, Line], request: Mapping[str, Any], now: datetime
) -> dict[str, Any] | None:
    """missing: of which parcel, and what."""
    variant_id, (parcel, line) = request["offer_variant_id"], missing
    if variant_id is None:
        return None
    thing = on_shelf(tx.store, [variant_id]).get(variant_id)
    if thing is None or not thing.offered or thing.shop.id != parcel.shop_id:
        raise errors.VariantNotFound
    _refuse_ineligible(tx, parcel, line, thing.piece(request["quantity"]))
    if stocking.hold(tx, {thing.key: request["quantity"]}):
        raise errors.NotEnoughStock(variant_id=variant_id)
    product = thing.product
    return {
        "variant_id": variant_id,
        "product_id": product.id,
        "unit_fen": thing.unit_fen(now),
        "duty_free": product.duty_free,
        "kind": product.kind.value,
        "category": product.category,
        "perishable": product.perishable,
        **thing.words,
    }


def _refuse_ineligible(tx: Tx, parcel: Parcel, line: Line, offered: Piece) -> None:
    order, product = tx.store.order(parcel.order_id), tx.store.product(line.product_id)
    assert order is not None
    assert product is not None, "products are never deleted"
    wanted = Piece(line.variant_id, line.kind, line.duty_free, product.liquid_ml or 0, offered.quantity)
    if not may_come_instead(wanted, offered, adult=order.adult):
        raise errors.NotEligible(
            variant_ids=[offered.variant_id], why="not_eligible", words=dict(_NOT_INSTEAD)
        )


_NOT_INSTEAD: Final = {
    "zh": "不能用顾客本单不符合条件的免税品或烟酒替换",
    "en": "Duty free, alcohol and tobacco come only in place of what their buyer could have bought",
}


def _missing_words(line: Line, quantity: int) -> dict[str, str]:
    name = line.words["name"]
    return {
        "zh": f"“{name['zh']}”缺货 {quantity} 件，换一件还是退款？",
        "en": f"{quantity} of “{name['en']}” can't be found. Something else, or the money back?",
    }


def _view(tx: Tx, place: Place, parcel: Parcel, now: datetime, *, steps_too: bool = False) -> dict[str, Any]:
    trace = tx.store.parcel_steps(parcel.id) if steps_too else []
    return _views(tx, place, [parcel], now, trace)[0]


def _views(
    tx: Tx, place: Place, parcels: Sequence[Parcel], now: datetime, trace: Sequence[Step] = ()
) -> list[dict[str, Any]]:
    """StaffParcelSchema of each, in four questions whatever their number."""
    asks = tx.store.open_asks([each.id for each in parcels])
    flown = tx.store.flights_of([each.order_id for each in parcels])
    flights = tx.store.flights(set(flown.values()))
    shops = tx.store.shops_of({each.shop_id for each in parcels})
    views = []
    for each in parcels:
        spot = spot_of(shops[each.shop_id], place.airport.iata, place.zone, now)
        flight = flights.get(flown.get(each.order_id, ""))
        # When it must be ready to be where it is promised in time.
        way = walk(spot, each.gate) + SLACK if each.way is Way.GATE else timedelta()
        around = (asks.get(each.id), flight, each.promised_until - way)
        views.append(staff_parcel_view(place, each, around, trace))
    return views
