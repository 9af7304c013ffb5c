"""Nameko's message format, as far as a caller needs it."""

from __future__ import annotations

import logging
from typing import Any, Final

import orjson

from gateway.rpc.context import CallContext
from kernel.errors import Internal, RemoteError, ServiceError

log = logging.getLogger(__name__)

_START: Final = b'{"result":'
_END: Final = b',"error":null}'


def headers_for(context: CallContext, remaining_ms: int) -> dict[str, Any]:
    """The context and the deadline as `nameko.` headers."""
    headers: dict[str, Any] = {
        "nameko.call_id_stack": [context.call_id],
        "nameko.deadline_ms": remaining_ms,
        "nameko.language": context.language,
    }
    if context.traceparent is not None:
        headers["nameko.traceparent"] = context.traceparent
    if context.principal is not None:
        headers["nameko.principal"] = ",".join(f"{kind}:{who}" for kind, who in context.principal.items())
    return headers


def result_bytes(reply: bytes) -> bytes | None:
    """The result's JSON out of a reply, None when the reply is an error.

    A reply written as our services write it is cut, not parsed: its last brace closes the outermost
    object, so `,"error":null}` at the end is that object's own member. Any other spelling is parsed.
    """
    if reply.startswith(_START) and reply.endswith(_END):
        return reply[len(_START) : -len(_END)]
    document = orjson.loads(reply)
    if document.get("error") is not None:
        return None
    return orjson.dumps(document.get("result"))


def read_error(reply: bytes, call: str) -> ServiceError:
    """The error in a reply: the service's own document, or Internal for anything else."""
    error = orjson.loads(reply)["error"]
    arguments = error.get("exc_args") or []
    if error.get("exc_type") == "ServiceError" and arguments:
        try:
            return RemoteError.from_document(orjson.loads(arguments[0]))
        except (ValueError, TypeError):
            pass
    log.error("%s failed with %s", call, error.get("exc_type"))
    return Internal()
