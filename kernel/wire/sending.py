"""Publishing on a consumer's own channel: no pool, no confirm, no wait.

py-amqp's `basic_publish` reads from the connection before it writes, which races the green thread that
consumes from it and lost answers. This writes the same frames through py-amqp's frame writer, and keeps
those bytes that are the same from one message to the next.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import Any, Final

import amqp
from amqp import spec
from amqp.exceptions import AMQPError, RecoverableConnectionError
from amqp.serialization import dumps
from eventlet import Timeout

from kernel.wire import codec, queues

WRITE_ERRORS: Final = (OSError, AMQPError)
_METHOD_FRAME: Final = 1
_ACK: Final = Struct(">QB")

# The last byte is the length of the empty correlation id.
_ANSWER_PROPERTIES: Final[bytes] = amqp.Message(
    content_type=codec.CONTENT_TYPE,
    content_encoding=codec.CONTENT_ENCODING,
    delivery_mode=1,
    correlation_id="",
)._serialize_properties()[:-1]


class AnswerContent:
    """An answer as py-amqp's frame writer takes it: transient JSON with a correlation id."""

    __slots__ = ("_correlation_id", "body")

    def __init__(self, body: bytes, correlation_id: str) -> None:
        self.body = body
        self._correlation_id = correlation_id.encode()

    def _serialize_properties(self) -> bytes:
        return _ANSWER_PROPERTIES + bytes((len(self._correlation_id),)) + self._correlation_id


@lru_cache(maxsize=4096)
def _arguments(routing_key: str, mandatory: bool) -> bytes:
    arguments: bytes = dumps("Bssbb", (0, queues.RPC_EXCHANGE.name, routing_key, mandatory, False))
    return arguments


def send_call(channel: Any, routing_key: str, message: amqp.Message) -> None:
    """Publish a call; it comes back when no service takes it. Raises OSError, AMQPError."""
    _write(channel, spec.Basic.Publish, _arguments(routing_key, True), message)


def send_answer(message: Any, body: bytes) -> None:
    """Answer the call `message` and acknowledge it, in this order. Raises OSError, AMQPError."""
    channel, properties = message.channel, message.properties
    content = AnswerContent(body, properties.get("correlation_id") or "")
    _write(channel, spec.Basic.Publish, _arguments(properties["reply_to"], False), content)
    _write(channel, spec.Basic.Ack, _ACK.pack(message.delivery_tag, 0), None)


def _write(channel: Any, method: Any, arguments: bytes, content: Any) -> None:
    connection = channel.connection
    if connection is None:
        raise RecoverableConnectionError("the connection is closed")
    try:
        connection.frame_writer(_METHOD_FRAME, channel.channel_id, method, arguments, content)
    except (OSError, Timeout):
        # Over TLS a write may be cut short by a time limit and leave half a frame on the line.
        connection.collect()
        raise
