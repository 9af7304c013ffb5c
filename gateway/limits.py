"""Rate limits per client, told as `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers).

The counting is the `limits` library's; its storage is ours, because theirs starts a thread to forget old
keys and grows with the number of addresses that an attacker can show.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import Request

from gateway.errors import TooManyRequests
from kernel.clock import real_now

_MAX_KEYS = 50_000


class BoundedStorage(Storage):
    """Counters in memory; the ones untouched for longest go when there are too many."""

    def __init__(self, max_keys: int = _MAX_KEYS) -> None:
        super().__init__()
        self._max_keys = max_keys
        self._counters: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = real_now().timestamp()
        count, expires_at = self._counters.get(key, (0, 0.0))
        if expires_at <= now:
            count, expires_at = 0, now + expiry
        self._counters[key] = (count + amount, expires_at)
        self._counters.move_to_end(key)
        if len(self._counters) > self._max_keys:
            self._counters.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        count, expires_at = self._counters.get(key, (0, 0.0))
        return count if expires_at > real_now().timestamp() else 0

    def get_expiry(self, key: str) -> float:
        return self._counters.get(key, (0, real_now().timestamp()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        count = len(self._counters)
        self._counters.clear()
        return count

    def clear(self, key: str) -> None:
        self._counters.pop(key, None)


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
        self._limiter = FixedWindowRateLimiter(BoundedStorage())
        self._policies: dict[str, RateLimitItem] = {name: parse(rate) for name, rate in policies.items()}
        self._trusted = [ipaddress.ip_network(text, strict=False) for text in trusted_proxies]

    def add(self, policy: str, rate: str) -> None:
        """A door names a policy of its own when its routes are built."""
        self._policies[policy] = parse(rate)

    def spend(self, policy: str, client: str, cost: int = 1) -> Spent:
        """Take `cost` from the client's allowance. Raises RateLimited when it is used up."""
        item = self._policies[policy]
        within = self._limiter.hit(item, policy, client, cost=cost)
        stats = self._limiter.get_window_stats(item, policy, client)
        reset_s = max(0, round(stats.reset_time - real_now().timestamp()))
        spent = Spent(policy, item.amount, item.get_expiry(), stats.remaining, reset_s)
        if not within:
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
        while chain and _readable(chain[-1]) and self._is_trusted(address):
            address = chain.pop()
        return _client_key(address)

    def _is_trusted(self, text: str) -> bool:
        return _readable(text) and any(ipaddress.ip_address(text) in network for network in self._trusted)


def _readable(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _client_key(text: str) -> str:
    """One client: an IPv4 address, or the /64 that an IPv6 host can roam in."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)
