"""How often the first answers are right, among made-up products; the whole set is measured by `make bench`."""

from __future__ import annotations

from sqlalchemy import create_engine

from tests.bench.shop_search import judged

PRODUCTS = 260
EACH = 3


def test_three_hundred_searches_are_answered_far_better_than_by_like() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        found = judged(connection, PRODUCTS, every=EACH, trigram=False)
    engine.dispose()
    ours, like = found["search"], found["LIKE"]
    assert ours.searches >= 300
    assert ours.at_1 >= 0.93
    assert ours.at_5 >= 0.96
    assert like.at_1 < 0.5
    assert min(at_5 for way, at_5 in ours.by_way.items()) >= 0.8, ours.by_way
