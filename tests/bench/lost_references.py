"""What matching is compared with: BM25, trigrams and LIKE over all that a record says, as one text.

They get what the matcher gets: the codes of category and colour and the places in words of both languages, maker,
words, marks, flight, seat, keys. They don't get a wall: none of them knows what came before what.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import bm25s
import numpy as np

from services.lostfound.matching import Thing
from services.lostfound.matching.chinese import load_jieba
from services.lostfound.schemas.goods import CATEGORIES, COLOURS
from tests.bench.lost_set.world import PLACES

TEN = 10
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def text_of(thing: Thing) -> str:
    """A record as one text."""
    parts = [
        thing.brand,
        thing.words,
        thing.marks,
        thing.flight_id or "",
        thing.seat or "",
        thing.serial_key or "",
    ]
    if thing.category:
        parts += [CATEGORIES[thing.category].zh, CATEGORIES[thing.category].en]
    parts += [word for code in thing.colours for word in (COLOURS[code].zh, COLOURS[code].en)]
    parts += [word for code in thing.places for word in (code, PLACES[code].zh, PLACES[code].en)]
    parts += [*thing.document_keys, *thing.name_keys]
    parts += [f"{at:%Y-%m-%d}" for at in {thing.from_at, thing.to_at} if at]
    return " ".join(parts).lower()


def words_of(text: str) -> list[str]:
    """As a search engine would: words of jieba's and of Latin letters."""
    return [word for word in _tokenizer().cut(text) if word.strip()]


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    jieba = load_jieba()
    jieba.setLogLevel(60)
    return jieba.Tokenizer()


def bm25(found: Sequence[Thing], reports: Sequence[Thing]) -> list[list[str]]:
    retriever = bm25s.BM25()
    retriever.index([words_of(text_of(thing)) for thing in found], show_progress=False)
    asked: Any = [words_of(text_of(thing)) for thing in reports]
    rows, _ = retriever.retrieve(asked, k=TEN, show_progress=False, backend_selection="numpy")
    return [[found[int(number)].id for number in row] for row in rows]


def trigram(found: Sequence[Thing], reports: Sequence[Thing]) -> list[list[str]]:
    """Similarity as pg_trgm has it: shared over all trigrams."""
    grams = [_grams(text_of(thing)) for thing in found]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(grams):
        for gram in each:
            holders[gram].append(number)
    held = {gram: np.array(numbers) for gram, numbers in holders.items()}
    sizes = np.array([len(each) for each in grams])
    ranked = []
    for thing in reports:
        mine = _grams(text_of(thing))
        shared = np.bincount(
            np.concatenate([held[gram] for gram in mine if gram in held]), minlength=len(found)
        )
        best = np.argsort(-shared / (len(mine) + sizes - shared), kind="stable")
        ranked.append([found[int(number)].id for number in best[:TEN]])
    return ranked


def like(found: Sequence[Thing], reports: Sequence[Thing]) -> list[list[str]]:
    """How many of the words stand in the text, LIKE '%word%' for each, in SQLite; each thing of the same category."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE things (id TEXT, category TEXT, text TEXT)")
    connection.execute("CREATE INDEX by_category ON things (category)")
    connection.executemany(
        "INSERT INTO things VALUES (?, ?, ?)", [(each.id, each.category, text_of(each)) for each in found]
    )
    ranked = []
    for thing in reports:
        words = sorted({word for word in words_of(text_of(thing)) if len(word) > 1 or _CHINESE.match(word)})
        score = " + ".join(["(text LIKE ?)"] * len(words)) or "0"
        sql = f"SELECT id FROM things WHERE category = ? ORDER BY {score} DESC, id LIMIT {TEN}"
        ranked.append(
            [row[0] for row in connection.execute(sql, (thing.category, *(f"%{word}%" for word in words)))]
        )
    return ranked


def _grams(text: str) -> frozenset[str]:
    padded = f"  {text} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))
