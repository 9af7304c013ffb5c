"""One suite over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from kernel.ids import new_id
from services.notify import usecases
from services.notify.store import (
    AccountState,
    Follow,
    NewMessage,
    Recipient,
    Settled,
    Wanted,
)
from tests.store.notify.telling import ANNA, FLIGHT, ID, MINUTE, NOW, claimed, news, settle, states, tell
from tests.unit.notify.examples import NOON


def test_older_news_of_a_traveller_changes_nothing(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.people.save_recipient(ANNA)
        tx.store.people.save_recipient(replace(ANNA, language="zh", version=2))
        tx.store.people.save_recipient(replace(ANNA, language="zh", version=3))
    with uow.read() as tx:
        assert tx.store.people.recipient("anna") == ANNA
        assert tx.store.people.recipient("ben") is None


def test_who_is_blocked_is_reachable_again_with_newer_news(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.people.save_recipient(ANNA)
        tx.store.people.block("anna", NOW)
        assert not tx.store.people.recipient("anna").reachable
        tx.store.people.save_recipient(replace(ANNA, version=4))
        assert tx.store.people.recipient("anna").reachable


def test_a_flight_is_followed_once_by_each_and_the_role_can_change(uow: Any) -> None:
    with uow.write() as tx:
        assert tx.store.people.follow(Follow("anna", ID, "greeter", NOW)).role == "greeter"
    with uow.write() as tx:
        again = tx.store.people.follow(Follow("anna", ID, "passenger", NOW + MINUTE))
        assert again == Follow("anna", ID, "passenger", NOW)
        tx.store.people.follow(Follow("ben", ID, "companion", NOW))
    with uow.write() as tx:
        count, last = tx.store.people.last_follow(ID)
        assert count == 2
        assert tx.store.people.unfollow("ben", ID)
        assert not tx.store.people.unfollow("ben", ID)
        tx.store.people.follow(Follow("cleo", ID, "passenger", NOW))
        assert tx.store.people.last_follow(ID)[1] > last, "numbers are never given again"
        assert tx.store.people.follows("anna") == [Follow("anna", ID, "passenger", NOW)]


def test_a_flight_comes_back_as_it_was_saved_and_is_due_when_it_says(uow: Any) -> None:
    with uow.write() as tx:
        assert tx.store.news.add_flight(FLIGHT)
        assert not tx.store.news.add_flight(replace(FLIGHT, version=9))
        assert tx.store.news.lock(ID) == FLIGHT
        assert tx.store.news.due(NOW, 10) == []
        tx.store.news.save_flight(replace(FLIGHT, version=2, next_due_at=NOW))
    with uow.read() as tx:
        assert tx.store.news.due(NOW, 10) == [ID]
        assert tx.store.news.due(NOW - MINUTE, 10) == []
        assert tx.store.news.flights([ID, "none"])[ID].version == 2
        assert tx.store.news.is_followed(ID)
        assert not tx.store.news.is_followed("none")
        assert tx.store.news.followed_among([ID, "none"]) == {ID}
        assert tx.store.news.followed_among([]) == set()


def test_a_fan_out_goes_page_by_page_over_those_who_followed_when_it_was_decided(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.people.save_recipient(ANNA)
        tx.store.people.save_recipient(Recipient("ben", "o-ben", "zh", False, 1))
        tx.store.people.refuse("cleo", "t", NOW)
        for name in ("anna", "ben", "cleo"):
            tx.store.people.follow(Follow(name, ID, "passenger", NOW))
        tx.store.news.add(news(), *tx.store.people.last_follow(ID))
        tx.store.people.follow(Follow("dora", ID, "passenger", NOW))
        opened = tx.store.news.next_open(NOW)
        page = tx.store.news.listeners(opened, ["t"], 2)
        assert [(one.passenger_id, one.language, one.reachable, one.wanted) for one in page] == [
            ("anna", "en", True, True),
            ("ben", "zh", False, True),
        ]
        tx.store.news.advance(opened, page[-1].follow_id, 2, False)
    with uow.write() as tx:
        opened = tx.store.news.next_open(NOW)
        rest = tx.store.news.listeners(opened, ["t"], 2)
        assert [(one.passenger_id, one.reachable, one.wanted) for one in rest] == [("cleo", False, False)]
        assert [(one.followers, one.reached) for one in tx.store.news.progress(5)] == [(3, 2)]
        tx.store.news.advance(opened, opened.last_id, 1, True)
        assert tx.store.news.next_open(NOW) is None


def test_urgent_news_comes_first_and_what_waits_waits(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.news.add(news(not_before_at=NOW + MINUTE), 1, 1)
        normal = tx.store.news.add(news("gate"), 1, 1)
        urgent = tx.store.news.add(news("last_call", rank=0), 1, 1)
        assert tx.store.news.next_open(NOW).id == urgent
        tx.store.news.overtake(ID, ["gate"], urgent)
        assert normal not in [one.id for one in tx.store.news.progress(9)]
        tx.store.news.overtake(ID, ["last_call"], urgent)
        assert tx.store.news.next_open(NOW).id == urgent, "news doesn't overtake itself"


def test_one_news_is_written_to_each_once(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.news.add(news(), 2, 2)
        opened = tx.store.news.next_open(NOW)
        first = [NewMessage("anna", "passenger", "en", "queued", None)]
        assert tx.store.news.write_messages(opened, first, NOW) == 1
        both = [*first, NewMessage("ben", "passenger", "zh", "refused", "not_following")]
        assert tx.store.news.write_messages(opened, both, NOW) == 1
        assert tx.store.news.write_messages(opened, [], NOW) == 0
    assert states(uow) == {("anna", "delayed"): "queued", ("ben", "delayed"): "refused"}


def test_messages_are_claimed_urgent_first_and_one_at_a_time_of_a_flight_to_a_person(uow: Any) -> None:
    tell(uow, "anna", "ben")
    tell(uow, "anna", kind="gate")
    tell(uow, "cleo", kind="boarding", rank=0)
    assert claimed(uow, 2) == [("cleo", "boarding"), ("anna", "delayed")]
    assert claimed(uow) == [("ben", "delayed")]
    assert claimed(uow) == []
    settle(uow)
    assert claimed(uow) == [("anna", "gate")]


def test_a_claim_says_all_that_sending_needs(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.people.save_recipient(ANNA)
    number = tell(uow, "anna")
    with uow.write() as tx:
        one = tx.store.messages.claim("me", NOW, 5)[0]
    assert (one.openid, one.reachable, one.said, one.news_id) == (
        "o-anna",
        True,
        {"number": "CZ3101"},
        number,
    )
    assert (one.attempts, one.claimed_at, one.unsure_since) == (1, NOW, None)


def test_only_who_claimed_a_message_settles_it(uow: Any) -> None:
    tell(uow, "anna")
    claimed(uow, owner="first")
    settle(uow, owner="second")
    assert states(uow) == {("anna", "delayed"): "sending"}
    with uow.write() as tx:
        assert tx.store.messages.orphans("first", 5) == []
        orphan = tx.store.messages.orphans("second", 5)[0]
        tx.store.messages.adopt([Settled(orphan.id, "queued", "taken_over", None, NOW, None, None)])
    assert claimed(uow, owner="second") == [("anna", "delayed")]
    settle(uow, owner="first")
    assert states(uow) == {("anna", "delayed"): "sending"}
    settle(uow, owner="second")
    assert states(uow) == {("anna", "delayed"): "sent"}


def test_what_is_deferred_wakes_in_time(uow: Any) -> None:
    tell(uow, "anna")
    claimed(uow)
    settle(uow, "deferred", not_before_at=NOW + MINUTE)
    with uow.write() as tx:
        assert not tx.store.messages.has_work(NOW)
        assert tx.store.messages.wake(NOW, 10) == 0
        assert tx.store.messages.has_work(NOW + MINUTE)
        assert tx.store.messages.wake(NOW + MINUTE, 10) == 1
        assert tx.store.messages.has_work(NOW)
    assert claimed(uow) == [("anna", "delayed")]


def test_overtaken_messages_are_dropped_but_not_what_wechat_may_have(uow: Any) -> None:
    tell(uow, "anna", "ben")
    claimed(uow, limit=1)
    settle(uow, "deferred", not_before_at=NOW, unsure_since=NOW)
    with uow.write() as tx:
        tx.store.news.add(news("boarding", rank=0), 2, 2)
        opened = tx.store.news.next_open(NOW)
        tx.store.news.drop_overtaken(opened, ["delayed"], ["anna", "ben"])
    assert states(uow) == {("anna", "delayed"): "unknown", ("ben", "delayed"): "superseded"}


def test_a_receipt_finds_its_message_also_when_it_comes_first(uow: Any) -> None:
    tell(uow, "anna")
    claimed(uow)
    with uow.write() as tx:
        assert tx.store.messages.receipt("77", "success", NOW) is None
        tx.store.messages.keep_receipt("77", "success", NOW + MINUTE)
    settle(uow, wechat_msgid="77")
    with uow.write() as tx:
        row = tx.store.messages.find(Wanted(passenger_ids=("anna",)))[0]
        assert (row.state, row.received_at, row.wechat_msgid) == ("received", NOW + MINUTE, "77")
        assert tx.store.messages.receipt("77", "failed:user block", NOW) == "anna"
    assert states(uow) == {("anna", "delayed"): "received"}, "the first receipt counts"


def test_what_waits_can_be_stopped_for_a_person_or_a_flight(uow: Any) -> None:
    tell(uow, "anna", "ben", "cleo")
    with uow.write() as tx:
        tx.store.messages.stop_all("anna", "not_following")
        tx.store.messages.stop_flight("ben", ID)
        tx.store.messages.stop_flight("cleo", "another")
    assert set(states(uow).values()) == {"refused", "superseded", "queued"}
    assert claimed(uow) == [("cleo", "delayed")]


def test_messages_are_found_by_all_that_is_asked(uow: Any) -> None:
    tell(uow, "anna", "ben")
    tell(uow, "anna", kind="gate", now=NOW + MINUTE)
    with uow.read() as tx:
        find = tx.store.messages.find
        assert [row.kind for row in find(Wanted(passenger_ids=("anna",)))] == ["gate", "delayed"]
        assert [row.kind for row in find(Wanted(passenger_ids=("anna", "ben"), to_at=NOW + MINUTE))] == [
            "delayed",
            "delayed",
        ]
        assert [row.kind for row in find(Wanted(flight_id=ID, from_at=NOW + MINUTE))] == ["gate"]
        assert find(Wanted(flight_id="another")) == []
        assert find(Wanted(state="sent")) == []
        first = find(Wanted(flight_id=ID, limit=1))[0]
        assert len(find(Wanted(flight_id=ID, before_id=first.id))) == 2


def test_the_backlog_is_counted(uow: Any) -> None:
    tell(uow, "anna", "ben")
    claimed(uow, limit=1)
    with uow.read() as tx:
        backlog = tx.store.messages.backlog()
        assert (backlog.queued, backlog.deferred, backlog.sending, backlog.oldest_at) == (1, 0, 1, NOW)
        assert tx.store.messages.counts_since(NOW) == {"queued": 1, "sending": 1}
        assert tx.store.messages.counts_since(NOW + MINUTE) == {}


def test_two_travellers_become_one(uow: Any) -> None:
    with uow.write() as tx:
        for name in ("old", "new"):
            tx.store.people.save_recipient(Recipient(name, f"o-{name}", "zh", True, 1, consent="given"))
            tx.store.people.follow(Follow(name, ID, "passenger", NOW))
        tx.store.people.follow(Follow("old", "another", "greeter", NOW))
        tx.store.people.refuse("old", "t", NOW)
    tell(uow, "old", "new")
    tell(uow, "old", kind="gate")
    with uow.write() as tx:
        tx.store.people.merge("old", "new")
        tx.store.people.note_gone("old", "new", NOW)
        assert {one.flight_id for one in tx.store.people.follows("new")} == {ID, "another"}
        assert tx.store.people.follows("old") == []
        assert tx.store.people.recipient("old") is None
        assert tx.store.people.gone("old") == (True, "new")
        assert tx.store.people.gone("new") == (False, None)
        assert tx.store.people.merged_into("new") == ["old"]
    assert states(uow) == {
        ("old", "delayed"): "superseded",
        ("new", "delayed"): "queued",
        ("new", "gate"): "queued",
    }
    with uow.write() as tx:
        tx.store.people.merge("new", "newest")
        assert tx.store.people.merged_into("newest") == ["old"]


def test_erasing_leaves_nothing_about_a_person_and_all_about_others(uow: Any) -> None:
    with uow.write() as tx:
        for name in ("anna", "ben"):
            tx.store.people.save_recipient(Recipient(name, f"o-{name}", "zh", True, 1, consent="given"))
            tx.store.people.follow(Follow(name, ID, "passenger", NOW))
            tx.store.account.begin_customer_message(f"r-{name}", "f" * 32, f"o-{name}", NOW)
    tell(uow, "anna", "ben")
    with uow.write() as tx:
        counts = tx.store.people.erase({"anna"})
        assert counts == {"follows": 1, "messages": 1, "recipients": 1}
        assert {type(name) for name in counts} == {str}
        assert tx.store.people.recipient("anna") is None
        assert tx.store.account.begin_customer_message("r-anna", "f" * 32, "x", NOW), "it was gone"
        assert not tx.store.account.begin_customer_message("r-ben", "f" * 32, "x", NOW)
    assert states(uow) == {("ben", "delayed"): "queued"}


def test_tokens_states_and_customer_messages_are_kept(uow: Any) -> None:
    with uow.write() as tx:
        account = tx.store.account
        assert account.token("access_token") is None
        account.save_token("access_token", "sealed", NOW)
        account.save_token("access_token", "sealed again", NOW + MINUTE)
        assert account.token("access_token") == ("sealed again", NOW + MINUTE)
        assert account.state("wx") == AccountState()
        account.save_state("wx", AccountState(NOW, "wechat_45009", None))
        account.save_state("wx", AccountState(NOW, "wechat_40164", "wechat_40164"))
        assert account.state("wx") == AccountState(NOW, "wechat_40164", "wechat_40164")
        assert account.begin_customer_message("r", "a" * 32, "o", NOW)
        assert account.customer_message("r") == ("a" * 32, None)
        account.end_customer_message("r", 45015)
        assert account.customer_message("r") == ("a" * 32, 45015)


def test_what_is_old_is_forgotten_and_the_rest_is_kept(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.news.add_flight(FLIGHT)
        tx.store.people.follow(Follow("anna", ID, "passenger", NOW))
    tell(uow, "anna", created_at=NOW - 10 * MINUTE, now=NOW - 10 * MINUTE)
    tell(uow, "ben")
    with uow.write() as tx:
        tx.store.messages.keep_receipt("old", "success", NOW - timedelta(days=2))
        assert tx.store.messages.purge(NOW - MINUTE, NOW, 100) == 1
        assert tx.store.messages.purge(NOW - MINUTE, NOW, 100) == 0
        assert tx.store.news.purge_flights(NOON, 10) == 0
        assert tx.store.news.purge_flights(NOON + MINUTE, 10) == 1
        assert tx.store.people.follows("anna") == []
    assert states(uow) == {("ben", "delayed"): "queued"}


def test_merges_that_are_heard_in_the_other_order_end_at_the_same_traveller(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.people.follow(Follow("anna", ID, "passenger", NOW))
    usecases.note_merge(uow, new_id(), "old", "new")
    usecases.note_merge(uow, new_id(), "anna", "old")
    with uow.read() as tx:
        assert tx.store.people.follow_of("new", ID) is not None
        assert sorted(tx.store.people.merged_into("new")) == ["anna", "old"]
    erased = {"erasure_id": "e1", "passenger_id": "new", "earlier_ids": []}
    usecases.erase(uow, new_id(), erased)
    usecases.note_merge(uow, new_id(), "late", "anna")
    with uow.read() as tx:
        assert [tx.store.people.gone(each) for each in ("anna", "old", "new")] == [(True, None)] * 3
