"""The only source of identifiers and chance."""

from __future__ import annotations

import os
import random
import secrets
import time


def new_id() -> str:
    """A unique id, 32 hex digits, that sorts by the millisecond of its making (UUIDv7 layout)."""
    ms = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big")
    value = (
        (ms & ((1 << 48) - 1)) << 80
        | 0x7 << 76
        | (tail >> 66 & 0xFFF) << 64
        | 0b10 << 62
        | tail & ((1 << 62) - 1)
    )
    return f"{value:032x}"


def new_secret(size_bytes: int = 32) -> str:
    """An unguessable URL-safe text of `size_bytes` random bytes."""
    return secrets.token_urlsafe(size_bytes)


def jitter(seconds: float, share: float = 0.2) -> float:
    """`seconds` give or take `share` of it, so that retries don't march in step."""
    return seconds * (1 + share * (2 * random.random() - 1))  # noqa: S311 - spreads retries, guards nothing
