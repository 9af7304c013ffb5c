"""FRONT DOOR: what keeps session tokens out of tables, queues and caches. Pure functions."""

from __future__ import annotations

import hashlib


def token_hash(token: str) -> str:
    """What a session's token is stored, cached and told under: SHA-256, hex. Tokens are 256 secret bits."""
    return hashlib.sha256(token.encode()).hexdigest()
