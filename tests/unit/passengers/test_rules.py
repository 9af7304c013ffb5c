"""How long a session lasts, whom messages go to, who stays when two are one, what a consent allows."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

import services.passengers
from services.passengers.clients import EXPORTS
from services.passengers.domain import (
    HOLDERS,
    ConsentEntry,
    Passenger,
    ServiceErasure,
    Session,
    WeChatAccount,
    completed_at,
    current_state,
    expires_at,
    in_force,
    live,
    merge_order,
    message_account,
    needs_touch,
)
from services.passengers.schemas import CURRENT_CONSENTS, ConsentKind, Language
from tests.unit.passengers.examples import NOW

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


def session(seen_after: timedelta = timedelta(0)) -> Session:
    return Session("h", "p", NOW, NOW + seen_after, expires_at(NOW))


def test_a_session_ends_after_a_week_unseen() -> None:
    assert live(session(), NOW + 7 * DAY - TICK)
    assert not live(session(), NOW + 7 * DAY)


def test_a_session_ends_after_thirty_days_however_often_it_is_seen() -> None:
    assert live(session(29 * DAY), NOW + 30 * DAY - TICK)
    assert not live(session(29 * DAY), NOW + 30 * DAY)


def test_being_seen_is_written_once_an_hour() -> None:
    assert not needs_touch(session(), NOW + timedelta(hours=1) - TICK)
    assert needs_touch(session(), NOW + timedelta(hours=1))


def account(openid: str, subscribed: bool, after: timedelta = timedelta(0)) -> WeChatAccount:
    return WeChatAccount(openid, "u", "p", subscribed, NOW + after if subscribed else None, NOW)


def test_messages_go_to_the_account_that_follows_us_and_began_last() -> None:
    accounts = [account("a", True), account("b", True, DAY), account("c", False)]
    for order in (accounts, accounts[::-1]):
        chosen = message_account(order)
        assert chosen is not None
        assert chosen.openid == "b"
    assert message_account([]) is None


def test_whoever_was_known_first_stays_in_whichever_order_they_meet() -> None:
    old = Passenger("b", Language.ZH, NOW, NOW)
    new = Passenger("a", Language.EN, NOW + DAY, NOW + DAY)
    assert merge_order(old, new) == merge_order(new, old) == (new, old)


def test_the_newest_word_counts_and_an_old_text_allows_nothing() -> None:
    kind = ConsentKind.IDENTITY_DOCUMENTS
    given = ConsentEntry(kind, CURRENT_CONSENTS[kind], True, NOW)
    assert in_force(current_state([given])[kind])
    assert not in_force(current_state([given, ConsentEntry(kind, given.version, False, NOW)])[kind])
    assert not in_force(current_state([ConsentEntry(kind, "2019-01", True, NOW)])[kind])
    assert not in_force(current_state([given])[ConsentKind.FLIGHT_MESSAGES])


def test_an_erasure_is_complete_when_the_last_service_is_done() -> None:
    done = [ServiceErasure("a", NOW), ServiceErasure("b", NOW + DAY)]
    assert completed_at(done) == NOW + DAY
    assert completed_at([*done, ServiceErasure("c")]) is None


def test_whoever_holds_data_is_asked_for_a_copy_and_heard_when_it_erased() -> None:
    """The three lists of who holds data are one."""
    source = Path(services.passengers.__file__).with_name("service.py").read_text(encoding="utf-8")
    heard = {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "handle_event"
        and isinstance(node.args[0], ast.Constant)
        and getattr(node.args[1], "id", "") == "ERASURE_DONE"
    }
    assert heard == set(HOLDERS) == set(EXPORTS)


@pytest.mark.parametrize("kind", ConsentKind)
def test_every_kind_of_consent_has_a_text(kind: ConsentKind) -> None:
    assert CURRENT_CONSENTS[kind]
