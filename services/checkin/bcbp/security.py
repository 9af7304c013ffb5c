"""The security part as a signature: Ed25519 over every character before the mark `^`.

    ^ 1 68 K SSSS…          type 1; hex length; the key's id, one character; the signature in base32

Ed25519 and not ECDSA: the same pass always gets the same signature, so a picture made twice is one picture, and no
random number can give the key away. Base32 and not base64: it stays within capitals and digits, which Aztec packs
tightest and no scanner changes. The key signs nothing else, so no other text can pass for a boarding pass.
Source: RFC 8032; docs/sources/boarding-pass.md.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.checkin.bcbp.errors import NotSigned, Reason
from services.checkin.bcbp.model import BoardingPass, Security
from services.checkin.bcbp.reading import Reading
from services.checkin.bcbp.writing import build

KIND: Final = "1"
SEED_BYTES: Final = 32
_KEY_ID: Final = re.compile(r"[0-9A-Z]")
_SIGNED: Final = re.compile(r"([0-9A-Z])([A-Z2-7]{103})")


class PassSigner:
    """Builds signed passes with one key. key_id: a digit or capital letter, by which readers find the public key."""

    def __init__(self, key_id: str, seed: bytes) -> None:
        """seed: 32 secret bytes, used for nothing else. Raises ValueError for other sizes and ids."""
        if len(seed) != SEED_BYTES or not _KEY_ID.fullmatch(key_id):
            raise ValueError("a boarding pass key is an id of one character and a seed of 32 bytes")
        self.key_id = key_id
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> bytes:
        """32 bytes for everybody."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def build(self, boarding_pass: BoardingPass) -> str:
        """The text with its signature; what the pass had as security is replaced. Raises BcbpError as `build`."""
        covered = build(replace(boarding_pass, security=None))
        signature = _text(self._key.sign(covered.encode("ascii")))
        return build(replace(boarding_pass, security=Security(KIND, self.key_id + signature)))


class PassVerifier:
    """Proves what any of these keys has signed. Needs no secret and no network."""

    def __init__(self, public_keys: Mapping[str, bytes]) -> None:
        self._keys = {key_id: Ed25519PublicKey.from_public_bytes(key) for key_id, key in public_keys.items()}

    def verify(self, reading: Reading) -> str:
        """The id of the key that signed exactly this text. Raises NotSigned."""
        offset = len(reading.covered)
        security = reading.boarding_pass.security
        found = _SIGNED.fullmatch(security.text.upper()) if security and security.kind == KIND else None
        if found is None:
            raise NotSigned(Reason.NO_SIGNATURE, offset)
        key = self._keys.get(found[1])
        if key is None:
            raise NotSigned(Reason.UNKNOWN_KEY, offset)
        signature = base64.b32decode(found[2] + "=")
        try:
            key.verify(signature, reading.covered.encode("ascii"))
        except InvalidSignature as exc:
            raise NotSigned(Reason.FORGED, offset) from exc
        if (
            _text(signature) != found[2]
            or reading.text[offset:].upper().rstrip() != f"^{KIND}{len(found[0]):02X}{found[0]}"
        ):
            # spare bits of the last character, another length, something behind it: not what we wrote
            raise NotSigned(Reason.FORGED, offset)
        return found[1]


def _text(signature: bytes) -> str:
    return base64.b32encode(signature).decode().rstrip("=")
