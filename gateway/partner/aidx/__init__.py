"""IATA AIDX: a flight leg notification read into updates (RP 1797A)."""

from __future__ import annotations

from typing import Any, Final

from gateway.partner.aidx import tree, values
from gateway.partner.aidx.legs import update_of
from gateway.partner.aidx.tree import Node
from gateway.partner.aidx.values import BadLeg
from gateway.partner.batch import Batch, Unreadable
from gateway.partner.errors import BadAidx
from services.flights.errors import BatchTooLarge
from services.flights.schemas import MAX_BATCH

MAX_SEQUENCE: Final = 2**31 - 1


class _Message:
    """One message while it is read: what its root says, and its legs so far."""

    def __init__(self) -> None:
        self.items: list[Any | Unreadable] = []
        self._event_at = ""
        self._sequence = 0

    def root(self, node: Node) -> None:
        try:
            written = values.attribute(node, "TimeStamp")
            self._event_at = values.instant_of(written, f"{node.path}/@TimeStamp", node.line)
            sequence = node.attributes.get("SequenceNmbr", "0").strip()
            self._sequence = values.whole(sequence, 0, MAX_SEQUENCE, f"{node.path}/@SequenceNmbr", node.line)
        except BadLeg as exc:
            raise BadAidx(**exc.detail()) from exc

    def leg(self, node: Node) -> None:
        if len(self.items) >= MAX_BATCH:
            raise BatchTooLarge(limit=MAX_BATCH)
        try:
            self.items.append(update_of(node, self._event_at, self._sequence))
        except BadLeg as exc:
            self.items.append(Unreadable(None, exc.detail()))


def read(body: bytes) -> Batch:
    """A batch from an IATA_AIDX_FlightLegNotifRQ; a leg that can't be read is an item that is refused.

    Raises BadAidx when the message as a whole can't be read or lacks its TimeStamp, without which an old
    message could overwrite newer news; BatchTooLarge.
    """
    message = _Message()
    tree.read(body, message.root, message.leg)
    if not message.items:
        raise BadAidx(problem="missing", path="FlightLeg", line=1)
    return Batch(message.items)
