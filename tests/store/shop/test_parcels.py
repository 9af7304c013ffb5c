"""Parcels that are promised anew, asked about, missed or cancelled, and what of money and coupons comes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from kernel.saga.states import RefundState
from services.shop import errors
from services.shop.schemas import cases as schema_cases
from services.shop.schemas import invoices as invoice_schemas
from services.shop.schemas import orders
from services.shop.schemas import parcels as schemas
from services.shop.schemas.order_words import CaseState
from services.shop.usecases import asking, cases, invoices, ordering, picking, takings
from tests.fakes.till import FakeTill
from tests.store.plans import plans, prefer_indexes
from tests.unit.shop import coupons
from tests.unit.shop.after import PHOTO, decide, handed, open_case, quote_return, refunded, some, want_invoice
from tests.unit.shop.mall import PLACE, TEA, ask, events_of, level, put_product
from tests.unit.shop.orders import (
    ANN,
    CZ3101,
    NOW,
    Flights,
    answer,
    bought,
    flight,
    fly,
    hand_over,
    missing,
    pay,
    place_order,
    ready,
    see,
    send,
    staff,
)


@pytest.fixture
def till() -> FakeTill:
    return FakeTill()


@pytest.fixture
def tea(mall: Any) -> str:
    return put_product(mall)[1]


@pytest.fixture
def coffee(mall: Any) -> str:
    return put_product(mall, sku="COFFEE", price_fen=3_000, category="coffee")[1]


def to_the_gate(mall: Any, till: FakeTill, tea: str) -> dict[str, Any]:
    return bought(mall, till, {tea: 1}, Flights(flight()), flight_id=CZ3101)


def test_a_new_gate_is_promised_anew_and_told_once(mall: Any, till: FakeTill, tea: str) -> None:
    order = to_the_gate(mall, till, tea)
    for _ in range(2):
        fly(mall, till, flight(version=2, gate="22"))
    parcel = see(mall, order["id"])["parcels"][0]
    assert (parcel["gate"], parcel["promises"], parcel["why"]["en"]) == ("22", 2, "The gate has changed")
    told = events_of(mall, "parcel_repromised")
    assert [(e["data"]["old"]["gate"], e["data"]["new"]["gate"]) for e in told] == [("34", "22")]


def test_a_flight_that_leaves_without_it_pays_all_of_it_back(mall: Any, till: FakeTill, tea: str) -> None:
    order = to_the_gate(mall, till, tea)
    ready(mall, order["parcels"][0]["id"])
    assert level(mall, tea) == (4, 0)
    send(mall, order["parcels"][0]["id"])
    fly(mall, till, flight(version=3, status="departed"), NOW + timedelta(minutes=150))
    after = see(mall, order["id"])
    assert (after["parcels"][0]["state"], after["refunding_fen"]) == ("missed", 12_800)
    assert level(mall, tea) == (5, 0)
    with pytest.raises(errors.WrongParcel):
        hand_over(mall, order["parcels"][0]["code"])
    refunded(mall, till)
    assert see(mall, order["id"])["state"] == "refunded"


def out_of_reach(mall: Any, till: FakeTill, tea: str) -> tuple[dict[str, Any], str]:
    order = to_the_gate(mall, till, tea)
    fly(mall, till, flight(version=5, departs_at=NOW + timedelta(minutes=35)))
    asked = see(mall, order["id"])["parcels"][0]["ask"]
    assert (asked["kind"], asked["choices"]) == ("gate_unreachable", ["collect", "refund"])
    return order, asked["id"]


def test_out_of_reach_the_buyer_may_collect_it(mall: Any, till: FakeTill, tea: str) -> None:
    order, ask_id = out_of_reach(mall, till, tea)
    parcel = answer(mall, till, ask_id, "collect")["parcels"][0]
    assert (parcel["way"], parcel["state"], parcel["gate"]) == ("shop", "placed", None)
    handed(mall, order)


def test_who_says_nothing_gets_the_money_back(mall: Any, till: FakeTill, tea: str) -> None:
    order, ask_id = out_of_reach(mall, till, tea)
    assert asking.settle_overdue(mall, PLACE, till, NOW + timedelta(minutes=30)) == 1
    assert see(mall, order["id"])["parcels"][0]["state"] == "cancelled"
    with pytest.raises(errors.AskOver):
        answer(mall, till, ask_id, "collect")


def test_a_cancelled_flight_asks_once(mall: Any, till: FakeTill, tea: str) -> None:
    order = to_the_gate(mall, till, tea)
    fly(mall, till, flight(version=2, status="cancelled"))
    asked = see(mall, order["id"])["parcels"][0]["ask"]
    answer(mall, till, asked["id"], "collect")
    fly(mall, till, flight(version=3, status="cancelled"))
    assert see(mall, order["id"])["parcels"][0]["ask"] is None


def test_missing_pieces_are_replaced_for_no_more_than_was_paid(
    mall: Any, till: FakeTill, tea: str, coffee: str
) -> None:
    order = bought(mall, till, {tea: 2})
    parcel = order["parcels"][0]
    staff(mall, picking.start_picking, schemas.ParcelActSchema(), parcel_id=parcel["id"])
    asked = missing(mall, parcel, offer_variant_id=coffee)["ask"]
    assert level(mall, coffee) == (5, 1)
    after = answer(mall, till, asked["id"], "replace")
    first, second = after["parcels"][0]["lines"]
    assert (first["missing"], first["refund_fen"], first["replaced_by"]) == (1, 9_800, second["id"])
    assert (after["refunding_fen"], after["parcels"][0]["state"]) == (9_800, "picking")
    assert level(mall, tea) == (4, 1)
    staff(mall, picking.parcel_ready, schemas.ParcelActSchema(), parcel_id=parcel["id"])
    assert (level(mall, tea), level(mall, coffee)) == ((3, 0), (4, 0))


def test_missing_pieces_are_paid_back_and_the_offer_is_free_again(
    mall: Any, till: FakeTill, tea: str, coffee: str
) -> None:
    order = bought(mall, till, {tea: 1})
    asked = missing(mall, order["parcels"][0], offer_variant_id=coffee)["ask"]
    after = answer(mall, till, asked["id"], "refund")
    assert (after["state"], after["parcels"][0]["state"]) == ("returning", "cancelled")
    assert (level(mall, tea), level(mall, coffee)) == ((4, 0), (5, 0))
    assert sum(each.amount_fen for each in till.refunds.values()) == 12_800


def test_a_returned_piece_pays_its_share_and_brings_its_share_of_the_coupon_back(
    mall: Any, till: FakeTill, tea: str, coffee: str
) -> None:
    mine = coupons.claimed(mall, ANN)
    order = bought(mall, till, {tea: 1, coffee: 1}, coupon_ids=[mine])
    assert (order["goods_fen"], order["discount_fen"], order["amount_fen"]) == (15_800, 2_000, 13_800)
    order = handed(mall, order)
    line = order["parcels"][0]["lines"][0]
    assert line["discount_fen"] == 1_620  # 2000 × 12800 / 15800, the larger remainder
    quoted = quote_return(mall, order, some(line, 1), "damaged")
    assert quoted["refund_fen"] == 12_800 - 1_620
    case = open_case(mall, order, some(line, 1))
    assert decide(mall, till, case["id"], case["asked_fen"])["state"] == "accepted"
    after = see(mall, order["id"])
    assert after["refunding_fen"] == 11_180
    assert after["coupons"][0]["given_back_fen"] == 1_620
    refunded(mall, till)
    with mall.read() as tx:
        assert tx.store.case(case["id"]).state == "refunded"


def test_a_case_is_done_when_its_money_is_back_at_once(mall: Any) -> None:
    """The till says so in its answer, before anybody is told by an event."""
    till, tea = FakeTill(far=RefundState.DONE), put_product(mall)[1]
    order = handed(mall, bought(mall, till, {tea: 1}))
    case = open_case(mall, order, some(order["parcels"][0]["lines"][0], 1))
    decide(mall, till, case["id"], 12_800)
    assert see(mall, order["id"])["refunded_fen"] == 12_800
    refunded(mall, till)
    with mall.read() as tx:
        assert tx.store.case(case["id"]).state == "refunded"


def test_what_a_coupon_paid_for_is_taken_back_for_the_coupon_alone(
    mall: Any, till: FakeTill, coffee: str
) -> None:
    """Two coffees of 30 for a coupon of 60: each brings its half of the coupon back, and not a fen of money."""
    mine = coupons.claimed(mall, ANN, value_fen=6_000, threshold_fen=6_000)
    order = place_order(mall, {coffee: 2}, coupon_ids=[mine])
    assert order["amount_fen"] == 0
    given = {
        "passenger_id": ANN,
        "order_id": order["id"],
        "channel": "native",
        "request_id": "nothing-to-pay",
    }
    ordering.pay_order(mall, PLACE, till, orders.PayOrderSchema().load(given), NOW)
    order = handed(mall, see(mall, order["id"]))
    line = order["parcels"][0]["lines"][0]
    for back in (3_000, 6_000):
        case = open_case(mall, order, some(line, 1))
        assert case["asked_fen"] == 0
        with pytest.raises(errors.TooMuch):
            decide(mall, till, case["id"], 1, accept=True)
        assert decide(mall, till, case["id"], 0, accept=True)["state"] == "refunded"
        after = see(mall, order["id"])
        assert after["coupons"][0]["given_back_fen"] == back
    assert (after["state"], after["refunded_fen"], after["refunding_fen"]) == ("refunded", 0, 0)
    assert till.refunds == {}
    assert sum(each["value_fen"] for each in coupons.mine(mall)) == 6_000, "what went off came back"
    told = [each["data"] for each in events_of(mall, "case_decided")]
    assert [(each["case"]["state"], each["refund_fen"]) for each in told] == [("refunded", 0)] * 2


def test_what_was_paid_for_is_not_taken_back_for_nothing(mall: Any, till: FakeTill, coffee: str) -> None:
    order = handed(mall, bought(mall, till, {coffee: 1}))
    case = open_case(mall, order, some(order["parcels"][0]["lines"][0], 1))
    with pytest.raises(errors.TooMuch):
        decide(mall, till, case["id"], 0, accept=True)
    with pytest.raises(IntegrityError), mall.write() as tx:
        tx.store.step_case(
            tx.store.case(case["id"]), CaseState.ACCEPTED, NOW, "x", decided_at=NOW, decided_by="x"
        )


def test_an_invoice_is_of_what_was_kept_when_it_was_issued(mall: Any, till: FakeTill, coffee: str) -> None:
    order = handed(mall, bought(mall, till, {coffee: 3}))
    want_invoice(mall, order)
    line = order["parcels"][0]["lines"][0]

    def staffs(state: str) -> tuple[int, int]:
        request = ask(invoice_schemas.ListInvoicesSchema(), states=[state])
        (found,) = invoices.list_invoices(mall, PLACE, request)["invoices"]
        return found["amount_fen"], found["changed_fen"]

    def one_back(at: datetime) -> None:
        case = open_case(mall, order, some(line, 1))
        given = ask(
            schema_cases.DecideCaseSchema(), case_id=case["id"], accept=True, refund_fen=3_000, words=""
        )
        cases.decide_case(mall, PLACE, till, given, at)

    assert staffs("asked") == (9_000, 0)
    one_back(NOW + timedelta(minutes=1))
    assert staffs("asked") == (6_000, 3_000)
    (known,) = invoices.list_invoices(mall, PLACE, ask(invoice_schemas.ListInvoicesSchema()))["invoices"]
    given = ask(invoice_schemas.IssueInvoiceSchema(), invoice_id=known["id"], number="25432000000012345678")
    invoices.issue_invoice(mall, PLACE, given, NOW + timedelta(minutes=2))
    assert staffs("issued") == (6_000, 0)
    one_back(NOW + timedelta(minutes=3))
    assert staffs("issued") == (6_000, 3_000), "what was issued stays, and is more than was kept"


def test_photos_of_a_case_are_its_owners_and_the_shops_to_see(mall: Any, till: FakeTill, tea: str) -> None:
    order = handed(mall, bought(mall, till, {tea: 1}))
    (photo_id,) = open_case(mall, order, some(order["parcels"][0]["lines"][0], 1))["photos"]
    for size in ("small", "large"):
        mine = {"passenger_id": ANN, "photo_id": photo_id, "size": size}
        assert cases.get_own_case_photo(mall, PLACE, mine)["jpeg"] == PHOTO["jpeg"]
        with pytest.raises(errors.PhotoNotFound):
            cases.get_own_case_photo(mall, PLACE, {**mine, "passenger_id": "account-ben"})
        staffs = {"photo_id": photo_id, "size": size}
        assert cases.get_case_photo(mall, PLACE, {**staffs, "shops": [TEA]})["jpeg"] == PHOTO["jpeg"]
        with pytest.raises(errors.PhotoNotFound):
            cases.get_case_photo(mall, PLACE, {**staffs, "shops": ["another"]})


def test_no_more_goes_back_than_was_paid_and_no_piece_twice(mall: Any, till: FakeTill, tea: str) -> None:
    order = handed(mall, bought(mall, till, {tea: 1}))
    line = order["parcels"][0]["lines"][0]
    case = open_case(mall, order, some(line, 1))
    with pytest.raises(errors.CaseOpen):
        open_case(mall, order, some(line, 1))
    with pytest.raises(errors.TooMuch):
        decide(mall, till, case["id"], 12_801)
    decide(mall, till, case["id"], 10_000)
    with pytest.raises(errors.WrongCase):
        decide(mall, till, case["id"], 2_800)
    with pytest.raises(errors.LineNotFound):
        open_case(mall, order, some(line, 1))


def test_food_comes_back_for_a_fault_only(mall: Any, till: FakeTill, tea: str) -> None:
    order = handed(mall, bought(mall, till, {tea: 1}))
    with pytest.raises(errors.NotReturnable):
        open_case(mall, order, some(order["parcels"][0]["lines"][0], 1), reason="changed_mind")


def test_an_invoice_goes_to_the_merchant_once(mall: Any, till: FakeTill, tea: str) -> None:
    order = bought(mall, till, {tea: 1})
    with pytest.raises(errors.BadTaxNumber):
        want_invoice(mall, order, tax_number="914301001837851877")
    assert want_invoice(mall, order)["invoices"][0]["amount_fen"] == 12_800
    with pytest.raises(errors.InvoiceAsked):
        want_invoice(mall, order)


def test_takings_say_what_was_paid_and_what_went_back(mall: Any, till: FakeTill, tea: str) -> None:
    order = bought(mall, till, {tea: 2})
    parcel = order["parcels"][0]
    asked = missing(mall, parcel)["ask"]
    answer(mall, till, asked["id"], "refund")
    request = ask(schemas.TakingsSchema(), shop_id=TEA, day_local="2026-11-24")
    found = takings.takings(mall, PLACE, Books(order["amount_fen"], 12_800), request)
    assert schemas.TakingsResultSchema().validate(found) == {}
    assert (found["paid_fen"], found["refund_fen"], found["matched"]) == (25_600, 12_800, True)
    found = takings.takings(mall, PLACE, Books(order["amount_fen"], 0), request)
    assert [each["known_refund_fen"] for each in found["unmatched"]] == [0]


class Books:
    """Payments' own: what it says of every payment."""

    def __init__(self, amount_fen: int, promised_fen: int) -> None:
        self.intent = {"state": "paid", "amount_fen": amount_fen, "promised_fen": promised_fen}

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = 2) -> Any:
        return self.intent


def test_shops_see_the_most_urgent_first_and_nothing_of_others(mall: Any, till: FakeTill, tea: str) -> None:
    later = bought(mall, till, {tea: 1}, Flights(flight()), flight_id=CZ3101)["parcels"][0]
    sooner = bought(mall, till, {tea: 1})["parcels"][0]
    request = ask(schemas.ListParcelsSchema(), shops=[TEA], limit=1)
    first = picking.list_parcels(mall, PLACE, request, NOW)
    assert schemas.StaffParcelsSchema().validate(first) == {}
    second = picking.list_parcels(mall, PLACE, {**request, "cursor": first["next_cursor"]}, NOW)
    found = [*first["parcels"], *second["parcels"]]
    assert [each["number"] for each in found] == [sooner["number"], later["number"]]
    assert (found[1]["flight_number"], found[1]["code"]) == ("CZ3101", "")
    assert found[1]["pick_by"] < found[1]["promised_until"]
    others = ask(schemas.ListParcelsSchema(), shops=["another"])
    assert picking.list_parcels(mall, PLACE, others, NOW)["parcels"] == []
    one = ask(schemas.GetParcelSchema(), parcel=later["number"].lower())
    assert [s["after"] for s in picking.get_parcel(mall, PLACE, one, NOW)["parcel"]["steps"]] == [
        "held",
        "placed",
    ]
    with pytest.raises(errors.ParcelNotFound):
        picking.get_parcel(mall, PLACE, {**one, "shops": ["another"]}, NOW)


def test_what_the_shop_cant_deliver_goes_back_to_buyer_and_shelf(
    mall: Any, till: FakeTill, tea: str, coffee: str
) -> None:
    order = bought(mall, till, {tea: 1})
    request = ask(schemas.WithdrawParcelSchema(), parcel_id=order["parcels"][0]["id"], words="设备故障")
    for _ in range(2):
        answered = picking.withdraw_parcel(mall, PLACE, till, request, NOW)["parcel"]
    assert (answered["state"], answered["refund_fen"]) == ("cancelled", 12_800)
    assert level(mall, tea) == (5, 0)
    assert sum(each.amount_fen for each in till.refunds.values()) == 12_800


def test_duty_free_is_sold_to_who_flies_abroad_and_handed_over_by_boarding_pass(
    mall: Any, till: FakeTill
) -> None:
    gin = put_product(mall, sku="GIN", category="drinks", kind="alcohol", duty_free=True, liquid_ml=750)[1]
    home, abroad = Flights(flight()), Flights(flight(icao="VHHH"))
    for doors, more in ((None, {}), (home, {"flight_id": CZ3101})):
        with pytest.raises(errors.NotEligible):
            bought(mall, till, {gin: 1}, doors, adult=True, **more)
    with pytest.raises(errors.NotEligible) as refused:
        bought(mall, till, {gin: 1}, abroad, flight_id=CZ3101)
    assert refused.value.data["why"] == "adults_only"
    with pytest.raises(errors.NotEligible) as refused:
        bought(mall, till, {gin: 3}, abroad, flight_id=CZ3101, adult=True)
    assert refused.value.data["why"] == "allowance"
    parcel = bought(mall, till, {gin: 2}, abroad, flight_id=CZ3101, adult=True)["parcels"][0]
    ready(mall, parcel["id"])
    with pytest.raises(errors.PassNotChecked):
        hand_over(mall, parcel["code"])
    assert hand_over(mall, parcel["code"], checked_pass=True)["state"] == "handed_over"


def test_a_held_parcel_is_promised_by_the_flight_as_it_is_when_it_is_paid(
    mall: Any, till: FakeTill, tea: str
) -> None:
    order = place_order(mall, {tea: 1}, Flights(flight()), flight_id=CZ3101)
    fly(mall, till, flight(version=2, gate="22"))
    assert pay(mall, till, order["id"])["parcels"][0]["gate"] == "22"


def test_who_waits_for_a_flight_is_found_by_its_index(real_uow: Any) -> None:
    with real_uow.write() as tx:
        prefer_indexes(tx)
        for ask in (lambda store: store.is_followed("f1"), lambda store: store.followed_among(["f1", "f2"])):
            (plan,) = plans(tx, ask)
            assert "ix_parcels_flight" in plan, plan
