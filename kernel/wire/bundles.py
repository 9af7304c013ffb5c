"""Many events in one message: what one batch changed leaves, travels and is looked at together.

A message costs the broker, its reader and its writer far more than the event in it. A bundle's body is one envelope a
line (orjson writes none inside an envelope), each the very bytes that would travel alone; its content type tells it
from an event. It has no message id: the ids are its events'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from kernel.wire import codec

CONTENT_TYPE: Final = "application/x-ndjson"
MOST_BYTES: Final = 512 * 1024
"""What more than one event may take together."""
_END: Final = b"\n"


@dataclass(frozen=True)
class Bundle:
    """A bundle as it came, in the order in which its events were saved."""

    events: list[Any]


def encode(envelopes: Sequence[bytes]) -> bytes:
    """The body of a bundle."""
    return _END.join(envelopes)


def decode(body: bytes | memoryview | str) -> Bundle:
    """The events of a bundle's body. Raises ValueError."""
    text = body.encode() if isinstance(body, str) else bytes(body)
    return Bundle([codec.decode(line) for line in text.split(_END)])
