"""What somebody wants who writes to the account. Pure: words in, a wish out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from gateway.wechat.words import ChatWords, Topic
from services.flights import query

Kind = Literal["flights", "follow", "unfollow", "agree", "topic", "goods", "unknown", "help"]

_UNFOLLOW: Final = re.compile(r"^(?:取消关注|取关|不再关注|取消订阅|unfollow|stop following)[ :：]*(.*)$")
_FOLLOW: Final = re.compile(
    r"^(?:(?:我要|我想|请|帮我)?(?:关注|订阅|跟踪)(?:航班)?|(?:please )?(?:follow|track))[ :：]*(.*)$"
)
_AGREE: Final = re.compile(
    r"^(?:我)?(?:同意|恢复|开启|重新接收|接收)(?:接收)?(?:航班)(?:消息|通知|提醒)$"
    r"|^(?:i )?(?:agree to|allow|turn on) (?:flight )?(?:messages|notifications)$"
)
_HELP: Final = re.compile(r"^(?:帮助|菜单|功能|你好|您好|在吗|help|menu|hi|hello|\?|？)[!！。. ]*$")
# 南航3101: an airline's Chinese name right before the number, which is a word of its own to `query`.
# An airline's Chinese name right before the number: 我的南航3101.
_NAMED: Final = re.compile(r"([\u4e00-\u9fff]{2,8})[ -]?(\d{2,4}[a-z]?)(?![a-z0-9])")
# A number within a sentence, written without spaces or with: 我的cz3101晚点了吗.
_CODE: Final = re.compile(r"(?<![a-z0-9])([a-z]{2}|[a-z]\d|\d[a-z])[ -]?0{0,4}\d{1,4}[a-z]?(?![a-z0-9])")
# Something to buy: 我想买茶叶, 茶叶哪里有卖, 有没有充电线卖, where can i buy tea. 买的, 买过, 买了 are of what was bought.
_BUYING: Final = (
    re.compile(
        r"^(?:请问)?(?:我|我们)?(?:还|也)?(?:想要|想|要|需要|打算|能|可以)?(?:在|去)?(?:机场|商城)?(?:里)?(?:在)?"
        r"(?:哪里|哪儿|哪|什么地方)?(?:里)?(?:能|可以|有)?"
        r"(?:购买|买|卖)(?!的|过|好|了|东西|单)(?:得到|到|点|些)?(?:一?[点些个盒瓶包件条杯双根块份袋]|一)?(?P<thing>.+?)"
        r"(?:的店|的地方)?(?:吗|么|嘛|呢|啊)?$"
    ),
    re.compile(r"^(?:请问)?(?:机场|商城)?(?:里)?(?:哪里|哪儿|哪)?有(?:没有)?(?P<thing>.+?)卖的?(?:吗|么)?$"),
    re.compile(
        r"^(?:请问)?(?P<thing>.+?)(?:在)?(?:哪里|哪儿|哪)(?:里)?(?:能|可以|有)?(?:买|卖)(?:得到|到|的)?(?:吗|么)?$"
    ),
    re.compile(
        r"^(?:.*\b)?(?:buy|purchase|shop for|sell)\s+(?:me\s+)?(?:some\s+|any\s+|an?\s+|the\s+)?(?P<thing>.+?)"
        r"(?:\s+(?:here|please|now|(?:at|in) (?:the|this) (?:airport|mall|terminal)))*$"
    ),
)
_MOST_PLACES: Final = 2
_LONGEST: Final = 64
_LONGEST_SEARCH: Final = 24
"""A search is short; whole sentences, which can be read in many ways, are looked through for names instead."""


@dataclass(frozen=True)
class Wish:
    """`asked`: what to look for: among flights, in words that `services.flights.query` reads; in the mall, as it is
    called. What nothing understands is `unknown`, `asked` being all of it."""

    kind: Kind
    asked: str = ""
    topic: Topic | None = None


@dataclass(frozen=True)
class Names:
    """Names in the flights at hand, normalised: of cities and airports, of ours among them, of airlines."""

    places: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    airlines: frozenset[str] = frozenset()


class Reader:
    """Understands texts."""

    def __init__(self, words: ChatWords) -> None:
        self._words = words

    def read(self, text: str, names: Names, finds: Callable[[str], bool]) -> Wish:
        """The wish in a text. finds: whether a search finds a flight. Never raises."""
        said = query.normalise(text).rstrip("?？!！。.~ ")
        if not said or _HELP.match(said) or said in names.ours:
            return Wish("help")
        if _AGREE.match(said):
            return Wish("agree")
        for pattern, kind in _FOLLOWING:
            found = pattern.match(said)
            if found:
                rest = found[1].strip()
                return Wish(kind, _flight(rest, names) or (rest if rest and finds(rest) else ""))
        topic = self._words.topic_of(said)
        thing = self._bought(said)
        if thing and (topic is None or topic.key in _OF_GOODS):
            return Wish("goods", thing)
        flight = _flight(said, names)
        if topic is not None and not (flight and topic.key in _GIVES_WAY):
            return Wish("topic", topic=topic)
        if flight or (len(said) <= _LONGEST_SEARCH and not query.parse(said).empty and finds(said)):
            return Wish("flights", flight or said)
        return self._route(said, names)

    @staticmethod
    def _bought(said: str) -> str:
        """What somebody wants to buy; "" for nothing. Whoever writes a letter is no customer yet."""
        matches = (pattern.match(said) for pattern in _BUYING) if len(said) <= _LONGEST else ()
        return next((found["thing"].strip() for found in matches if found), "")

    @staticmethod
    def flight_in(text: str, names: Names) -> str:
        """The flight that a text is also about, as a search for it; "" for none."""
        return _flight(query.normalise(text), names)

    @staticmethod
    def _route(said: str, names: Names) -> Wish:
        """Names of places in the order they are written: where from, where to."""
        found: dict[int, str] = {}
        for place in sorted(names.places, key=len, reverse=True):
            at = _find(said, place)
            if at >= 0 and not any(start <= at < start + len(known) for start, known in found.items()):
                found[at] = place
        ordered = [found[at] for at in sorted(found)][:_MOST_PLACES]
        if not ordered:
            return Wish("unknown", said)
        if all(place in names.ours for place in ordered):
            return Wish("help")
        if len(ordered) == 1:
            way = (
                _WAY_TO if _leads_to(said, ordered[0]) else _WAY_FROM if _comes_from(said, ordered[0]) else ""
            )
            return Wish("flights", _with_day(f"{way}{ordered[0]}", said))
        return Wish("flights", _with_day(f"{ordered[0]}到{ordered[1]}", said))


def _flight(said: str, names: Names) -> str:
    """The flight number in `said`, with its day; "" when none is meant for sure."""
    for code in _CODE.finditer(said):
        if code[1] in names.airlines:
            return _with_day(code[0], said)
    for named in _NAMED.finditer(said):
        for start in range(len(named[1]) - 1):
            if named[1][start:] in names.airlines:
                return _with_day(f"{named[1][start:]} {named[2]}", said)
    found = query.parse(said)
    return said[:_LONGEST] if found.numbers and found.readings == ((),) else ""


_FOLLOWING: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = ((_UNFOLLOW, "unfollow"), (_FOLLOW, "follow"))
_GIVES_WAY: Final = frozenset({"checkin", "board", "trips", "tickets"})
"""Who names a flight with one of these wants to see the flight: counters, status and times are on its card."""
_OF_GOODS: Final = frozenset({"mall", "guide"})
"""Who wants to buy a power bank or something in a shop means the thing: what may be carried is asked otherwise."""
_WAY_TO: Final = "到"
_WAY_FROM: Final = "从"


def _leads_to(said: str, place: str) -> bool:
    return bool(re.search(rf"(?:去|到|飞|往|to ){re.escape(place)}", said))


def _comes_from(said: str, place: str) -> bool:
    return bool(re.search(rf"(?:从|由|from ){re.escape(place)}|{re.escape(place)}(?:来|飞来|过来)", said))


def _find(said: str, place: str) -> int:
    """Where `place` stands: Chinese anywhere, Latin as whole words."""
    at = said.find(place)
    if at < 0 or not place.isascii():
        return at
    found = re.search(rf"(?<![a-z0-9]){re.escape(place)}(?![a-z0-9])", said)
    return found.start() if found else -1


def _with_day(text: str, said: str) -> str:
    """`text`, and the day that `said` names, as words that are read as that day."""
    day = query.parse(said).day
    if day is None:
        return text
    if day.offset is not None:
        return f"{text} {_OFFSETS.get(day.offset, '今天')}"
    if day.year is not None:
        return f"{text} {day.year}-{day.month}-{day.day}"
    return f"{text} {day.month}月{day.day}日" if day.month is not None else f"{text} {day.day}日"


_OFFSETS: Final = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天", 3: "大后天"}
