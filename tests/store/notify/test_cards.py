"""Cards, codes and errands over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.notify.store import CodeRow, Errand

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def code(index: str, state: str = "signed", **changes: Any) -> CodeRow:
    values = {"passenger_id": "anna", "coupon_id": None, "signed_at": NOW} | changes
    return CodeRow(index, f"sealed-{index}", "pCARD", "campaign", state=state, **values)


def begin(uow: Any, now: datetime = NOW, limit: int = 10) -> list[Errand]:
    with uow.write() as tx:
        begun: list[Errand] = tx.store.cards.begin_errands(now, now + timedelta(minutes=1), limit)
    return begun


def test_older_news_of_a_campaign_changes_nothing_and_its_card_stays(uow: Any) -> None:
    with uow.write() as tx:
        assert tx.store.cards.note_campaign("campaign", 2)
        assert not tx.store.cards.note_campaign("campaign", 1)
        assert not tx.store.cards.is_ours("pCARD")
        tx.store.cards.save_card("campaign", "pCARD", "{}")
        assert tx.store.cards.note_campaign("campaign", 3)
        assert tx.store.cards.is_ours("pCARD")
        row = tx.store.cards.card("campaign")
        assert (row.card_id, row.version, row.said) == ("pCARD", 3, "{}")
        assert tx.store.cards.card("other") is None


def test_a_code_goes_only_from_the_states_that_are_named(uow: Any) -> None:
    with uow.write() as tx:
        cards = tx.store.cards
        cards.add_code(code("i1"))
        cards.add_code(code("i1", "bound", passenger_id="ben"))
        assert cards.code("i1") == code("i1"), "one that is there stays as it is"
        assert not cards.set_code("i1", ("taken",), "bound", "coupon")
        assert cards.set_code("i1", ("signed",), "taken")
        assert cards.set_code("i1", ("taken",), "bound", "coupon")
        assert cards.set_code("i1", ("bound",), "used")
        assert [row.state for row in cards.codes_of("coupon")] == ["used"]
        assert cards.code("i2") is None


def test_an_errand_is_there_once_and_a_new_wish_begins_it_anew(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.cards.add_errand("consume", "i1", NOW, NOW)
        tx.store.cards.add_errand("consume", "i1", NOW, NOW)
    [errand] = begin(uow)
    assert errand.attempts == 1
    assert begin(uow) == [], "nobody else gets it meanwhile"
    with uow.write() as tx:
        tx.store.cards.add_errand("consume", "i1", NOW, NOW)
        assert not tx.store.cards.settle_errand(errand, "done", None, NOW)
        assert tx.store.cards.is_due(NOW)
    [again] = begin(uow)
    with uow.write() as tx:
        assert tx.store.cards.settle_errand(again, "stuck", "wechat_48001", NOW)
        assert not tx.store.cards.is_due(NOW)
        assert tx.store.cards.errand("consume", "i1").reason == "wechat_48001"
        assert tx.store.cards.reopen([again.id, 999], NOW) == 1
        assert tx.store.cards.reopen([again.id], NOW) == 0, "it isn't stuck any more"
    assert [one.attempts for one in begin(uow)] == [1]


def test_one_whose_worker_died_is_begun_again_and_the_first_come_first(uow: Any) -> None:
    with uow.write() as tx:
        for number in range(3):
            tx.store.cards.add_errand("bind", f"i{number}", NOW + number * SECOND, NOW)
    assert [one.subject for one in begin(uow, NOW + SECOND, limit=5)] == ["i0", "i1"]
    late = begin(uow, NOW + timedelta(minutes=2), limit=2)
    assert [(one.subject, one.attempts) for one in late] == [("i0", 2), ("i2", 1)]


def test_what_is_stuck_is_found_by_the_campaign_that_it_is_about(uow: Any) -> None:
    with uow.write() as tx:
        cards = tx.store.cards
        cards.add_code(code("i1"))
        for kind, subject in (("card", "campaign"), ("bind", "i1"), ("card", "another"), ("look", "gone")):
            cards.add_errand(kind, subject, NOW, NOW)
        for each in cards.begin_errands(NOW, NOW, 10):
            cards.settle_errand(each, "stuck", "wechat_43009", NOW)
        assert [each.subject for each in cards.errands("stuck", 10, "campaign")] == ["campaign", "i1"]
        assert cards.errands("open", 10, "campaign") == []
        assert len(cards.errands("stuck", 10)) == 4


def test_what_somebody_had_goes_to_another_or_is_nobodys(uow: Any) -> None:
    with uow.write() as tx:
        cards = tx.store.cards
        cards.add_code(code("i1", "bound", coupon_id="coupon"))
        cards.add_code(code("i2", "lapsed"))
        cards.merge("anna", "ben")
        assert cards.code("i1").passenger_id == "ben"
        assert {each.code_index for each in cards.codes_held(["ben", "anna"])} == {"i1", "i2"}
        assert cards.erase(["ben"]) == ["i1"], "WeChat still takes it for good"
        assert cards.codes_held(["ben", "anna"]) == []
        row = cards.code("i1")
        assert (row.passenger_id, row.coupon_id, row.campaign_id) == ("", None, "")


def test_what_is_over_is_forgotten_what_isnt_stays(uow: Any) -> None:
    with uow.write() as tx:
        cards = tx.store.cards
        for index, state in (("i1", "used"), ("i2", "bound"), ("i3", "lapsed")):
            cards.add_code(code(index, state))
            cards.add_errand("look", index, NOW, NOW)
    first = begin(uow, limit=1)[0]
    with uow.write() as tx:
        tx.store.cards.settle_errand(first, "done", None, NOW)
        tx.store.cards.purge(NOW)
        assert tx.store.cards.code("i1") is not None, "not older than that"
        tx.store.cards.purge(NOW + SECOND)
        assert [tx.store.cards.code(index) is None for index in ("i1", "i2", "i3")] == [True, False, True]
        assert tx.store.cards.errand("look", "i1") is None
        assert tx.store.cards.errand("look", "i2") is not None
