"""Argon2id, a few at a time and off the hub.

One verification takes tens of milliseconds and 19 MiB on purpose. It runs in a real thread (the C code lets go of the
interpreter), so that the other calls of this process go on; so many wait and no more, so that strangers who try
passwords can only keep other strangers waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from eventlet import tpool
from eventlet.semaphore import Semaphore

from services.staff.errors import Busy
from services.staff.hashing import Argon2id

T = TypeVar("T")
_RETRY_S: Final = 2


class Argon2:
    """at_once: worked on at the same time. waiting: that may wait for it; more are refused with Busy."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._argon2id = Argon2id()
        self._places = Semaphore(at_once)
        self._most = at_once + waiting
        self._inside = 0

    def hash(self, password: str) -> str:
        """What to keep. Raises Busy."""
        return self._in_turn(lambda: self._argon2id.hash(password))

    def verify(self, hashed: str, password: str) -> bool:
        """Whether it is this password. Raises Busy."""
        return self._in_turn(lambda: self._argon2id.verify(hashed, password))

    def _in_turn(self, work: Callable[[], T]) -> T:
        if self._inside >= self._most:
            raise Busy(retry_after_s=_RETRY_S)
        self._inside += 1
        try:
            with self._places:
                result: T = tpool.execute(work)
                return result
        finally:
            self._inside -= 1
