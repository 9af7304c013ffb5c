"""Errors as they travel: one JSON document in the place where Nameko puts an exception's arguments.

Nameko turns arguments into texts (2500 arrives as '2500', fact 22); a document keeps its structure.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from kernel.errors import Internal, Invalid, Kind, NotFound, RemoteError, ServiceError, Unavailable

EXC_TYPE: Final = "ServiceError"
EXC_PATH: Final = "kernel.errors.ServiceError"


class UnknownMethod(NotFound):
    """The service has no such method: caller and service are of different versions."""

    code = "wire.unknown_method"


class BadCall(Invalid):
    """The body isn't {"args": [], "kwargs": {"request": {…}}}."""

    code = "wire.bad_call"


class UnknownService(Unavailable):
    """No service has ever declared the queue that the call goes to."""

    code = "wire.unknown_service"


def bad_request(service: str, fields: Any) -> ServiceError:
    """What a caller gets whose request breaks the schema. fields: marshmallow's messages by field."""
    return RemoteError(f"{service}.bad_request", Kind.INVALID, {"fields": fields})


def error_of(exc: BaseException, call_id: str | None) -> ServiceError:
    """The error that the caller may see. What isn't a ServiceError is ours to find in the log, by call id."""
    if isinstance(exc, ServiceError):
        return exc
    return Internal(call_id=call_id)


def error_body(error: ServiceError) -> bytes:
    """The whole answer to a call that failed."""
    # Fields of items in a list are named by their number: without the option nobody would get an answer.
    text = orjson.dumps(error.to_document(), default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    document = {"exc_type": EXC_TYPE, "exc_path": EXC_PATH, "exc_args": [text], "value": text}
    return orjson.dumps({"result": None, "error": document})


def read_error(document: dict[str, Any]) -> RemoteError:
    """The error in an answer, ours or a plain Nameko service's."""
    try:
        return RemoteError.from_document(orjson.loads(document["exc_args"][0]))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return RemoteError("internal", Kind.INTERNAL, {"exc_type": str(document.get("exc_type"))})
