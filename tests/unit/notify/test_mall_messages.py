"""What the mall has told to those who bought there or hold a coupon."""

from __future__ import annotations

import inspect
import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deploy.sandbox.templates import KINDS
from services.lostfound.schemas.places import places
from services.notify import templates, usecases
from services.notify.domain import Notice, mall_notice
from services.notify.domain.gathering import joined
from services.notify.domain.mall import TOLD, place_words
from services.notify.schemas import NoticeKind
from services.shop import events
from services.shop.schemas.order_words import AskKind
from tests.unit.notify.orders import IN_TWO_HOURS, payment, text
from tests.unit.notify.shopping import (
    CABLE,
    COLLECT,
    EVENTS,
    LATER,
    NAMES,
    SILK,
    asks,
    coupon,
    given_back,
    mall,
    moved,
    parcel,
)
from tests.unit.notify.suite import Notify

SHANGHAI = ZoneInfo("Asia/Shanghai")
PAID = mall("order_paid", amount_fen=12_800, parcels=[parcel(), parcel(CABLE)])


@pytest.fixture
def notify() -> Notify:
    made = Notify()
    made.traveller("anna", "en")
    return made


@pytest.fixture
def patient() -> Notify:
    """One whose messages wait for others."""
    made = Notify(gather_s=20, hold_off_s=60)
    made.traveller("anna", "en")
    return made


def hears(notify: Notify, *told: dict[str, Any]) -> None:
    for event in told:
        usecases.note_mall(notify.uow, notify.view, event, datetime.now(UTC))
    notify.run()


def a_minute_passes(notify: Notify) -> None:
    for one in notify.store.message_rows.values():
        if one.not_before_at is not None:
            one.not_before_at -= timedelta(seconds=61)
    notify.run()


def said(event: dict[str, Any]) -> Notice:
    notice = mall_notice(event["name"], event["at"], event["data"])
    assert notice is not None
    return notice


def lines(notify: Notify, number: int = -1) -> list[str]:
    return [
        one["value"] for place, one in notify.wechat.sent()[number]["data"].items() if "time" not in place
    ]


def several(event: dict[str, Any]) -> list[Notice]:
    """The message alone, and with another of its kind."""
    notice = said(event)
    more = [dict(each) | {"id": "another"} for each in notice.pieces]
    both = joined(notice, more) if more else None
    return [notice] if both is None else [notice, both]


@pytest.mark.parametrize("language", templates.LANGUAGES)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["name"])
def test_every_message_fits_its_template_whole_in_both_languages(
    event: dict[str, Any], language: str
) -> None:
    for notice in several(event):
        template, values = templates.wording().fill(
            notice.kind.value, language, "", notice.said("Asia/Shanghai")
        )
        assert set(values) == {place for _, place in template.labels()}
        assert template.key.endswith(".en") == (language == "en")
        for place, value in values.items():
            assert KINDS[place.rstrip("0123456789")].fits(value), (place, value)
            assert "{" not in value
            assert "…" not in value


def test_every_place_of_a_shop_fits_in_a_line() -> None:
    for code in (*places("CSX", ("T1", "T2")), "", "T9-ROOF"):
        words = place_words(code)
        assert all(0 < len(one) <= 20 for one in words.values()), words
    assert place_words("T2-GATE-34") == {"zh": "T2 34号登机口旁", "en": "T2, near gate 34"}


def test_every_event_that_is_told_is_heard_and_published() -> None:
    folder = Path(usecases.__file__).parents[1]
    source = "".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in ("malling", "carding"))
    heard = set(re.findall(r'@handle_event\("shop", "(\w+)"\)', source))
    cards = {"campaign_changed", "coupon_redeemed", "coupon_voided"}
    assert heard - cards == set(TOLD) == {event["name"] for event in EVENTS}
    assert heard <= {value for name, value in inspect.getmembers(events) if name.isupper()}


def test_an_order_of_two_shops_is_told_once_with_its_page_a_tap_away(notify: Notify) -> None:
    hears(notify, PAID, PAID)
    assert notify.told() == [("o-anna", "mall.en")]
    assert notify.wechat.sent()[0]["url"] == "https://csx.example/shop/orders/o-7"
    assert lines(notify) == ["2 parcels", "Paid: being packed", "Gate B12", "Total ¥128.00"]


def test_no_message_names_goods_codes_or_what_staff_wrote(notify: Notify) -> None:
    hears(notify, *(one | {"data": one["data"] | {"code": "7KQ2M9XA"}} for one in EVENTS))
    told = str(notify.wechat.sent()) + str([vars(row) for row in notify.store.news_rows.values()])
    for secret in ("7KQ2M9XA", "龙井", "green tea", "MB-1234567-3"):
        assert secret not in told


@pytest.mark.parametrize(
    "event",
    [
        mall("parcel_ready"),  # told when it leaves for the gate
        *(
            mall("order_refunded", refund_fen=1, why=why)
            for why in ("late", "cancelled", "missed", "returned", "missing")
        ),
    ],
    ids=lambda event: event["data"].get("why") or event["name"],
)
def test_what_another_message_says_is_not_told_again(notify: Notify, event: dict[str, Any]) -> None:
    hears(notify, event)
    assert notify.store.message_rows == {}


def test_parcels_that_are_ready_within_a_minute_are_one_message(patient: Notify) -> None:
    ready = [mall("parcel_ready", parcel(shop, **COLLECT)) for shop in NAMES]
    hears(patient, PAID, *ready, *ready)
    assert patient.told() == [("o-anna", "mall.en")], "paid at once, the rest gathers"
    a_minute_passes(patient)
    assert lines(patient) == ["3 parcels", "Ready to collect", "T2, near gate 34", "Open: show your code"]
    hears(patient, mall("parcel_ready", parcel("tea-t2", **COLLECT)))
    a_minute_passes(patient)
    assert lines(patient)[0] == "Tea House", "what is sent joins nothing any more"
    assert len(patient.told()) == 3


def test_what_comes_of_one_parcel_leaves_the_others_in_the_message(patient: Notify) -> None:
    hears(patient, *(mall("parcel_on_the_way", parcel(shop)) for shop in (CABLE, SILK)))
    hears(patient, mall("parcel_handed_over", parcel(SILK)))
    a_minute_passes(patient)
    told = [lines(patient, number)[:2] for number in range(2)]
    assert sorted(told) == [["Cable Harbour", "On its way to gate"], ["Silk Room", "Handed over"]]


def test_a_gate_that_changes_back_within_the_hold_off_is_told_to_nobody(patient: Notify) -> None:
    hears(patient, moved(gate="A08"), moved(parcel(gate="A08"), gate="B12"))
    a_minute_passes(patient)
    assert patient.told() == []
    assert {one.reason for one in patient.store.of("anna")} == {"undone"}
    hears(patient, moved(gate="A08"), moved(parcel(gate="A08"), gate="C03", promised_until=text(LATER)))
    a_minute_passes(patient)
    old = IN_TWO_HOURS.astimezone(SHANGHAI)
    assert lines(patient) == ["Tea House", "Delivery changed", "Gate C03", f"Was B12, {old:%H:%M}"]


def test_the_new_gate_and_time_stand_beside_the_old_ones(notify: Notify) -> None:
    notify.traveller("anna", "zh", version=2)
    hears(notify, moved(gate="A08"))
    assert lines(notify) == ["茶颜", "送达安排有变", "A08登机口", "登机口由B12改为A08"]
    hears(notify, moved(promised_until=text(LATER)))
    old, new = (at.astimezone(SHANGHAI) for at in (IN_TWO_HOURS, LATER))
    assert lines(notify)[2:] == ["B12登机口", f"原定{old:%H:%M}送达"]
    assert notify.wechat.sent()[-1]["data"]["time4"]["value"].endswith(f"{new:%H:%M}")


@pytest.mark.parametrize("kind", list(AskKind))
def test_a_question_says_what_it_is_about_and_until_when(notify: Notify, kind: AskKind) -> None:
    hears(notify, asks(kind.value))
    (sent,) = notify.wechat.sent()
    assert sent["data"]["thing2"]["value"] != templates.wording().words["shop_asks", "en"].notes["all"]
    assert sent["data"]["time4"]["value"] == f"{IN_TWO_HOURS.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    assert sent["data"]["thing5"]["value"] == "Choose by then: open"


def test_a_question_whose_time_is_over_is_not_asked(notify: Notify) -> None:
    hears(notify, asks(until=text(datetime.now(UTC) - timedelta(minutes=1))))
    assert notify.states("anna") == [("shop_asks", "expired")]


@pytest.mark.parametrize("first", [0, 1])
def test_money_and_coupon_that_come_back_together_are_one_message(patient: Notify, first: int) -> None:
    both = [given_back(), mall("parcel_cancelled", refund_fen=8800, why={})]
    hears(patient, both[first], both[1 - first])
    a_minute_passes(patient)
    assert lines(patient) == ["Tea House", "¥88.00", "Money, coupon back"]
    assert patient.told() == [("o-anna", "refund.en")]
    hears(patient, given_back(order_id="o-8"))
    a_minute_passes(patient)
    assert lines(patient) == ["20 off 100", "Coupon is back", "The mall", "Yours to use again"]
    assert patient.wechat.sent()[-1]["url"] == "https://csx.example/me/coupons"


def test_a_flight_that_leaves_without_three_parcels_is_two_messages(patient: Notify) -> None:
    patient.flights.payers = {"trade-o-7": "anna"}
    hears(patient, *(mall("parcel_missed", parcel(shop), refund_fen=1000, why={}) for shop in NAMES))
    hears(patient, mall("order_refunded", refund_fen=3000, why="missed"))
    for number in range(3):
        done = payment("refund_done", "o-7", "shop")
        done["data"] |= {"out_refund_no": f"R{number}", "amount_fen": 1000}
        usecases.note_payment(patient.uow, patient.flights, patient.view, done, datetime.now(UTC))
    a_minute_passes(patient)
    assert sorted(lines(patient, number) for number in range(len(patient.told()))) == [
        ["3 parcels", "¥30.00", "Flight left: repaid"],
        ["Mall order", "¥30.00", "Paid back to you"],
    ]


def test_coupons_that_end_soon_are_spoken_of_once_in_the_morning() -> None:
    night = datetime(2026, 11, 23, 23, 30, tzinfo=SHANGHAI)
    assert said(coupon("coupon_ends_soon", valid_until="2026-11-26T15:00:00Z")).opens_at(
        night, (23, 7)
    ) == datetime(2026, 11, 24, 7, 0, tzinfo=SHANGHAI)
    waiting = Notify(gather_s=20)
    waiting.traveller("anna")
    hears(waiting, coupon("coupon_ends_soon"), coupon("coupon_ends_soon", "c-2"))
    a_minute_passes(waiting)
    assert lines(waiting) == ["2张优惠券", "即将到期", "缤纷商城", "点开查看可用店铺"]


def test_what_concerns_a_flight_tonight_goes_out_at_night_and_the_rest_waits() -> None:
    night = datetime(2026, 11, 23, 23, 30, tzinfo=SHANGHAI)
    morning = datetime(2026, 11, 24, 7, 0, tzinfo=SHANGHAI)
    soon, at_noon = ({"promised_until": text((night + timedelta(hours=h)).astimezone(UTC))} for h in (2, 12))
    old = parcel() | {"gate": "A01"}
    for event in (
        mall("parcel_on_the_way", parcel(**soon)),
        moved(old | soon, gate="B12"),
        mall("parcel_cancelled", parcel(**soon), refund_fen=1, why={}),
        asks(one=parcel(**at_noon)),
        mall("parcel_missed", refund_fen=1, why={}),
        PAID,
    ):
        assert said(event).opens_at(night, (23, 7)) is None, event["name"]
    for event in (
        moved(old | at_noon, gate="B12"),
        mall("parcel_ready", parcel(**COLLECT, **at_noon)),
        mall("invoice_issued", invoice={"id": "v", "merchant_name": "x"}),
        given_back(),
    ):
        assert said(event).opens_at(night, (23, 7)) == morning, event["name"]


def test_every_repeat_of_any_event_tells_nothing(notify: Notify) -> None:
    for event in EVENTS:
        hears(notify, event)
        before = len(notify.store.message_rows)
        hears(notify, event)
        assert len(notify.store.message_rows) == before, event["name"]


def test_case_refused_is_told_as_that(notify: Notify) -> None:
    refused = next(one for one in EVENTS if one["data"].get("case", {}).get("state") == "refused")
    hears(notify, refused)
    assert notify.states("anna") == [(NoticeKind.SHOP_CASE_NO.value, "sent")]


def test_of_what_a_coupon_paid_for_no_money_is_said_to_come_back(patient: Notify) -> None:
    granted = mall("case_decided", case={"id": "k", "number": "MC-1", "state": "refunded"}, refund_fen=0)
    hears(patient, granted)
    a_minute_passes(patient)
    assert lines(patient) == ["Tea House", "Case granted", "Gate B12", "Paid by coupon only"]
    hears(patient, mall("parcel_cancelled", parcel(CABLE), refund_fen=0, why={}), given_back())
    a_minute_passes(patient)
    assert lines(patient) == ["Cable Harbour", "Parcel cancelled", "Gate B12", "Coupon is back"]
    assert "0.00" not in str(patient.wechat.sent())
    both = joined(said(granted), [{**said(granted).pieces[0], "id": "p-2", "end": {"zh": "x", "en": "y"}}])
    assert both is not None
    assert both.words["end"] == {"zh": "订单有变", "en": "Order changed"}


def test_a_kind_fits_its_column() -> None:
    assert max(map(len, itertools.chain(NoticeKind))) <= 16
