"""What may be sent where, and for how much: pure rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.lostfound.domain.courier import REASONS, quote, weight_of
from services.lostfound.domain.items import Money
from services.lostfound.schemas.courier_words import ABROAD, CARRIERS, PROVINCES, NotSent, Weight, Zone
from services.lostfound.schemas.goods import CATEGORIES
from tests.unit.lostfound.test_rules import item


def thing(category: str, **more: Any) -> Any:
    return replace(item(), category=category, **more)


def test_every_province_is_there_once_and_in_both_languages() -> None:
    assert len(PROVINCES) == 34
    assert len({each.zh for each in PROVINCES.values()} | {each.en for each in PROVINCES.values()}) == 68
    assert [code for code, each in PROVINCES.items() if each.zone is Zone.REGIONS] == ["HK", "MO", "TW"]
    assert all("{number}" in each.track for each in CARRIERS.values())


def test_every_thing_to_every_province_has_a_fee_or_a_reason() -> None:
    for category in CATEGORIES:
        for province in (*PROVINCES, ABROAD):
            told = quote(thing(category), province, cleared=False)
            assert (told.fee_fen is None) == (told.not_sent is not None)
            assert all(told.reason)
            assert told.fee_fen is None or 1000 <= told.fee_fen <= 30000, (category, province)


def test_farther_and_heavier_never_costs_less() -> None:
    classes = ["keys", "coat", "suitcase", "pram"]
    assert [weight_of(each) for each in classes] == list(Weight)
    for provinces in (["HN", "HB", "BJ", "XJ"],):
        table = [
            [quote(thing(one), where, cleared=False).fee_fen or 0 for one in classes] for where in provinces
        ]
        assert all(row == sorted(row) for row in table)
        assert all(list(column) == sorted(column) for column in zip(*table, strict=True))


@pytest.mark.parametrize(
    ("category", "province", "why"),
    [
        ("cash", "HN", NotSent.CASH),
        ("power_bank", "HN", NotSent.BATTERY),
        ("alcohol", "BJ", NotSent.LIQUID),
        ("cosmetics", "BJ", NotSent.LIQUID),
        ("food", "HN", NotSent.FOOD),
        ("tool", "HN", NotSent.WEAPON),
        ("tobacco", "HN", NotSent.TOBACCO),
        ("medicine", "HN", NotSent.MEDICINE),
        ("phone", "HK", NotSent.BATTERY),
        ("pram", "TW", NotSent.TOO_BIG),
        ("passport", "HN", NotSent.IDENTITY_FIRST),
        ("bank_card", "HN", NotSent.IDENTITY_FIRST),
        ("coat", ABROAD, NotSent.ABROAD),
    ],
)
def test_what_may_not_be_sent_says_why(category: str, province: str, why: NotSent) -> None:
    told = quote(thing(category), province, cleared=False)
    assert (told.not_sent, told.reason) == (why, REASONS[why])


def test_money_inside_keeps_a_wallet_here_and_a_watch_does_not_cross_to_hong_kong() -> None:
    assert quote(thing("wallet", cash=(Money("CNY", 100),)), "HN", cleared=True).not_sent is NotSent.CASH
    assert quote(thing("watch", valuable=True), "HK", cleared=True).not_sent is NotSent.CUSTOMS
    assert quote(thing("watch", valuable=True), "BJ", cleared=True).fee_fen == 1800


def test_a_document_goes_once_the_desk_knows_its_owner() -> None:
    assert quote(thing("id_card"), "HN", cleared=True).fee_fen == 1200
    assert (
        quote(thing("handbag", document_kind="passport"), "HN", cleared=False).not_sent
        is NotSent.IDENTITY_FIRST
    )
