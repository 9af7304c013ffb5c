"""Argon2id: how passwords are kept.

Source: RFC 9106; OWASP Password Storage Cheat Sheet (m = 19 MiB, t = 2, p = 1).
"""

from __future__ import annotations

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2id:
    """Hashes one password after the other, here and now."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
        # What an unknown login is compared with: a hash made with the same parameters.
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """What to keep of a password, with its salt and parameters."""
        return self._hasher.hash(password)

    def verify(self, hashed: str, password: str) -> bool:
        """Whether it is this password; as much work for "", the hash of nobody, as for a hash."""
        try:
            right = self._hasher.verify(hashed or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return right and hashed != ""
