"""Single values of AIDX: what each may look like, and what it becomes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from gateway.partner.aidx.tree import Node
from gateway.partner.aidx.vocabulary import IATA_CODES

MAX_REPEAT: Final = 9
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|\+00:00)?\Z", re.ASCII)
_DURATION = re.compile(
    r"P(?:(?P<days>\d{1,2})D)?(?:T(?:(?P<hours>\d{1,3})H)?(?:(?P<minutes>\d{1,4})M)?(?:(?P<seconds>\d{1,5})(?:\.\d+)?S)?)?\Z",
    re.ASCII,
)
_AIRLINE = re.compile(r"[A-Z0-9]{2,3}\Z")
_AIRPORT = re.compile(r"[A-Z]{3}\Z")
_NUMBER = re.compile(r"[0-9]{1,4}\Z", re.ASCII)
_SUFFIX = re.compile(r"[A-Z]\Z")


class BadLeg(Exception):
    """One FlightLeg can't become an update. problem: a code with words; path and line say where."""

    def __init__(self, problem: str, path: str, line: int) -> None:
        super().__init__(problem)
        self.problem, self.path, self.line = problem, path, line

    @classmethod
    def at(cls, problem: str, node: Node) -> BadLeg:
        return cls(problem, node.path, node.line)

    def detail(self) -> dict[str, Any]:
        return {"problem": self.problem, "path": self.path, "line": self.line}


def only(parent: Node, name: str) -> Node | None:
    """The one child of that name, or None. Raises BadLeg when there are several."""
    found = parent.all(name)
    if len(found) > 1:
        raise BadLeg.at("repeated", found[1])
    return found[0] if found else None


def required(parent: Node, name: str) -> Node:
    """The one child of that name. Raises BadLeg when it is missing, repeated or nil."""
    found = only(parent, name)
    if found is None or found.nil:
        raise BadLeg("missing", f"{parent.path}/{name}", (found or parent).line)
    return found


def text(node: Node) -> str:
    """Its text without the space around it. Raises BadLeg when nothing is left."""
    stripped = node.text.strip()
    if not stripped:
        raise BadLeg.at("empty", node)
    return stripped


def attribute(node: Node, name: str) -> str:
    """The attribute, stripped. Raises BadLeg when it is missing or empty."""
    value = node.attributes.get(name, "").strip()
    if not value:
        raise BadLeg("missing", f"{node.path}/@{name}", node.line)
    return value


def instant(node: Node) -> str:
    """An xsd:dateTime with a zone, as RFC 3339 UTC."""
    return instant_of(text(node), node.path, node.line)


def instant_of(written: str, path: str, line: int) -> str:
    """An xsd:dateTime with a zone, as RFC 3339 UTC; 24:00:00 is the next midnight."""
    found = _INSTANT.match(written)
    if not found:
        raise BadLeg("not_a_time", path, line)
    midnight = found.groups() == ("24", "00", "00")
    try:
        parsed = datetime.fromisoformat(written.replace("T24:", "T00:") if midnight else written)
        at = parsed.astimezone(UTC) + timedelta(days=int(midnight))
    except (ValueError, OverflowError) as exc:
        raise BadLeg("not_a_time", path, line) from exc
    return at.isoformat().replace("+00:00", "Z")


def day(node: Node) -> str:
    """An xsd:date in UTC, as YYYY-MM-DD."""
    found = _DATE.match(text(node))
    try:
        return date.fromisoformat(found.group(1) if found else "").isoformat()
    except ValueError as exc:
        raise BadLeg.at("not_a_date", node) from exc


def minutes(node: Node) -> int:
    """An xsd:duration of days to seconds, in whole minutes."""
    written = text(node)
    found = _DURATION.match(written)
    if not found or not any(found.groupdict().values()) or written.endswith("T"):
        raise BadLeg.at("not_a_duration", node)
    part = {name: int(value or 0) for name, value in found.groupdict().items()}
    return part["days"] * 1440 + part["hours"] * 60 + part["minutes"] + part["seconds"] // 60


def whole(written: str, low: int, high: int, path: str, line: int) -> int:
    """A whole number from `low` to `high`."""
    if not (written.isascii() and written.isdigit()) or len(written) > 10 or not low <= int(written) <= high:
        raise BadLeg("not_a_number", path, line)
    return int(written)


def airline(node: Node) -> str:
    return _coded(node, _AIRLINE)


def airport(node: Node) -> str:
    return _coded(node, _AIRPORT)


def number(node: Node) -> str:
    return _matching(node, _NUMBER)


def suffix(node: Node | None) -> str:
    """The operational suffix; an absent, nil or empty one is none."""
    if node is None or node.nil or not node.text.strip():
        return ""
    return _matching(node, _SUFFIX)


def _coded(node: Node, pattern: re.Pattern[str]) -> str:
    # ICAO codes have their own context; read as IATA's they would name another airline
    if node.attributes.get("CodeContext", IATA_CODES).strip() != IATA_CODES:
        raise BadLeg.at("code_context", node)
    return _matching(node, pattern)


def _matching(node: Node, pattern: re.Pattern[str]) -> str:
    value = text(node)
    if not pattern.match(value):
        raise BadLeg.at("wrong_form", node)
    return value
