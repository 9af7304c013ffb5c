"""Tickets: signed with Ed25519, read and judged without a network."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.bus.schemas.vocabulary import Rider
from services.bus.ticketing import base45

PREFIX: Final = "BUS1:"
SEED_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_MAX_CHARACTERS: Final = 600
# A signature under this key about anything else must never pass for a ticket's.
_ABOUT: Final = b"airport bus ticket 1\0"
# Key, ticket, seconds since 1970, rider; then three texts, each after its length.
_HEAD: Final = struct.Struct(">B16sIB")
_RIDERS: Final = (Rider.ADULT, Rider.CHILD, Rider.DISCOUNT)


class Reason(StrEnum):
    """Why a text is no ticket."""

    UNREADABLE = "unreadable"  # no ticket of ours: another code, a part of one, or misread
    UNKNOWN_KEY = "unknown_key"  # perhaps newer than the keys at hand: fetch them, try again
    FORGED = "forged"  # reads like one and wasn't signed by us


class NotATicket(Exception):
    """The text proves nothing."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Verdict(StrEnum):
    """What an inspector does with a ticket that is ours."""

    GOOD = "good"
    OTHER_DEPARTURE = "other_departure"
    REVOKED = "revoked"  # given back, changed, or ticked already


@dataclass(frozen=True)
class Ticket:
    """One rider's place on one departure. id: 32 hex digits. departs_at: aware, whole seconds."""

    id: str
    departure_id: str
    from_stop: str
    to_stop: str
    rider: Rider
    departs_at: datetime


class TicketSigner:
    """Signs with one key. key_id: 0 to 255, by which readers find the public key."""

    def __init__(self, key_id: int, seed: bytes) -> None:
        """seed: 32 secret bytes. Raises ValueError for other sizes and ids."""
        if len(seed) != SEED_BYTES or not 0 <= key_id <= 255:
            raise ValueError("a ticket key is an id of 0 to 255 and a seed of 32 bytes")
        self.key_id = key_id
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> bytes:
        """32 bytes for everybody."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, ticket: Ticket) -> str:
        """The ticket as a text for a QR code, in its alphanumeric characters; always the same for one ticket."""
        body = _pack(ticket, self.key_id)
        return PREFIX + base45.encode(body + self._key.sign(_ABOUT + body))


class TicketReader:
    """Reads what any of these keys has signed. Needs no secret and no network."""

    def __init__(self, public_keys: Mapping[int, bytes]) -> None:
        self._keys = {key_id: Ed25519PublicKey.from_public_bytes(key) for key_id, key in public_keys.items()}

    def read(self, text: str) -> Ticket:
        """The ticket that this text proves. Raises NotATicket.

        Nothing in the text is believed before its signature is.
        """
        raw = _raw(text)
        body, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
        if len(body) < _HEAD.size:
            raise NotATicket(Reason.UNREADABLE)
        key = self._keys.get(body[0])
        if key is None:
            raise NotATicket(Reason.UNKNOWN_KEY)
        try:
            key.verify(signature, _ABOUT + body)
        except InvalidSignature as exc:
            raise NotATicket(Reason.FORGED) from exc
        return _unpack(body)


def judge(ticket: Ticket, departure_id: str, revoked: Collection[str]) -> Verdict:
    """Whether the bearer may get on this departure. revoked: ids of tickets that are good no more.

    A copy of a good ticket is as good as the ticket until one of the two is ticked: who ticks it puts it among
    the revoked.
    """
    if ticket.id in revoked:
        return Verdict.REVOKED
    return Verdict.GOOD if ticket.departure_id == departure_id else Verdict.OTHER_DEPARTURE


def _raw(text: str) -> bytes:
    if not text.startswith(PREFIX) or len(text) > _MAX_CHARACTERS:
        raise NotATicket(Reason.UNREADABLE)
    try:
        return base45.decode(text.removeprefix(PREFIX))
    except ValueError as exc:
        raise NotATicket(Reason.UNREADABLE) from exc


def _pack(ticket: Ticket, key_id: int) -> bytes:
    head = _HEAD.pack(
        key_id,
        bytes.fromhex(ticket.id),
        int(ticket.departs_at.timestamp()),
        _RIDERS.index(ticket.rider),
    )
    texts = [text.encode() for text in (ticket.departure_id, ticket.from_stop, ticket.to_stop)]
    return head + b"".join(bytes([len(text)]) + text for text in texts)


def _unpack(body: bytes) -> Ticket:
    _, ticket_id, seconds, rider = _HEAD.unpack_from(body)
    texts, at = [], _HEAD.size
    while at < len(body):
        size = body[at]
        texts.append(body[at + 1 : at + 1 + size].decode())
        at += 1 + size
    departure_id, from_stop, to_stop = texts
    departs_at = datetime.fromtimestamp(seconds, UTC)
    return Ticket(ticket_id.hex(), departure_id, from_stop, to_stop, _RIDERS[rider], departs_at)
