"""Takes a normalised search text apart: the day, the flight numbers, the route, the words that are left."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

Part = tuple[str, str]
"""Where its words may be found (a subset of "aft"), and the text."""


@dataclass(frozen=True)
class DayWord:
    """A day as people say it: so many days from today, or a date whose year or month may be missing."""

    offset: int | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None

    def on(self, today: date) -> date | None:
        """The day meant, seen from `today`; without a year or month the nearest such day. None if none exists."""
        if self.offset is not None:
            return today + timedelta(days=self.offset)
        assert self.day is not None
        if self.year is not None and self.month is not None:
            return _date(self.year, self.month, self.day)
        if self.month is not None:
            near = [_date(today.year + years, self.month, self.day) for years in (-1, 0, 1)]
        else:
            first = today.replace(day=1)
            firsts = (first, (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=31)))
            near = [_date(month.year, month.month, self.day) for month in firsts]
        days = [day for day in near if day is not None]
        return min(days, key=lambda day: abs(day - today), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
_OFFSETS = {
    "大后天": 3,
    "后天": 2,
    "明天": 1,
    "明日": 1,
    "明早": 1,
    "明晚": 1,
    "今天": 0,
    "今日": 0,
    "今早": 0,
    "今晚": 0,
    "昨天": -1,
    "昨日": -1,
    "昨晚": -1,
    "前天": -2,
    "day after tomorrow": 2,
    "tomorrow": 1,
    "today": 0,
    "tonight": 0,
    "yesterday": -1,
}


def _full(found: re.Match[str]) -> DayWord:
    year, month, day = (int(part) for part in found.groups())
    return DayWord(year=year, month=month, day=day)


def _month_day(found: re.Match[str]) -> DayWord:
    return DayWord(month=int(found[1]), day=int(found[2]))


def _named_month(found: re.Match[str]) -> DayWord:
    month_text, day_text = (found[1], found[2]) if found[1][0].isalpha() else (found[2], found[1])
    return DayWord(month=_MONTHS.index(month_text[:3]) + 1, day=int(day_text))


# In this order: the more is said, the sooner it is tried.
_DAYS: list[tuple[re.Pattern[str], Callable[[re.Match[str]], DayWord]]] = [
    (re.compile(r"(?<!\d)(20\d{2})(?:[-/]|年)(\d{1,2})(?:[-/]|月)(\d{1,2})(?!\d)[日号]?", re.A), _full),
    (re.compile(r"(?<![a-z\d])(20\d{2})([01]\d)([0-3]\d)(?![a-z\d])", re.A), _full),
    (re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})(?!\d)[日号]?", re.A), _month_day),
    (re.compile(r"(?<![a-z\d/-])(\d{1,2})[-/](\d{1,2})(?![a-z\d/-])", re.A), _month_day),
    (re.compile(rf"(?<![a-z\d]){_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?![a-z\d])", re.A), _named_month),
    (re.compile(rf"(?<![a-z\d])(\d{{1,2}})(?:st|nd|rd|th)? ?{_MONTH}(?![a-z\d])", re.A), _named_month),
    (re.compile(r"(?<![a-z\d])(\d{1,2})[日号]", re.A), lambda found: DayWord(day=int(found[1]))),
]
_OFFSET = re.compile(
    "|".join(rf"(?<![a-z]){word}(?![a-z])" if word.isascii() else word for word in _OFFSETS), re.A
)


def take_day(text: str) -> tuple[str, DayWord | None]:
    """The text without its first word for a day, and that day; a date that no calendar has is left in."""
    found = _OFFSET.search(text)
    if found:
        return _without(text, found), DayWord(offset=_OFFSETS[found[0]])
    for pattern, read in _DAYS:
        found = pattern.search(text)
        if found:
            day = read(found)
            if _date(day.year or 2024, day.month or 1, day.day or 0):  # 2024 has a 29 February
                return _without(text, found), day
    return text, None


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


_NUMBER = re.compile(
    r"(?<![a-z0-9])"
    r"(?:((?:[a-z]{2}|[a-z][0-9]|[0-9][a-z])[ -]{0,2}|[a-z]{3})"
    r"0{0,4}([0-9]{1,4})([a-z]?)"
    r"|0{0,4}([0-9]{1,4})([a-z]?))"
    r"(?![a-z0-9])",
    re.A,
)


def take_numbers(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without its flight numbers, and these without spaces and leading zeros: cz3101, 3101."""
    numbers: list[str] = []

    def note(found: re.Match[str]) -> str:
        airline, digits, suffix, bare, bare_suffix = found.groups()
        code = (airline or "").strip(" -")
        number = (digits or bare).lstrip("0") or "0"
        numbers.append(f"{code}{number}{suffix or bare_suffix or ''}")
        return " "

    rest = _NUMBER.sub(note, text)
    return rest, tuple(dict.fromkeys(numbers))


_TO = re.compile(r"飞往|前往|飞|到|至|往|去|→|➔|=>|->|>|(?<![a-z0-9])to(?![a-z0-9])", re.A)
_FROM = re.compile(r"^ *(?:从|由|from(?![a-z0-9]))", re.A)
_LEAVING = re.compile(r"(出发|起飞|始发|离港)")
# 达州, 达卡, 达拉斯, 达尔文 and 达累斯萨拉姆 are places: 长沙到达州 is no arrival.
_REACHING = re.compile(r"(到达(?![州卡拉尔累])|抵达|降落|到港|进港)")


def take_route(text: str) -> list[Part]:
    """What is left, cut where it says which way: 长沙到北京, from changsha to beijing, 到达上海, 北京出发."""
    reaching = _REACHING.split(text, maxsplit=1)
    if len(reaching) == 3:
        before, _, after = reaching
        return [("at", before), ("aft", after)] if not after.strip() else [("aft", before), ("at", after)]
    leaving = _LEAVING.split(text, maxsplit=1)
    if len(leaving) == 3:
        return [("af", leaving[0]), ("aft", _TO.sub(" ", leaving[2]))]
    ways = _TO.split(text, maxsplit=1)
    if len(ways) == 2:
        return [("af", _FROM.sub(" ", ways[0])), ("at", _TO.sub(" ", ways[1]))]
    if _FROM.search(text):
        return [("af", _FROM.sub(" ", text))]
    return [("aft", text)]


_RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_NOISE = frozenset(
    {
        "flight",
        "flights",
        "airport",
        "airlines",
        "airline",
        "the",
        "in",
        "of",
        "status",
        "航班",
        "航班号",
        "航班动态",
        "动态",
        "机场",
        "的",
        "查",
        "查询",
        "我的",
        "国际机场",
    }
)
_TAILS = ("国际机场", "的航班", "机场", "航班", "市")
_SHORTEST_NAME = 2


def readable(text: str) -> bool:
    """Whether there is a letter, a digit or a character of writing in it at all."""
    return _RUN.search(text) is not None


def words_of(text: str) -> list[str]:
    """Words to look for: Latin and Chinese runs apart, without what every search has in it."""
    words: list[str] = []
    for word in _RUN.findall(text):
        for tail in _TAILS:
            if word.endswith(tail) and len(word) - len(tail) >= _SHORTEST_NAME:
                word = word.removesuffix(tail)
        if word not in _NOISE:
            words.append(word)
    return words
