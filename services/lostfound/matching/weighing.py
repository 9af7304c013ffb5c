"""From features to probabilities: weights that were fitted, and the share of each candidate among all of them.

A black phone like a hundred others is no likely match however well it fits, so a candidate's probability is its share
among all candidates and `nothing of these`: exp(s) / (exp(nothing) + Σ exp(s)), where s is the weighed sum of its
features. What is told is that share made calibrated by a monotone step. Weights, and when and from what they were fitted: weights.json.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from services.lostfound.matching.thing import Side


@dataclass(frozen=True)
class Weights:
    """nothing: the sum that `none of these` has, for what is asked from each side.

    slope, shift: of the last step, on the log-odds of a share.
    """

    features: Mapping[str, float]
    nothing: Mapping[Side, float]
    slope: float = 1.0
    shift: float = 0.0

    def total(self, features: Mapping[str, float]) -> float:
        """The weighed sum of a pair's features."""
        return sum(self.features[name] * value for name, value in features.items())

    def judge(self, candidates: Sequence[Mapping[str, float]], asking: Side) -> list[float]:
        """The probability of each candidate."""
        sums = [self.total(features) for features in candidates]
        nothing = self.nothing[asking]
        top = max([nothing, *sums])
        parts = [math.exp(each - top) for each in sums]
        whole = sum(parts) + math.exp(nothing - top)
        return [self.calibrated(part / whole) for part in parts]

    def calibrated(self, share: float) -> float:
        share = min(max(share, 1e-9), 1 - 1e-9)
        return 1 / (1 + math.exp(-(self.slope * math.log(share / (1 - share)) + self.shift)))


@lru_cache(maxsize=1)
def shipped() -> Weights:
    """The weights that come with the package."""
    data = json.loads((Path(__file__).parent / "weights.json").read_text())
    return Weights(data["features"], data["nothing"], data["slope"], data["shift"])
