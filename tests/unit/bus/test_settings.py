"""Settings of bus that would sign worthless tickets or forget what the law keeps stop the service at its start."""

from __future__ import annotations

import base64

import pytest

from kernel.config import ConfigError, load
from services.bus.settings import BusSettings, TicketKeys

SEED = "ab" * 32
OLD = base64.b64encode(bytes(32)).decode()


def test_a_key_and_those_before_it_are_read() -> None:
    keys = load(
        TicketKeys, {"BUS_TICKET_SEED": SEED, "BUS_TICKET_KEY_ID": "3", "BUS_TICKET_PUBLIC_KEYS": f"2:{OLD}"}
    )
    assert (keys.key_id, keys.seed_bytes(), keys.older_keys()) == (3, b"\xab" * 32, {2: bytes(32)})


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"BUS_TICKET_SEED": "ab"},
        {"BUS_TICKET_SEED": "no hex"},
        {"BUS_TICKET_SEED": SEED, "BUS_TICKET_KEY_ID": "256"},
        {"BUS_TICKET_SEED": SEED, "BUS_TICKET_PUBLIC_KEYS": f"1:{OLD}"},
        {"BUS_TICKET_SEED": SEED, "BUS_TICKET_PUBLIC_KEYS": "2:short"},
        {"BUS_TICKET_SEED": SEED, "BUS_TICKET_PUBLIC_KEYS": OLD},
    ],
)
def test_what_signs_no_tickets_stops_the_service_and_shows_no_secret(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as refused:
        load(TicketKeys, environ)
    assert "BUS_TICKET" in str(refused.value) or "TicketKeys" in str(refused.value)
    assert SEED not in str(refused.value)


@pytest.mark.parametrize("key", ["BUS_OPEN_HOLDS", "BUS_KEEP_DAYS"])
def test_limits_that_make_no_sense_stop_the_service(key: str) -> None:
    with pytest.raises(ConfigError):
        load(BusSettings, {key: "0"})
