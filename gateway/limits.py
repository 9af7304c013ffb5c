"""Rate limits per client, told as `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers).

Rates are written in the `limits` library's notation. The counting is ours: its storage in memory starts a
thread to forget old keys and grows with the number of addresses that an attacker can show.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from limits import RateLimitItem, parse
from starlette.requests import Request

from gateway.errors import TooManyRequests
from kernel.clock import real_now

_MAX_KEYS: Final = 50_000
_REMEMBERED: Final = 4096
"""Addresses that are not read again for each request."""

Key = tuple[str, str]


class Windows:
    """Fixed windows in memory; the ones untouched for longest go when there are too many."""

    def __init__(self, max_keys: int = _MAX_KEYS) -> None:
        self._max_keys = max_keys
        self._counters: OrderedDict[Key, tuple[int, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counters)

    def count(self, key: Key, window_s: float, cost: int) -> tuple[int, float]:
        """The key's count with `cost` added, and the seconds until its window ends."""
        now = real_now().timestamp()
        count, ends_at = self._counters.get(key, (0, 0.0))
        if ends_at <= now:
            count, ends_at = 0, now + window_s
        count += cost
        self._counters[key] = (count, ends_at)
        self._counters.move_to_end(key)
        if len(self._counters) > self._max_keys:
            self._counters.popitem(last=False)
        return count, ends_at - now


@dataclass(frozen=True)
class Spent:
    """What one request left of a client's allowance."""

    policy: str
    quota: int
    window_s: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={self.window_s}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={self.reset_s}',
        }


class RateLimited(TooManyRequests):
    """Over the allowance; `spent` tells by how much, for the headers."""

    def __init__(self, spent: Spent) -> None:
        super().__init__(retry_after_s=max(1, spent.reset_s))
        self.spent = spent


class Limits:
    """Allowances by policy name; a door spends from the client's."""

    def __init__(self, policies: dict[str, str], trusted_proxies: tuple[str, ...] = ()) -> None:
        """policies: name → rate in the library's notation, e.g. "600/minute"."""
        self._windows = Windows()
        self._policies: dict[str, RateLimitItem] = {name: parse(rate) for name, rate in policies.items()}
        self._trusted = [ipaddress.ip_network(text, strict=False) for text in trusted_proxies]

    def add(self, policy: str, rate: str) -> None:
        """A door names a policy of its own when its routes are built."""
        self._policies[policy] = parse(rate)

    def spend(self, policy: str, client: str, cost: int = 1) -> Spent:
        """Take `cost` from the client's allowance. Raises RateLimited when it is used up."""
        item = self._policies[policy]
        quota, window_s = item.amount, item.get_expiry()
        count, left_s = self._windows.count((policy, client), window_s, cost)
        spent = Spent(policy, quota, window_s, max(0, quota - count), max(0, round(left_s)))
        if count > quota:
            raise RateLimited(spent)
        return spent

    def address(self, request: Request) -> str:
        """The client's address. X-Forwarded-For counts only as far as trusted proxies wrote it."""
        return self.address_of(
            request.client.host if request.client else "", request.headers.getlist("x-forwarded-for")
        )

    def address_of(self, peer: str, forwarded: list[str]) -> str:
        chain = [part.strip() for line in forwarded for part in line.split(",") if part.strip()]
        address = peer
        while chain and _read(chain[-1]) is not None and self._is_trusted(address):
            address = chain.pop()
        return _client_key(address)

    def _is_trusted(self, text: str) -> bool:
        address = _read(text)
        return address is not None and any(address in network for network in self._trusted)


@lru_cache(maxsize=_REMEMBERED)
def _read(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=_REMEMBERED)
def _client_key(text: str) -> str:
    """One client: an IPv4 address, or the /64 that an IPv6 host can roam in."""
    address = _read(text)
    if address is None:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)
