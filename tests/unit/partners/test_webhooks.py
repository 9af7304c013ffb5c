"""Where a webhook may go, and when it is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.partners.clients import NoAnswer, Receivers
from services.partners.domain.webhooks import Delivery, check_url, is_public, next_try
from services.partners.errors import BadWebhook

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "0.0.0.0",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "::",
    "::1",
    "::7f00:1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "not an address",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_never_called(address: str) -> None:
    assert not is_public(address)
    receivers = Receivers(allow_private=False, look_up=lambda host, port: [address])
    with pytest.raises(NoAnswer, match="forbidden_address"):
        receivers.post("https://hooks.example/", b"{}", {})


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8"])
def test_an_address_outside_may_be_called(address: str) -> None:
    assert is_public(address)


def test_one_address_inside_among_several_is_enough_to_refuse_the_name() -> None:
    receivers = Receivers(allow_private=False, look_up=lambda host, port: ["8.8.8.8", "127.0.0.1"])
    with pytest.raises(NoAnswer, match="forbidden_address"):
        receivers.post("https://hooks.example/", b"{}", {})


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "https://",
        "https://user:word@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example:22/",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://hooks.example/\r\nX-Evil: 1",
        "https://hooks.example/a b",
        "https://hooks.example\\@inside/",
        "https://例.example/",
        "https://hooks.example/" + "a" * 500,
    ],
)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(BadWebhook):
        check_url(url, allow_private=False)


def test_for_development_plain_http_and_any_port_will_do() -> None:
    assert check_url("http://127.0.0.1:81/", allow_private=True).port == 81
    with pytest.raises(BadWebhook):
        check_url("file:///etc/passwd", allow_private=True)


def test_pauses_grow_to_an_hour_and_the_last_try_is_at_the_end_of_the_three_days() -> None:
    end = NOW + timedelta(hours=72)
    delivery = Delivery(1, "d", "w", "e", "boarded", "t", 1, "{}", NOW, end, NOW)
    pauses = []
    for attempts in range(8):
        again = next_try(Delivery(**{**vars(delivery), "attempts": attempts}), NOW)
        assert again is not None
        pauses.append((again - NOW).total_seconds())
    assert pauses == [5, 30, 120, 600, 1800, 3600, 3600, 3600]
    assert next_try(delivery, end - timedelta(seconds=1)) == end
    assert next_try(delivery, end) is None
