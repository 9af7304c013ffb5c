"""What lost and found has told to those who lost something, claim it, or found it."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deploy.sandbox.templates import KINDS
from services.lostfound import events
from services.lostfound.schemas.claim_words import RefusalReason
from services.lostfound.schemas.vocabulary import CATEGORIES
from services.notify import templates, usecases
from services.notify.domain import Notice, lost_notice
from services.notify.domain.lost import TOLD
from services.notify.schemas import NoticeKind
from tests.unit.notify.orders import APPROVED, IN_TWO_HOURS, LOST_EVENTS, WAITS_UNTIL, lost, text
from tests.unit.notify.suite import Notify

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = "2026-11-23T03:00:00Z"


@pytest.fixture
def notify() -> Notify:
    made = Notify()
    made.traveller("anna", "en")
    made.traveller("ben")
    return made


def hears(notify: Notify, *told: dict[str, Any]) -> None:
    for event in told:
        usecases.note_lost(notify.uow, notify.view, event, datetime.now(UTC))
    notify.run()


def said(name: str, **data: Any) -> Notice:
    notice = lost_notice(name, AT, lost(name, **data)["data"])
    assert notice is not None
    return notice


@pytest.mark.parametrize("language", templates.LANGUAGES)
@pytest.mark.parametrize(("name", "data"), LOST_EVENTS)
def test_every_message_fits_its_template_whole_in_both_languages(
    name: str, data: dict[str, Any], language: str
) -> None:
    for category in CATEGORIES:
        notice = said(name, **data, category=category)
        template, values = templates.wording().fill(
            notice.kind.value, language, "", notice.said("Asia/Shanghai")
        )
        assert set(values) == {place for _, place in template.labels()}
        for place, value in values.items():
            assert KINDS[place.rstrip("0123456789")].fits(value), (place, value)
            assert "{" not in value
            assert "…" not in value


def test_every_event_that_is_told_is_heard_and_published() -> None:
    source = (Path(usecases.__file__).parents[1] / "service.py").read_text(encoding="utf-8")
    heard = set(re.findall(r'@handle_event\("lostfound", "(\w+)"\)', source))
    published = {value for name, value in inspect.getmembers(events) if name.isupper()}
    assert heard == set(TOLD) == {name for name, _ in LOST_EVENTS}
    assert heard <= published


def test_the_owner_is_told_once_of_what_was_found_and_reads_nothing_a_thief_could_use(notify: Notify) -> None:
    found = lost("match_found")
    hears(notify, found, found)
    assert notify.told() == [("o-anna", "lost_found.en")]
    sent = notify.wechat.sent()[0]
    assert sent["url"] == f"https://csx.example/lost/reports/{'r' * 32}"
    shown = {place: one["value"] for place, one in sent["data"].items()}
    assert shown.pop("time4")
    assert shown == {
        "thing1": "Coat or jacket",  # as the owner reported it
        "thing2": "Something like it",
        "thing3": "Lost property office",  # whatever desk has it
        "thing5": "Open: is it yours?",
    }


def test_who_may_come_reads_where_and_until_when_and_the_code_is_on_the_page_only(notify: Notify) -> None:
    hears(notify, lost("claim_decided", "ben", **APPROVED, code="7KQ2M9XA"))
    sent = notify.wechat.sent()[0]
    shown = {place: one["value"] for place, one in sent["data"].items()}
    local = WAITS_UNTIL.astimezone(SHANGHAI)
    assert shown["thing3"] == "T2航站楼失物招领处"
    assert shown["time4"] == f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    assert sent["url"] == f"https://csx.example/lost/claims/{'c' * 32}"
    assert "7KQ2M9XA" not in str(sent)
    assert "7KQ2M9XA" not in str([vars(row) for row in notify.store.message_rows.values()])


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_every_refusal_says_why(reason: RefusalReason) -> None:
    told = said("claim_decided", decision="refused", reason=reason.value)
    assert told.kind is NoticeKind.LOST_REFUSED
    for language in templates.LANGUAGES:
        notes = templates.wording().words["lost_refused", language].notes
        assert notes[reason.value] != notes["all"]


def test_an_appointment_is_told_with_its_time() -> None:
    told = said("pickup_set", **{**APPROVED, "starts_at": text(IN_TWO_HOURS), "ends_at": text(WAITS_UNTIL)})
    assert told.instants["at"] == text(IN_TWO_HOURS)
    assert told.needed_at == WAITS_UNTIL


@pytest.mark.parametrize(
    "event",
    [
        lost("report_changed"),  # changed by its owner
        lost("report_changed", state="closed", why="withdrawn"),
        lost("report_changed", state="closed", why="returned"),  # told of the claim
        lost("find_changed", state="closed"),
        lost("find_changed", passenger_id=None),  # a stranger's find
        lost("match_found", None),
        lost("item_returned", None),  # staff tell who has no account
        lost("item_returned", way="courier"),  # told as delivered
        lost("courier_refunded", refund_fen=2300, why="late"),  # told by payments
    ],
    ids=lambda event: (
        f"{event['name']}-{event['data'].get('why') or event['data'].get('way') or event['data'].get('state')}"
    ),
)
def test_what_nobody_needs_to_hear_is_not_told(notify: Notify, event: dict[str, Any]) -> None:
    hears(notify, event)
    assert notify.store.message_rows == {}


def test_what_lies_at_a_desk_waits_for_the_morning_and_a_theft_does_not() -> None:
    night = datetime(2026, 11, 23, 23, 30, tzinfo=SHANGHAI)
    morning = datetime(2026, 11, 24, 7, 0, tzinfo=SHANGHAI)
    opens = {
        notice.kind: notice.opens_at(night, (23, 7))
        for notice in (said(name, **data) for name, data in LOST_EVENTS)
    }
    for kind in (NoticeKind.LOST_MATCH, NoticeKind.LOST_APPROVED, NoticeKind.LOST_DUE, NoticeKind.LOST_FIND):
        assert opens[kind] == morning
    for kind in (NoticeKind.LOST_RETURNED, NoticeKind.LOST_CLAIMED, NoticeKind.LOST_REPORTED):
        assert opens[kind] is None


def test_reports_need_no_consent_to_messages_about_flights(notify: Notify) -> None:
    notify.traveller("carl", version=2, consent="withdrawn")
    hears(notify, lost("match_found", "carl"))
    assert notify.states("carl") == [("lost_match", "sent")]


def test_what_is_overtaken_by_its_own_end_is_not_sent(notify: Notify) -> None:
    notify.wechat.will("token", *[40164] * 4)  # nothing leaves for now
    told = [("report_filed", {}), ("match_found", {}), ("claim_submitted", {}), ("claim_decided", APPROVED)]
    for name, data in told:
        usecases.note_lost(notify.uow, notify.view, lost(name, **data), datetime.now(UTC))
    assert [(one.kind, one.state) for one in notify.store.of("anna")] == [
        ("lost_reported", "superseded"),
        ("lost_match", "superseded"),
        ("lost_claimed", "superseded"),
        ("lost_approved", "queued"),
    ]
    usecases.note_lost(notify.uow, notify.view, lost("item_returned"), datetime.now(UTC))
    assert [one.state for one in notify.store.of("anna")][-2:] == ["superseded", "queued"]


def test_a_reminder_that_comes_too_late_is_not_sent(notify: Notify) -> None:
    hears(notify, lost("pickup_due", **APPROVED | {"fetch_by": "2026-01-01T00:00:00Z"}))
    assert notify.states("anna") == [("lost_due", "expired")]


def test_what_goes_by_courier_is_told_step_by_step_with_its_number(notify: Notify) -> None:
    sent = lost("courier_sent", carrier="sf", tracking_number="SF1234567890123")
    steps = [lost("claim_decided", **APPROVED), lost("courier_paid"), sent, sent, lost("courier_delivered")]
    for event in (*steps, lost("item_returned", way="courier")):
        hears(notify, event)
    kinds = ["lost_approved", "lost_courier", "lost_sent", "lost_arrived"]
    assert notify.states("anna") == [(kind, "sent") for kind in kinds]
    on_its_way = notify.wechat.sent()[2]
    assert on_its_way["url"] == f"https://csx.example/lost/claims/{'c' * 32}"
    shown = {place: one["value"] for place, one in on_its_way["data"].items()}
    assert shown.pop("time4")
    assert shown == {
        "thing1": "Coat or jacket",
        "thing2": "On its way to you",
        "thing3": "SF Express",
        "thing5": "No. SF1234567890123",
    }


def test_what_comes_back_from_the_courier_makes_the_number_pointless(notify: Notify) -> None:
    notify.wechat.will("token", *[40164] * 4)  # nothing leaves for now
    for event in (lost("courier_sent", carrier="ems", tracking_number="E1"), lost("courier_came_back")):
        usecases.note_lost(notify.uow, notify.view, event, datetime.now(UTC))
    assert [(one.kind, one.state) for one in notify.store.of("anna")] == [
        ("lost_sent", "superseded"),
        ("lost_back", "queued"),
    ]
