"""What goes into the index, what is asked, what is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

Sort = Literal["relevance", "price", "price_down", "new"]

MAX_TEXT: Final = 80
"""Characters of a search that are read; the rest is ignored."""
MAX_LIMIT: Final = 60
COUNTED: Final = 1_000
"""Found.total stops here: nobody pages farther."""
BANDS: Final = (0, 50_00, 100_00, 200_00, 500_00, 1000_00)
"""Where the price facet's bands begin, in fen; the last one is open. A band is named by its lower end."""


class BadCursor(ValueError):
    """The cursor wasn't made by this search, or was changed on the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A product as it is searched. Texts that are missing in a language are empty.

    category: the leaf's code; parent: the code above it; kinds: their names, in both languages, the leaf's first.
    words: what is said about it; options: of its variants (红色, XL, 原味); places: terminal and shop by their names.
    price_fen: the lowest of its variants now, deals included. deal: it costs less now. popularity: pieces sold lately, or whatever grows with it.
    listed_at: seconds since 1970. skus and barcodes: its own and its variants'.
    """

    id: str
    name_zh: str
    name_en: str = ""
    brand: str = ""
    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    origin: str = ""
    skus: tuple[str, ...] = ()
    barcodes: tuple[str, ...] = ()
    shop_id: str = ""
    terminal: str = ""
    side: str = ""
    category: str = ""
    parent: str = ""
    duty_free: bool = False
    in_stock: bool = True
    deal: bool = False
    price_fen: int = 0
    popularity: int = 0
    listed_at: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What of an item changes often and costs one row to write: see Index.touch. None: as it was."""

    in_stock: bool | None = None
    price_fen: int | None = None
    popularity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked. text may be empty: then everything that passes the filters, by `sort`.

    category: a leaf's code or the one above it. deals: only what costs less now. Prices in fen, both ends included. `typing`: the last word isn't finished.
    cursor: Found.cursor of the page before, with the same text, filters and sort.
    """

    text: str = ""
    terminal: str | None = None
    side: str | None = None
    category: str | None = None
    shop_id: str | None = None
    brand: str | None = None
    duty_free: bool | None = None
    price_from_fen: int | None = None
    price_to_fen: int | None = None
    in_stock: bool = False
    deals: bool = False
    sort: Sort = "relevance"
    limit: int = 20
    cursor: str | None = None
    typing: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """An item and how well it answers: 0..1, comparable within one search only."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Facet:
    """A value one may narrow by, and how many would be left. price: the band's lower end in fen, as text."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits. total stops at COUNTED (`more` says so). facets: category, shop, terminal, side, brand, price; each counts
    what would be there without its own filter, most first. cursor: of the next page, None on the last.
    did_you_mean: the text with its slips mended, None when nothing needed mending. missed: words of the text that no hit holds.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    more: bool = False
    facets: dict[str, tuple[Facet, ...]] = field(default_factory=dict)
    did_you_mean: str | None = None
    cursor: str | None = None
    missed: tuple[str, ...] = ()
