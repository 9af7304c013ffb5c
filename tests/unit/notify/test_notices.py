"""What one traveller is told of what they bought, paid or asked for."""

from __future__ import annotations

import itertools
import json
import logging
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deploy.sandbox.templates import KINDS
from kernel.errors import RequestReused
from services.notify import templates, usecases
from services.notify.domain import Notice, bus_notice, checkin_notice, payment_notice
from services.notify.domain.checkins import TOLD
from services.notify.errors import NotReachable
from services.notify.schemas import NoticeKind
from services.notify.usecases import Place
from tests.fakes.partners import FakeCipher
from tests.unit.notify.orders import (
    BUS_EVENTS,
    CHECKIN_EVENTS,
    IN_TWO_HOURS,
    bus,
    checkin,
    payment,
    ride,
    text,
)
from tests.unit.notify.suite import LATE, Notify

PAYMENT_EVENTS = ("payment_late", "refund_done", "refund_abnormal")
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def notify() -> Notify:
    made = Notify()
    made.traveller("anna", "en")
    made.traveller("ben")
    made.flights.payers = {"trade-o-1": "anna"}
    return made


def hears(notify: Notify, event: dict[str, Any]) -> None:
    usecases.note_bus(notify.uow, notify.view, event, datetime.now(UTC))
    notify.run()


def pays(notify: Notify, event: dict[str, Any]) -> None:
    usecases.note_payment(notify.uow, notify.flights, notify.view, event, datetime.now(UTC))
    notify.run()


def notices() -> list[Notice]:
    at = "2026-11-23T03:00:00Z"
    told = [bus_notice(name, at, bus(name, **data)["data"]) for name, data in BUS_EVENTS]
    told += [
        payment_notice(name, at, payment(name, service=service)["data"])
        for name, service in itertools.product(PAYMENT_EVENTS, ("bus", "shop", "unheardof"))
    ]
    said = [checkin_notice(name, checkin(name, **data)["data"]) for name, data in CHECKIN_EVENTS]
    told += [each for each in said if each is not None]
    purpose = {"zh": "办理值机", "en": "Check-in"}
    code: dict[str, Any] = {"purpose": purpose, "minutes": "10", "code": "482913"}
    return [*told, Notice(NoticeKind.CODE, "", "/me", words=code)]


@pytest.mark.parametrize("language", templates.LANGUAGES)
@pytest.mark.parametrize("notice", notices(), ids=lambda one: f"{one.kind}-{one.variant}")
def test_every_message_fits_its_template_whole_in_both_languages(notice: Notice, language: str) -> None:
    said = notice.said("Asia/Shanghai")
    template, values = templates.wording().fill(notice.kind.value, language, "", said)
    assert set(values) == {place for _, place in template.labels()}
    for place, value in values.items():
        assert KINDS[place.rstrip("0123456789")].fits(value), (place, value)
        assert "{" not in value
        if place != "thing2":  # from and to may be cut; what we wrote ourselves is written to fit
            assert "…" not in value, value
    assert template.key.endswith(".en") == (language == "en")


def checks_in(notify: Notify, *events: dict[str, Any]) -> None:
    for event in events:
        usecases.note_checkin(notify.uow, notify.view, event, datetime.now(UTC))
    notify.run()


def test_a_party_that_checks_in_is_told_once_with_the_passes_a_tap_away(notify: Notify) -> None:
    family = [checkin("checked_in", traveller=f"t-{number}", by="traveller") for number in range(4)]
    together = [event | {"at": family[0]["at"]} for event in family]
    checks_in(notify, *together, *together)
    assert notify.told() == [("o-anna", "check_in.en")]
    sent = notify.wechat.sent()[0]
    assert sent["url"] == f"https://csx.example/checkin/passes/{'b' * 32}"
    assert {place: one["value"] for place, one in sent["data"].items()} == {
        "character_string1": "CZ3101",
        "date2": "2026-11-24",
        "character_string3": "31A",
        "thing4": "Checked in",
        "thing5": "Open your pass",
    }


def test_everybody_who_is_moved_or_loses_a_seat_is_told_and_who_did_it_themselves_is_not(
    notify: Notify,
) -> None:
    checks_in(
        notify, checkin("seat_changed", by="traveller", old_seat="32A"), checkin("cancelled", by="traveller")
    )
    assert notify.told() == []
    moved = [
        checkin("reseated", "anna", "ben", traveller=f"t-{at}", old_seat=f"3{at}C", why="nearest")
        for at in (1, 2)
    ]
    checks_in(notify, *moved, *moved)
    assert sorted(notify.told()) == [("o-anna", "check_in.en")] * 2 + [("o-ben", "check_in")] * 2
    before = len(notify.told())
    checks_in(notify, checkin("reseated", "ben", old_seat="31A", why="no_seat", seat=None, sequence=None))
    assert len(notify.told()) == before + 1
    sent = notify.wechat.sent()[-1]
    assert sent["data"]["thing5"]["value"] == "机型变更座位不足，请到柜台"
    assert sent["url"] == f"https://csx.example/checkin/{'b' * 32}"


def test_who_follows_the_flight_is_not_told_of_its_disruption_twice(notify: Notify) -> None:
    gate = checkin("disrupted", "anna", "ben", what="gate", gate="A12", departs_at=text(IN_TWO_HOURS))
    gate["data"]["flight_id"] = notify.follow("anna")["follow"]["flight_id"]
    checks_in(notify, gate)
    assert notify.told() == [("o-ben", "check_in")]


def test_every_event_that_is_told_is_heard() -> None:
    # Read, not imported: Nameko lives in the service's own process.
    source = (Path(usecases.__file__).parents[1] / "service.py").read_text(encoding="utf-8")
    heard = set(re.findall(r'@handle_event\("checkin", "(\w+)"\)', source))
    assert heard == set(TOLD) == {name for name, _ in CHECKIN_EVENTS}


def test_long_names_of_stops_are_both_seen() -> None:
    names = {"zh": "湘江新区综合交通枢纽", "en": "Xiangjiang New District Transport Hub"}
    short = {"zh": "机场", "en": "Airport"}
    told = bus("departs_soon", ride=ride(from_name=names, to_name=names))
    said = bus_notice("departs_soon", told["at"], told["data"]).said("Asia/Shanghai")
    for language, shown in (("zh", "湘江新区综合交通…→湘江新区综合交通枢纽"), ("en", "Xiangjia…→Xiangjian…")):
        value = templates.wording().fill("bus_soon", language, "", said)[1]["thing2"]
        assert len(value) <= 20, value
        assert value[0] == shown[0]
        assert "→" in value[:12]
    told = bus("departs_soon", ride=ride(from_name=names, to_name=short))
    said = bus_notice("departs_soon", told["at"], told["data"]).said("Asia/Shanghai")
    assert templates.wording().fill("bus_soon", "zh", "", said)[1]["thing2"] == "湘江新区综合交通枢纽→机场"


def test_who_buys_is_told_once_in_their_language_with_the_order_a_tap_away(notify: Notify) -> None:
    bought = bus("tickets_issued")
    hears(notify, bought)
    hears(notify, bought)
    assert notify.told() == [("o-anna", "bus_trip.en")]
    sent = notify.wechat.sent()[0]
    assert sent["url"] == "https://csx.example/bus/orders/o-1"
    local = IN_TWO_HOURS.astimezone(SHANGHAI)
    assert {place: one["value"] for place, one in sent["data"].items()} == {
        "thing1": "Airport Line 1",
        "thing2": "Wuyi Squ…→Huanghua…",
        "time3": f"{local:%Y-%m-%d %H:%M}",
        "thing4": "Ticket bought",
        "thing5": "2 seat(s): open QR",
    }
    hears(notify, bus("tickets_issued", "ben", "o-2"))
    assert notify.told()[1:] == [("o-ben", "bus_trip")]


def test_what_is_in_time_only_now_ignores_quiet_hours_and_the_rest_waits() -> None:
    night = datetime(2026, 11, 23, 23, 30, tzinfo=SHANGHAI)
    morning = datetime(2026, 11, 24, 7, 0, tzinfo=SHANGHAI)
    at_noon = text = (night + timedelta(hours=12)).astimezone(UTC).isoformat().replace("+00:00", "Z")
    waits = {
        notice.kind: notice.opens_at(night, (23, 7))
        for name, data in BUS_EVENTS
        for notice in [
            bus_notice(name, text, bus(name, ride=ride() | {"departs_at": at_noon}, **data)["data"])
        ]
    }
    assert waits.pop(NoticeKind.BUS_OFFER) == morning
    assert set(waits.values()) == {None}
    assert (
        payment_notice("refund_done", text, payment("refund_done")["data"]).opens_at(night, (23, 7))
        == morning
    )
    in_an_hour = (night + timedelta(hours=1)).astimezone(UTC).isoformat()
    offer = bus("roll_offered", flight_id="F", next=None, ride=ride() | {"departs_at": in_an_hour})
    assert bus_notice("roll_offered", text, offer["data"]).opens_at(night, (23, 7)) is None


def test_a_message_that_waits_for_the_morning_holds_up_nothing_else(notify: Notify) -> None:
    pays(notify, payment("refund_done"))
    notify.message("anna").state = "deferred"
    notify.message("anna").not_before_at = datetime.now(UTC) + timedelta(hours=5)
    hears(notify, bus("bus_cancelled", reason={"zh": "雪", "en": "Snow"}, refund_fen=1, moved_to=None))
    assert notify.states("anna")[-1] == ("bus_cancelled", "sent")


def test_a_cancelled_bus_does_not_leave_soon(notify: Notify) -> None:
    notify.wechat.will("token", *[40164] * 4)  # nothing leaves for now
    usecases.note_bus(notify.uow, notify.view, bus("departs_soon"), datetime.now(UTC))
    usecases.note_bus(notify.uow, notify.view, bus("departs_soon", "anna", "o-2"), datetime.now(UTC))
    cancelled = bus("bus_cancelled", reason={"zh": "雪", "en": "Snow"}, refund_fen=1, moved_to=None)
    usecases.note_bus(notify.uow, notify.view, cancelled, datetime.now(UTC))
    assert [(one.order_id, one.kind, one.state) for one in notify.store.of("anna")] == [
        ("o-1", "bus_soon", "superseded"),
        ("o-2", "bus_soon", "queued"),
        ("o-1", "bus_cancelled", "queued"),
    ]


def test_a_reminder_that_comes_after_its_bus_is_not_sent(notify: Notify) -> None:
    gone = datetime.now(UTC) - timedelta(minutes=1)
    hears(notify, bus("departs_soon", ride=ride(gone)))
    assert notify.told() == []
    assert notify.states("anna") == [("bus_soon", "expired")]


def test_orders_are_told_without_a_follow_and_whatever_was_said_of_flights(notify: Notify) -> None:
    notify.traveller("carl", version=2, consent="withdrawn")
    hears(notify, bus("tickets_issued", "carl"))
    assert notify.states("carl") == [("bus_bought", "sent")]


def test_who_is_not_reached_has_a_row_that_says_why(notify: Notify) -> None:
    notify.traveller("dora", subscribed=False)
    hears(notify, bus("tickets_issued", "dora"))
    hears(notify, bus("tickets_issued", "nobody"))
    assert [notify.message(who).reason for who in ("dora", "nobody")] == ["not_following"] * 2
    assert notify.told() == []


def test_an_erased_traveller_is_told_nothing_and_a_merged_one_as_whom_they_are(notify: Notify) -> None:
    notify.store.gone |= {"anna": None, "anne": "ben"}
    hears(notify, bus("tickets_issued"))
    hears(notify, bus("tickets_issued", "anne"))
    assert notify.store.of("anna") == []
    assert notify.states("ben") == [("bus_bought", "sent")]


@pytest.mark.parametrize("name", PAYMENT_EVENTS)
def test_whoever_paid_is_told_what_becomes_of_the_money(notify: Notify, name: str) -> None:
    told = payment(name)
    pays(notify, told)
    pays(notify, told)
    assert notify.told() == [("o-anna", "refund.en")]
    data = notify.wechat.sent()[0]["data"]
    assert (data["thing1"]["value"], data["amount2"]["value"]) == ("Airport bus ticket", "¥40.50")


def test_orders_are_found_by_their_id(notify: Notify) -> None:
    hears(notify, bus("tickets_issued"))
    hears(notify, bus("tickets_issued", "ben", "o-2"))
    asked = {"passenger_id": None, "flight_id": None, "order_id": "o-2", "state": None, "from_at": None}
    page = usecases.search_messages(notify.uow, asked | {"to_at": None, "limit": 5, "cursor": ""})
    (found,) = page["messages"]
    assert (found["passenger_id"], found["flight_id"], found["role"]) == ("ben", None, None)
    assert (found["order_id"], found["path"]) == ("o-2", "/bus/orders/o-2")


# --- codes --------------------------------------------------------------------------------------------

_numbers = itertools.count(1)


def send_code(notify: Notify, **changes: Any) -> dict[str, Any]:
    request = {
        "request_id": f"code-request-{next(_numbers)}",
        "passenger_id": "anna",
        "code": "482913",
        "purpose": {"zh": "办理值机", "en": "Check-in"},
        "minutes": 10,
    } | changes
    place = Place(notify.view, datetime.now(UTC))
    return usecases.send_code(notify.uow, notify.wechat, FakeCipher(), place, request)


def test_a_code_arrives_and_is_seen_nowhere_else(notify: Notify, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = send_code(notify)
        notify.run()
    assert notify.wechat.sent()[0]["data"]["character_string2"]["value"] == "482913"
    assert notify.wechat.sent()[0]["data"]["thing1"]["value"] == "Check-in"
    asked = {"passenger_id": "anna", "limit": 5, "cursor": ""}
    shown = usecases.list_messages(notify.uow, asked)
    assert shown["messages"][0]["id"] == answer["message_id"]
    assert {"label": "Code", "value": "******"} in shown["messages"][0]["lines"]
    exported = usecases.export_passenger(notify.uow, "anna")
    kept = [vars(row) for row in notify.store.message_rows.values()]
    for place in (shown, exported, kept, notify.store.news_rows, notify.uow.events, caplog.text):
        assert "482913" not in str(place)


def test_a_code_is_sent_once_for_a_request_and_goes_before_what_waits(notify: Notify) -> None:
    notify.follow("anna")
    notify.happens(**LATE)
    first = send_code(notify, request_id="request-of-a-code")
    assert send_code(notify, request_id="request-of-a-code") == first
    with pytest.raises(RequestReused):
        send_code(notify, request_id="request-of-a-code", code="111111")
    notify.run()
    assert [template for _, template in notify.told()] == ["code.en", "flight_delayed.en"]


def test_a_code_for_somebody_out_of_reach_is_refused_at_once(notify: Notify) -> None:
    notify.traveller("dora", subscribed=False)
    notify.store.refusals.add(("ben", "code"))
    for who in ("dora", "ben", "nobody"):
        with pytest.raises(NotReachable):
            send_code(notify, passenger_id=who)
    assert notify.store.message_rows == {}


def test_a_code_that_is_over_is_not_sent(notify: Notify) -> None:
    send_code(notify)
    notify.message("anna").expires_at -= timedelta(minutes=11)
    notify.run()
    assert notify.told() == []
    assert json.dumps(notify.wechat.asked).count("482913") == 0
