"""The gateway without its guard, for a control: it waits for an answer as long as it takes. `python -m tests.faults.patient`."""

from __future__ import annotations

from gateway import __main__ as gateway
from gateway.rpc import client

if __name__ == "__main__":
    assert hasattr(client, "_time_out")
    client._time_out = lambda future, service: None
    gateway.main()
