"""Fit the weights of matching on the training parts of both labelled sets, and write weights.json.

    python -m tests.bench.lost_weights [--items 20000]

Each report is one draw among its candidates and `nothing of these`: the weights make the draws that happened likely
(conditional logit), drawn towards what people at the desk would guess (PRIOR), so that what the made-up reports say by
chance doesn't weigh much. `same` features never count against a match, `other` ones never for it. Then one step makes
the shares calibrated. The held-out parts aren't looked at.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from kernel import clock
from services.lostfound.matching import Side
from services.lostfound.matching.pair import FEATURES, FOR
from tests.bench.lost_index import Indexed, indexed
from tests.bench.lost_set.second import make_second
from tests.bench.lost_set.world import make

OUT: Final = Path(__file__).parents[2] / "services" / "lostfound" / "matching" / "weights.json"
PRIOR: Final = {
    "kind_same": 3.0, "kind_alike": 1.5, "category_same": 1.0, "category_too": 0.5, "colour_same": 1.2, "colour_rare": 0.8, "colour_close": 0.8,
    "brand_same": 1.5, "brand_rare": 0.8, "words": 1.5, "words_much": 1.0, "words_share": 1.0, "marks": 2.0, "marks_much": 1.0,
    "detail_same": 0.4, "inches_same": 1.0, "model_same": 1.2, "place_same": 2.5, "place_within": 2.0, "place_next": 1.8,
    "place_rare": 1.0, "place_siblings": 1.2, "place_inside": 1.5, "place_terminal": 0.8, "place_twin": 0.5, "time_fit": 0.8, "time_soon": 0.8, "time_hours": 0.8, "time_day": 0.8, "time_days": 0.5, "time_week": 0.2, "time_eve": 1.0,
    "flight_same": 5.0, "flight_number": 1.0, "seat_same": 4.0, "seat_row": 1.5, "bus_same": 4.0, "serial_same": 15.0,
    "document_same": 14.0, "name_same": 6.0,
    "kind_other": -4.0, "sort_other": -1.0, "colour_other": -1.5, "brand_other": -2.5, "words_none": -0.5, "words_alone": -0.5, "material_other": -0.8, "detail_other": -0.8,
    "inches_other": -1.5, "model_other": -1.5, "place_far": -1.0, "time_late": -1.0, "time_before": -2.5, "flight_other": -2.0,
    "seat_other": -1.0, "bus_other": -1.5, "serial_other": -3.0, "document_other": -5.0, "name_other": -5.0,
}  # fmt: skip
STEADY: Final = 0.02
"""How strongly weights are drawn towards the prior."""
STEPS: Final = 600


@dataclass(frozen=True)
class Draw:
    """One report's candidates as rows of features; right: the row of the item that belongs to it, -1 for none."""

    rows: Any
    right: int


def draws(index: Indexed, asking: Side, part: str) -> list[Draw]:
    found = []
    for thing, wanted in index.asked(asking, part):
        candidates = index.candidates(thing)
        if not candidates:
            continue
        rows = np.array([[each.compared.features.get(name, 0.0) for name in FEATURES] for each in candidates])
        ids = [each.id for each in candidates]
        found.append(Draw(rows, ids.index(wanted) if wanted in ids else -1))
    return found


def fit(some: Sequence[Draw]) -> tuple[Any, float]:
    """The weights, and the sum of `nothing`."""
    prior = np.array([PRIOR[name] for name in FEATURES])
    sign = np.array([1.0 if name in FOR else -1.0 for name in FEATURES])
    weights, nothing = prior.copy(), 10.0
    slope, moved, shaken = (
        np.zeros(len(FEATURES) + 1),
        np.zeros(len(FEATURES) + 1),
        np.zeros(len(FEATURES) + 1),
    )
    for step in range(1, STEPS + 1):
        slope[:] = 0.0
        for draw in some:
            shares, none = _shares(draw.rows, weights, nothing)
            slope[:-1] += shares @ draw.rows
            slope[-1] += none
            if draw.right >= 0:
                slope[:-1] -= draw.rows[draw.right]
            else:
                slope[-1] -= 1.0
        slope /= len(some)
        slope[:-1] += STEADY * (weights - prior)
        moved = 0.9 * moved + 0.1 * slope
        shaken = 0.99 * shaken + 0.01 * slope**2
        change = 0.05 * (moved / (1 - 0.9**step)) / (np.sqrt(shaken / (1 - 0.99**step)) + 1e-8)
        weights = np.where(
            sign > 0, np.maximum(weights - change[:-1], 0.0), np.minimum(weights - change[:-1], 0.0)
        )
        nothing -= change[-1]
    return weights, float(nothing)


def fit_nothing(some: Sequence[Draw], weights: Any) -> float:
    """The sum of `nothing` alone, for the other side's questions."""
    low, high = -10.0, 60.0
    none = sum(draw.right < 0 for draw in some)
    for _ in range(50):
        middle = (low + high) / 2
        said = sum(_shares(draw.rows, weights, middle)[1] for draw in some)
        low, high = (middle, high) if said < none else (low, middle)
    return (low + high) / 2


def calibrate(some: Sequence[Draw], weights: Any, nothing: float) -> tuple[float, float]:
    """Slope and shift of the last step, by Newton's method on the best candidates' log-odds."""
    odds, right = [], []
    for draw in some:
        shares, _ = _shares(draw.rows, weights, nothing)
        for row in np.argsort(-shares)[:5]:
            share = min(max(float(shares[row]), 1e-6), 1 - 1e-6)
            odds.append(np.log(share / (1 - share)))
            right.append(float(row == draw.right))
    x, y = np.array([odds, np.ones(len(odds))]).T, np.array(right)
    found = np.array([1.0, 0.0])
    for _ in range(25):
        said = 1 / (1 + np.exp(-x @ found))
        found = found + np.linalg.solve((x.T * (said * (1 - said))) @ x + 1e-6 * np.eye(2), x.T @ (y - said))
    return float(found[0]), float(found[1])


def _shares(rows: Any, weights: Any, nothing: float) -> tuple[Any, float]:
    sums = rows @ weights
    top = max(float(sums.max()), nothing)
    parts, none = np.exp(sums - top), float(np.exp(nothing - top))
    whole = parts.sum() + none
    return parts / whole, none / whole


def fitted(some: Sequence[Draw], others: Sequence[Draw]) -> dict[str, Any]:
    """What weights.json holds; others: items that ask for their reports."""
    weights, nothing = fit(some)
    slope, shift = calibrate(some, weights, nothing)
    return {
        "fitted": f"{clock.real_now():%Y-%m-%d}",
        "from": "",
        "nothing": {"lost": round(nothing, 3), "found": round(fit_nothing(others, weights), 3)},
        "slope": round(slope, 3),
        "shift": round(shift, 3),
        "features": {name: round(float(weight), 3) for name, weight in zip(FEATURES, weights, strict=True)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--reports", type=int, default=1_400)
    options = parser.parse_args()
    some: list[Draw] = []
    others: list[Draw] = []
    for made in (make(options.items, options.reports), make_second(options.items, options.reports)):
        with indexed(made) as index:
            some += draws(index, "lost", "train")
            others += draws(index, "found", "train")
    written = fitted(some, others)
    written["from"] = (
        f"{len(some)} reports of both training parts among {options.items:,} items, tests/bench/lost_weights.py"
    )
    OUT.write_text(json.dumps(written, indent=1) + "\n")
    print(OUT.read_text())


if __name__ == "__main__":
    main()
