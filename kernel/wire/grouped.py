"""py-amqp's connection that can send many frames in one system call, for those who publish in groups.

Unlike transport.py it starts no green thread, so it also works without eventlet. TLS connections stay
py-amqp's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from amqp.transport import TCPTransport
from kombu.connection import Connection as KombuConnection
from kombu.transport import pyamqp

_MOST_HELD: Final = 256 * 1024


class GroupedTransport(TCPTransport):
    """A TCP connection that holds back what is written inside `grouped()` and sends it in large pieces."""

    _write: Any

    def _setup_transport(self) -> None:
        super()._setup_transport()
        self._send_now = self._write
        self._held: list[bytes] | None = None
        self._held_bytes = 0
        self._write = self._hold_or_send

    @contextmanager
    def grouped(self) -> Iterator[None]:
        """Writes inside the block leave together at its end. Raises OSError; then nothing more may be written."""
        self._held = []
        try:
            yield
            self._flush()
        finally:
            self._held = None

    def _hold_or_send(self, data: bytes | memoryview) -> None:
        if self._held is None:
            self._send_now(data)
            return
        # A copy: py-amqp packs the next frame into the same buffer.
        self._held.append(bytes(data))
        self._held_bytes += len(data)
        if self._held_bytes > _MOST_HELD:
            self._flush()

    def _flush(self) -> None:
        held, self._held, self._held_bytes = self._held, [], 0
        if held:
            self._send_now(b"".join(held))


class _Connection(pyamqp.Connection):
    def Transport(
        self, host: str, connect_timeout: float | None, ssl: Any = False, *args: Any, **options: Any
    ) -> Any:
        if ssl:
            return super().Transport(host, connect_timeout, ssl, *args, **options)
        names = ("read_timeout", "write_timeout")
        return GroupedTransport(host, connect_timeout, **dict(zip(names, args, strict=False)), **options)


class _Transport(pyamqp.Transport):
    Connection = _Connection


def establish(url: str, heartbeat_s: float, connect_timeout_s: float) -> Any:
    """A connected py-amqp connection. Raises OSError and AMQPError."""
    described = KombuConnection(
        url, heartbeat=heartbeat_s, connect_timeout=connect_timeout_s, transport=_Transport
    )
    return described.transport.establish_connection()
