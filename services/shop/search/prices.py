"""Prices that are said in a search: `100以内`, `茶叶 200元左右`, `tea under 100`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from services.shop.search.item import Query
from services.shop.search.lexicon import fold

_MONEY: Final = r"(?:块钱|元钱|块|元|圆|人民币|rmb|yuan|cny)"
_WAYS: Final = tuple(
    (re.compile(pattern), low, high)
    for pattern, low, high in (
        (
            rf"(?<![\d.])[¥￥]?(?P<low>\d{{1,6}}) ?{_MONEY}? ?(?:-|~|到|至|to) ?(?P<high>\d{{1,6}}) ?{_MONEY}(?:之间)?",
            1.0,
            1.0,
        ),
        (rf"(?:不超过|不高于|低于|小于|最多)[¥￥]?(?P<high>\d{{1,6}})(?!\d) ?{_MONEY}?", None, 1.0),
        (
            rf"(?:under|below|less than|up to|within|max) ?[¥￥]?(?P<high>\d{{1,6}})(?!\d) ?{_MONEY}?(?![a-z])",
            None,
            1.0,
        ),
        (rf"(?<![\d.])[¥￥]?(?P<high>\d{{1,6}}) ?{_MONEY}? ?(?:以内|以下|之内|之下|以里|内)", None, 1.0),
        (rf"(?<![\d.])[¥￥]?(?P<low>\d{{1,6}}) ?{_MONEY}? ?(?:以上|起)", 1.0, None),
        (rf"(?:over|above|more than) ?[¥￥]?(?P<low>\d{{1,6}})(?!\d) ?{_MONEY}?(?![a-z])", 1.0, None),
        (rf"(?<![\d.])[¥￥]?(?P<near>\d{{1,6}}) ?{_MONEY}? ?(?:左右|上下)", 0.7, 1.3),
        (
            rf"(?<![\d.])(?:[¥￥](?P<near>\d{{1,6}})(?!\d)|(?P<about>\d{{1,6}}) ?{_MONEY})(?:的|$| |(?=[\u4e00-\u9fff]))",
            0.5,
            1.2,
        ),
    )
)
"""Patterns, and how far below and above the number a price may be; None: however far."""

_CHEAP: Final = re.compile(
    r"(?:最|比较|更)?(?:便宜|平价|实惠|性价比高)(?:点|一点|些|一些)?(?:儿)?的?|\b(?:cheap|cheaper|cheapest|inexpensive)\b"
)
"""Said of a price, not of a thing: who says so looks at the lowest one first."""


def priced(query: Query) -> Query:
    """The same with the price that its text says as a filter and no longer as words; the query itself if it says none."""
    text = fold(query.text)
    for pattern, low, high in _WAYS:
        found = pattern.search(text)
        if found is None:
            continue
        said = {name: int(number) * 100 for name, number in found.groupdict().items() if number}
        one = next(iter(said.values()))
        least = None if low is None else round(said.get("low", one) * low)
        most = None if high is None else round(said.get("high", one) * high)
        rest = f"{text[: found.start()]} {text[found.end() :]}".strip()
        return replace(
            query,
            text=rest.removeprefix("的"),
            price_from_fen=_greater(query.price_from_fen, least),
            price_to_fen=_less(query.price_to_fen, most),
        )
    return query


def cheapest(query: Query) -> Query:
    """The same without `便宜的` or `cheap`, the lowest price first; the query itself if it doesn't say so or is sorted."""
    text = fold(query.text)
    rest = " ".join(_CHEAP.sub(" ", text).split())
    if not rest or rest == " ".join(text.split()):
        return query
    return replace(query, text=rest, sort="price" if query.sort == "relevance" else query.sort)


def _greater(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _less(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)
