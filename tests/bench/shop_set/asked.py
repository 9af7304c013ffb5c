"""Searches as travellers type them, and which products answer: by kind, brand and trait, never by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from pypinyin import Style, lazy_pinyin

from tests.bench.shop_set.world import TRAITS, Kind, Product, kinds

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Search:
    """text: as typed; way: how; right when the product is one of the kinds, of the brand and with the trait that are named."""

    text: str
    way: str
    kinds: frozenset[int]
    brand: str = ""
    trait: str = ""

    def right(self, product: Product) -> bool:
        return (
            product.kind in self.kinds
            and (not self.brand or product.brand == self.brand)
            and (not self.trait or product.trait == self.trait)
        )


def searches(products: Sequence[Product], seed: int = 11) -> list[Search]:
    """Each search has an answer among the products."""
    found = [each for each in _all(Random(seed)) if any(each.right(product) for product in products)]
    random = Random(seed)
    for product in random.sample(list(products), 12):
        number = random.choice((product.item.skus[0], product.item.barcodes[0]))
        found.append(
            Search(number.lower(), "number", frozenset({product.kind}), product.brand, product.trait)
        )
    return list(dict.fromkeys(found))


def _all(random: Random) -> Iterator[Search]:
    wanted: dict[str, set[int]] = {}
    for kind in kinds():
        for text in (*kind.asked_zh, *kind.asked_en):
            wanted.setdefault(text, set()).add(kind.number)
    for kind in kinds():
        yield from _of_kind(kind, random, wanted)


def _of_kind(kind: Kind, random: Random, wanted: dict[str, set[int]]) -> Iterator[Search]:
    zh, en = random.choice(kind.asked_zh), random.choice(kind.asked_en)
    both = {text: frozenset(wanted[text]) for text in (*kind.asked_zh, *kind.asked_en)}
    for text in kind.asked_zh:
        yield Search(text, "chinese", both[text])
    for text in kind.asked_en:
        yield Search(text, "english", both[text])
    if zh.isascii() or len(zh) > 1:
        spelled = lazy_pinyin(zh, style=Style.NORMAL)
        yield Search("".join(spelled), "pinyin", both[zh])
        yield Search(" ".join(spelled), "pinyin apart", both[zh])
        slip = mistyped("".join(spelled), random)
        if len(slip) >= 6:
            yield Search(slip, "pinyin, slip", both[zh])
    longest = max(kind.asked_zh, key=len)
    if len(longest) >= 3:
        initials = "".join(each[0] for each in lazy_pinyin(longest, style=Style.NORMAL))
        yield Search(initials.lower(), "initials", both[longest])
    if len(en) >= 5:
        yield Search(mistyped(en, random), "english, slip", both[en])
    if len(en) >= 7:
        yield Search(en[: max(4, len(en) * 2 // 3)].strip(), "begun", both[en])
    brand_zh, brand_en = random.choice(kind.brands)
    yield Search(f"{brand_zh}{zh}", "brand", both[zh], brand_zh)
    yield Search(f"{brand_en.lower()} {en}", "brand", both[en], brand_zh)
    yield Search(f"{brand_en.lower()}{zh}", "mixed", both[zh], brand_zh)
    trait = random.choice(("gift", "pocket"))
    asked = TRAITS[trait]
    yield Search(f"{zh}{asked[2]}", "trait", both[zh], trait=trait)
    yield Search(f"{asked[3]} {en}", "trait", both[en], trait=trait)
    yield Search(f"有没有{zh}卖", "sentence", both[zh])
    yield Search(f"where can I buy {en}", "sentence", both[en])


def mistyped(text: str, random: Random) -> str:
    """One slip: a letter left out, doubled, changed, or in its neighbour's place; not in the first two."""
    at = random.randrange(2, len(text) - 1)
    while not text[at].isalpha():
        at -= 1
    kind = random.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + random.choice(_LETTERS) + text[at + 1 :]
    return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
