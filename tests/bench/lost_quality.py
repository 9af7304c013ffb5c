"""How good lists of matches are: recall, mean reciprocal rank, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Judged = tuple[bool, float]
"""Was it right, and the probability that was said."""


@dataclass(frozen=True)
class Quality:
    """Over the reports whose item was found. missed: the numbers of those not among the first ten."""

    reports: int
    at_1: float
    at_5: float
    at_10: float
    mrr: float
    missed: tuple[int, ...] = ()


def quality(ranked: Sequence[Sequence[str]], right: Sequence[str | None]) -> Quality:
    """ranked: ids, best first, one list a report; right: what belongs to it."""
    ranks = []
    missed = []
    for number, (ids, wanted) in enumerate(zip(ranked, right, strict=True)):
        if wanted is None:
            continue
        rank = ids.index(wanted) + 1 if wanted in ids else 0
        ranks.append(rank)
        if not 0 < rank <= 10:
            missed.append(number)
    count = max(len(ranks), 1)

    def recall(most: int) -> float:
        return sum(0 < rank <= most for rank in ranks) / count

    mrr = sum(1 / rank for rank in ranks if 0 < rank <= 10) / count
    return Quality(len(ranks), recall(1), recall(5), recall(10), mrr, tuple(missed))


def reliability(judged: Sequence[Judged], bins: int = 10) -> list[tuple[float, float, int]]:
    """By tenths of probability: said on average, right in truth, how many."""
    rows = []
    for number in range(bins):
        inside = [
            each
            for each in judged
            if number / bins <= each[1] < (number + 1) / bins or (number == bins - 1 and each[1] == 1)
        ]
        if inside:
            rows.append(
                (
                    sum(said for _, said in inside) / len(inside),
                    sum(was for was, _ in inside) / len(inside),
                    len(inside),
                )
            )
    return rows


def calibration_error(judged: Sequence[Judged]) -> float:
    """The expected calibration error over ten bins."""
    return sum(abs(said - was) * count for said, was, count in reliability(judged)) / max(len(judged), 1)
