"""FRONT DOOR: what keeps document numbers and session tokens out of queues and caches. Pure functions.

A document number travels from a door to the service inside a call. The broker may write calls to disk
(quorum queues do) and sets aside those that can't be worked on, so the number is sealed before it leaves
the door: to a public key that the service hands out (`get_sealing_key`), and that opens nothing.

    key = await rpc.call("passengers", "get_sealing_key", {}, …)
    request["sealed"] = secrecy.seal(key["key"], number)

Source: docs/decisions/0021-sealed-documents.md.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FORM: Final = "x1"
KEY_BYTES: Final = 32
NONCE: Final = bytes(12)
"""Every seal has a key of its own, used once, so that its nonce need not be chance."""


def token_hash(token: str) -> str:
    """What a session's token is stored, cached and told under: SHA-256, hex. Tokens are 256 secret bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def seal(key: str, text: str) -> str:
    """`text` for the holder of the private key only, different each time. key: as `get_sealing_key` answers.

    Raises ValueError for what is no such key.
    """
    key_id, _, encoded = key.partition(".")
    recipient = X25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(encoded))
    once = X25519PrivateKey.generate()
    public = raw(once.public_key())
    cipher = AESGCM(shared_key(once.exchange(recipient), public, raw(recipient)))
    sealed = cipher.encrypt(NONCE, text.encode(), bound(key_id))
    return f"{FORM}.{key_id}.{base64.urlsafe_b64encode(public + sealed).decode()}"


def shared_key(secret: bytes, once: bytes, recipient: bytes) -> bytes:
    """The key that both sides reach; bound to both public keys. Source: RFC 7748, section 6.1."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"airport document" + once + recipient).derive(secret)


def raw(key: X25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def bound(key_id: str) -> bytes:
    return f"{FORM}.{key_id}".encode()
