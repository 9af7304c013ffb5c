"""Strangers who guess at bookings through HTTP, and what the time of the answers tells them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import httpx

ADDRESSES = 1_000
SEARCHES = "/api/v1/checkin/searches"
_SURNAMES = ("WANG", "LI", "ZHANG", "LIU", "CHEN", "YANG", "HUANG", "ZHAO", "WU", "ZHOU")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Told:
    """What one guess was answered. real: there is such a booking, of somebody with another name."""

    real: bool
    status: int
    code: str
    took_s: float


class Strangers:
    """Each guess comes from another address; every second one tries a booking that there is."""

    def __init__(self, base_url: str, pnrs: Sequence[str], seed: int) -> None:
        self._base_url, self._pnrs = base_url, pnrs
        self._chance = Random(seed)
        self._number = 0

    def guess(self, many: int, at_once: int) -> list[Told]:
        return asyncio.run(self._all(many, at_once))

    async def _all(self, many: int, at_once: int) -> list[Told]:
        turns = asyncio.Semaphore(at_once)
        kinds = [number % 2 == 0 for number in range(many)]
        self._chance.shuffle(kinds)
        async with httpx.AsyncClient(base_url=self._base_url, timeout=30.0, trust_env=False) as http:

            async def one(real: bool) -> Told:
                async with turns:
                    return await self._one(http, real)

            return list(await asyncio.gather(*(one(real) for real in kinds)))

    async def _one(self, http: httpx.AsyncClient, real: bool) -> Told:
        self._number += 1
        number = self._number % ADDRESSES
        pnr = self._pnrs[self._number % len(self._pnrs)] if real else self._made_up()
        body = {"surname": self._chance.choice(_SURNAMES), "pnr": pnr}
        headers = {"X-Forwarded-For": f"203.0.{number // 250}.{number % 250 + 1}"}
        began = time.perf_counter()
        answer = await http.post(SEARCHES, json=body, headers=headers)
        took_s = time.perf_counter() - began
        return Told(real, answer.status_code, answer.json().get("code", ""), took_s)

    def _made_up(self) -> str:
        return "".join(self._chance.choices(_LETTERS, k=6))


def rank_sum_z(some: Sequence[float], others: Sequence[float]) -> float:
    """How far from chance it is that `some` take longer than `others`, in standard deviations (Mann and Whitney).

    Between -4 and 4, but for once in 16,000 times, when there is nothing to tell them apart by.
    """
    ranked = sorted([*((value, True) for value in some), *((value, False) for value in others)])
    ranks = sum(rank for rank, (_, is_of_some) in enumerate(ranked, 1) if is_of_some)
    n, m = len(some), len(others)
    expected = n * (n + m + 1) / 2
    return float((ranks - expected) / (n * m * (n + m + 1) / 12) ** 0.5)
