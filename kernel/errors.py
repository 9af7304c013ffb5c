"""Errors that cross a room's border.

    ServiceError                 code, kind, data; travels as one JSON document
    ├── Invalid                  the request can't be understood or breaks a rule of form
    ├── Unauthenticated          who are you?
    ├── Forbidden                you may not
    ├── NotFound                 there is none, or none that you may see
    ├── Conflict                 true now, perhaps not later: taken, in flight, already done
    ├── TooLarge                 more than the limit named in data
    ├── Limited                  too often; data["retry_after_s"]
    ├── Unavailable              a part is away; data["retry_after_s"] if known
    ├── DeadlineExceeded         the time allowed ran out; whether it was done is unknown
    └── Internal                 our fault

A service subclasses one of these in its `errors.py` and sets `code`. Words belong to the gateway.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar


class Kind(StrEnum):
    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"
    DEADLINE = "deadline"
    INTERNAL = "internal"


class ServiceError(Exception):
    """An error with a stable code, a kind that a door can map, and JSON-ready data."""

    code: ClassVar[str] = "internal"
    kind: ClassVar[Kind] = Kind.INTERNAL

    def __init__(self, **data: Any) -> None:
        super().__init__(self.code, data)
        self.data = data

    def to_document(self) -> dict[str, Any]:
        """The error as it travels: {"code", "kind", "data"}."""
        return {"code": self.code, "kind": self.kind.value, "data": self.data}


class Invalid(ServiceError):
    code = "invalid"
    kind = Kind.INVALID


class Unauthenticated(ServiceError):
    code = "unauthenticated"
    kind = Kind.UNAUTHENTICATED


class Forbidden(ServiceError):
    code = "forbidden"
    kind = Kind.FORBIDDEN


class NotFound(ServiceError):
    code = "not_found"
    kind = Kind.NOT_FOUND


class Conflict(ServiceError):
    code = "conflict"
    kind = Kind.CONFLICT


class TooLarge(ServiceError):
    code = "too_large"
    kind = Kind.TOO_LARGE


class Limited(ServiceError):
    code = "limited"
    kind = Kind.LIMITED


class Unavailable(ServiceError):
    code = "unavailable"
    kind = Kind.UNAVAILABLE


class DeadlineExceeded(ServiceError):
    code = "deadline"
    kind = Kind.DEADLINE


class Internal(ServiceError):
    code = "internal"
    kind = Kind.INTERNAL


class RequestInFlight(Conflict):
    """The same request_id is being worked on right now; data["retry_after_s"]."""

    code = "request.in_flight"


class RequestReused(Conflict):
    """The same request_id came before with another payload."""

    code = "request.reused"


class RemoteError(ServiceError):
    """An error of another service, as its document said: the code and kind are per instance."""

    def __init__(self, code: str, kind: Kind, data: dict[str, Any]) -> None:
        super().__init__(**data)
        self.code = code  # type: ignore[misc]
        self.kind = kind  # type: ignore[misc]
        self.args = (code, data)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> RemoteError:
        """Read {"code", "kind", "data"}; an unknown kind becomes INTERNAL."""
        try:
            kind = Kind(document.get("kind", ""))
        except ValueError:
            kind = Kind.INTERNAL
        return cls(str(document.get("code", "internal")), kind, dict(document.get("data") or {}))
