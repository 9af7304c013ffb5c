"""py-amqp's connection with fewer system calls: reads by the buffer, writes by the turn of the hub.

py-amqp reads each frame in three calls and writes each at once. Here a read takes whatever has come, and
what all green threads write in one turn of the hub leaves together. Only one thread ever writes, so a worker
whose time runs out can't leave half a frame on the line. TLS connections stay py-amqp's own.
"""

from __future__ import annotations

import errno
import struct
from typing import Any, Final

import eventlet
from amqp.exceptions import UnexpectedFrame
from amqp.transport import TCPTransport
from eventlet.hubs import trampoline
from kombu.connection import Connection as KombuConnection
from kombu.transport import pyamqp

_HEADER: Final = struct.Struct(">BHI")
_FRAME_END: Final = 0xCE
_READ_SIZE: Final = 65_536
_MOST_UNSENT: Final = 32 * 1024 * 1024

Frame = tuple[int, int, bytes]


class BufferedTransport(TCPTransport):
    """A TCP connection of py-amqp's with buffers at both ends."""

    _read_buffer: bytes

    def _setup_transport(self) -> None:
        super()._setup_transport()
        self._at = 0
        self._unsent: list[bytes] = []
        self._unsent_bytes = 0
        self._sending = False
        self._write = self._enqueue

    def next_frame(self) -> Frame | None:
        """The next frame that is here already; None without a complete one."""
        buffer, at = self._read_buffer, self._at
        if len(buffer) - at < _HEADER.size:
            return None
        kind, channel, size = _HEADER.unpack_from(buffer, at)
        end = at + _HEADER.size + size
        if len(buffer) <= end:
            return None
        if buffer[end] != _FRAME_END:
            raise UnexpectedFrame(f"a frame ended with {buffer[end]:#x}")
        self._at = end + 1
        return kind, channel, buffer[at + _HEADER.size : end]

    def read_frame(self, unpack: Any = None) -> Frame:
        """The next frame; waits for it. Raises socket.timeout (nothing is lost) and OSError."""
        while (frame := self.next_frame()) is None:
            received = self._quick_recv(_READ_SIZE)
            if not received:
                raise OSError(errno.ECONNRESET, "the broker closed the connection")
            self._read_buffer = self._read_buffer[self._at :] + received
            self._at = 0
        return frame

    def _enqueue(self, data: bytes | memoryview) -> None:
        """Send `data` with this turn's other writes. Raises OSError when the broker has long taken nothing."""
        if self.sock is None:
            raise OSError(errno.ENOTCONN, "the connection is closed")
        if self._unsent_bytes > _MOST_UNSENT:
            raise OSError(errno.ENOBUFS, "the broker takes nothing")
        # A copy: py-amqp packs the next frame into the same buffer.
        self._unsent.append(bytes(data))
        self._unsent_bytes += len(data)
        if not self._sending:
            self._sending = True
            eventlet.spawn_n(self._send_all)

    def _send_all(self) -> None:
        try:
            while self._unsent:
                data = memoryview(b"".join(self._unsent))
                self._unsent.clear()
                self._unsent_bytes = 0
                self._send(data)
        except OSError:
            # The reader learns of it by its own read, and connects anew.
            self.close()
        finally:
            self._sending = False

    def _send(self, data: memoryview) -> None:
        while data:
            sock = self.sock
            if sock is None:
                raise OSError(errno.ENOTCONN, "the connection is closed")
            raw = sock.fd
            try:
                data = data[raw.send(data) :]
            except BlockingIOError:
                # No time limit of ours: the system gives up on data that nobody acknowledges (py-amqp
                # sets TCP_USER_TIMEOUT), and the reader does without heartbeats.
                trampoline(raw, write=True)


class AmqpConnection(pyamqp.Connection):
    def Transport(
        self, host: str, connect_timeout: float | None, ssl: Any = False, *args: Any, **options: Any
    ) -> Any:
        if ssl:
            return super().Transport(host, connect_timeout, ssl, *args, **options)
        names = ("read_timeout", "write_timeout")
        return BufferedTransport(host, connect_timeout, **dict(zip(names, args, strict=False)), **options)

    def blocking_read(self, timeout: float | None = None) -> Any:
        transport = self.transport
        if isinstance(transport, BufferedTransport):
            frame = transport.next_frame()
            if frame is not None:
                return self.on_inbound_frame(frame)
        return super().blocking_read(timeout)


class AmqpTransport(pyamqp.Transport):
    Connection = AmqpConnection


def connection(url: str, heartbeat_s: float, connect_timeout_s: float) -> KombuConnection:
    """kombu's connection to `url`, over the transport above. Connects when first used."""
    return KombuConnection(
        url, heartbeat=heartbeat_s, connect_timeout=connect_timeout_s, transport=AmqpTransport
    )
