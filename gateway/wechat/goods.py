"""The mall in the chat: what somebody wants to buy, with its prices and the search that knows all of it."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any, Final

from gateway.cache.mall_questions import search
from gateway.deps import Deps
from gateway.rpc import CallContext
from gateway.wechat.cards import Cards
from gateway.wechat.messages import Card
from gateway.wechat.words import ChatWords
from kernel.errors import ServiceError

log = logging.getLogger(__name__)

_PATIENCE_S: Final = 0.6
"""The account answers within a second: whoever waits for longer is shown the way to the page."""
_SHOWN: Final = 3
_LONGEST: Final = 40
"""Of words that nothing else understood: whoever looks for a thing says no more than that."""
_PIECES: Final = re.compile(r"[a-z0-9]{3,}|[\u3400-\u9fff]")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_NO_MARKUP: Final = str.maketrans("", "", "<>")


class Goods:
    """Answers for one airport's mall."""

    def __init__(self, deps: Deps, words: ChatWords, cards: Cards) -> None:
        self._deps, self._words, self._cards = deps, words, cards

    async def wanted(self, thing: str, language: str) -> Card:
        """What the mall has of a thing that somebody wants to buy, and where all of it is."""
        found = await self._found(thing, language)
        say = self._words.say
        if found is None:
            return self._card(thing, say("goods_look", language), language)
        if not found["products"]:
            return self._card(thing, say("goods_none", language), language)
        return self._card(thing, self._lines(found, language), language)

    async def named(self, text: str, language: str) -> Card | None:
        """The same for words that may be a thing's name; None when the mall has nothing that is called so."""
        said = text.strip().lower()
        if not 1 < len(said) <= _LONGEST:
            return None
        found = await self._found(said, language)
        if found is None or not found["products"] or found["did_you_mean"]:
            return None
        if not _called(said, found["products"][:_SHOWN]):
            return None
        return self._card(said, self._lines(found, language), language)

    async def _found(self, thing: str, language: str) -> Any:
        """shop.schemas.browsing.FoundSchema; None when the mall doesn't answer in time."""
        question = search(q=thing[:_LONGEST])
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return (await self._deps.mall.ask(question, CallContext(language=language))).value
        except (TimeoutError, ServiceError) as exc:
            code = exc.code if isinstance(exc, ServiceError) else "timeout"
            log.info("no goods for the chat", extra={"code": code})
            return None

    def _lines(self, found: Any, language: str) -> str:
        """The first few with price and shop, and how many there are."""
        lines = [
            f"{each['name'][language]} {_yuan(each['now_fen'])} · {each['shop']['name'][language]}"
            for each in found["products"][:_SHOWN]
        ]
        count = f"{found['total']}+" if found["total"] >= found["total_most"] else str(found["total"])
        return "\n".join([*lines, self._words.say("goods_all", language, count=count)])

    def _card(self, thing: str, text: str, language: str) -> Card:
        shown = thing[:_LONGEST]
        title = self._words.say("goods", language, thing=shown.translate(_NO_MARKUP))
        return Card(title, text, self._cards.link("/shop/search", q=shown))


def _called(said: str, products: list[Any]) -> bool:
    """Whether words are in the names of what was found: a search finds something for nearly anything.

    Of English any word will do, of Chinese half of the characters.
    """
    pieces = set(_PIECES.findall(said))
    names = " ".join(
        f"{each['name']['zh']} {each['name']['en']} {each.get('brand') or ''}" for each in products
    ).lower()
    latin = {each for each in pieces if not _HAN.match(each)}
    if any(each.rstrip("s") in names for each in latin):
        return True
    han = pieces - latin
    return bool(han) and 2 * sum(each in names for each in han) >= len(han)


def _yuan(fen: int) -> str:
    return f"¥{fen // 100}" if fen % 100 == 0 else f"¥{fen // 100}.{fen % 100:02d}"
