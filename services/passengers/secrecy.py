"""FRONT DOOR: what keeps document numbers and session tokens out of queues and caches. Pure functions.

A document number travels from a door to the service inside a call, sealed before it leaves the door:

    key = await rpc.call("passengers", "get_sealing_key", {}, …)
    request["sealed"] = secrecy.seal(key["key"], number)

Source: docs/decisions/0021-sealed-documents.md.
"""

from __future__ import annotations

import hashlib

from kernel.sealing import seal

__all__ = ["seal", "token_hash"]


def token_hash(token: str) -> str:
    """What a session's token is stored, cached and told under: SHA-256, hex. Tokens are 256 secret bits."""
    return hashlib.sha256(token.encode()).hexdigest()
