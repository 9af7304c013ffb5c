from __future__ import annotations

import time

import pytest

from gateway.limits import Limits, RateLimited, Windows


def test_an_allowance_is_told_and_ends() -> None:
    limits = Limits({"public": "3/minute"})
    first = limits.spend("public", "10.0.0.1")
    assert first.headers()["RateLimit-Policy"] == '"public";q=3;w=60'
    assert first.headers()["RateLimit"].startswith('"public";r=2;t=')
    limits.spend("public", "10.0.0.1", cost=2)
    with pytest.raises(RateLimited) as caught:
        limits.spend("public", "10.0.0.1")
    assert caught.value.spent.remaining == 0
    assert 1 <= caught.value.data["retry_after_s"] <= 60


def test_one_clients_allowance_is_not_anothers() -> None:
    limits = Limits({"public": "1/minute", "other": "1/minute"})
    limits.spend("public", "10.0.0.1")
    limits.spend("public", "10.0.0.2")
    limits.spend("other", "10.0.0.1")
    with pytest.raises(RateLimited):
        limits.spend("public", "10.0.0.1")


def test_what_was_refused_counts_too_and_the_allowance_comes_back_whole() -> None:
    limits = Limits({"public": "2/second"})
    for _ in range(2):
        limits.spend("public", "10.0.0.1")
    for _ in range(2):
        with pytest.raises(RateLimited):
            limits.spend("public", "10.0.0.1")
    time.sleep(1.05)
    assert limits.spend("public", "10.0.0.1").remaining == 1


def test_counters_stay_within_bounds_however_many_addresses_come() -> None:
    windows = Windows(max_keys=100)
    for n in range(1000):
        windows.count(("public", f"address {n}"), 60, 1)
    assert len(windows) == 100
    assert windows.count(("public", "address 999"), 60, 1)[0] == 2
    assert windows.count(("public", "address 899"), 60, 1)[0] == 1  # untouched for longest: forgotten


def test_an_expired_counter_starts_anew() -> None:
    windows = Windows()
    assert windows.count(("public", "key"), -1, 1)[0] == 1
    assert windows.count(("public", "key"), 60, 1)[0] == 1


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # nobody we trust said so
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),  # the left part is the client's own word
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("2001:db8:1:2:3::4", [], "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", [], "192.0.2.1"),
        ("", [], "unknown"),
    ],
)
def test_an_address_is_believed_only_from_trusted_proxies(
    peer: str, forwarded: list[str], address: str
) -> None:
    limits = Limits({}, trusted_proxies=("10.0.0.0/8",))
    assert limits.address_of(peer, forwarded) == address
