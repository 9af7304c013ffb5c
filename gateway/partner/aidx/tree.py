"""Hardened reading of XML into small nodes: no DTD, no entities, everything counted while it is read.

A parser that builds first and checks later has lost already. Here every element, attribute and character is
counted as it comes, what the vocabulary doesn't know is dropped, and a leg is handed over and forgotten as
soon as it ends. Errors name the line and the path of known elements; they never quote what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_external_ges, feature_external_pes, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from gateway.partner.aidx.vocabulary import CHILDREN, NAMESPACE, ROOT, XSI
from gateway.partner.errors import BadAidx

MAX_DEPTH: Final = 24
MAX_ELEMENTS: Final = 200_000
MAX_ATTRIBUTES: Final = 24
MAX_ATTRIBUTE: Final = 512
MAX_TEXT: Final = 4096
MAX_PREFIXES: Final = 64
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_UTF8 = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}


@dataclass(slots=True)
class Node:
    """An element that the vocabulary knows."""

    name: str
    line: int
    path: str
    attributes: Mapping[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    @property
    def nil(self) -> bool:
        """Whether it says that the value is to be cleared."""
        return self.attributes.get("xsi:nil") in {"true", "1"}

    def all(self, name: str) -> list[Node]:
        return [child for child in self.children if child.name == name]


class _Stop(Exception):
    """What reading ends with when a cap is passed."""

    def __init__(self, problem: str, line: int, path: str = "") -> None:
        super().__init__(problem)
        self.problem, self.line, self.path = problem, line, path


OnRoot = Callable[[Node], None]
OnLeg = Callable[[Node], None]


def read(body: bytes, on_root: OnRoot, on_leg: OnLeg) -> None:
    """Read one message: `on_root` gets the root before its children, `on_leg` each FlightLeg at its end.

    Raises BadAidx (problem, line, path), and whatever the callbacks raise.
    """
    declared = _DECLARED.match(body)
    if declared and declared.group(1).lower() not in _UTF8:
        raise BadAidx(problem="encoding", line=1, path="")
    try:
        body.decode()
    except UnicodeDecodeError as exc:
        line = body.count(b"\n", 0, exc.start) + 1
        raise BadAidx(problem="encoding", line=line, path="") from exc
    parser = DefusedExpatParser(forbid_dtd=True, forbid_entities=True, forbid_external=True)
    handler = _Handler(on_root, on_leg, lambda: _line(parser))
    parser.setFeature(feature_namespaces, True)
    parser.setFeature(feature_external_ges, False)
    parser.setFeature(feature_external_pes, False)
    parser.setContentHandler(handler)
    try:
        # One piece: a token that spans many pieces would be scanned again with each of them.
        parser.feed(body)
        parser.close()
    except DefusedXmlException as exc:
        raise BadAidx(problem="doctype", line=_line(parser), path="") from exc
    except SAXParseException as exc:
        raise BadAidx(problem="not_xml", line=exc.getLineNumber() or 1, path="") from exc
    except (SAXException, ValueError, LookupError) as exc:
        raise BadAidx(problem="not_xml", line=_line(parser), path="") from exc
    except _Stop as exc:
        raise BadAidx(problem=exc.problem, line=exc.line, path=exc.path) from exc


def _line(parser: Any) -> int:
    return int(parser.getLineNumber() or 1)


class _Handler(ContentHandler):
    def __init__(self, on_root: OnRoot, on_leg: OnLeg, line: Callable[[], int]) -> None:
        super().__init__()
        self._on_root, self._on_leg, self._line = on_root, on_leg, line
        self._open: list[Node] = []
        self._dropped = 0
        self._elements = 0
        self._prefixes = 0
        self._legs = 0

    def startPrefixMapping(self, prefix: str | None, uri: str) -> None:
        # Every leg may declare its own again, so only those in force at once are counted here; the cap on
        # elements bounds the rest, but for one element with very many.
        self._prefixes += 1
        if self._prefixes > MAX_PREFIXES or len(uri) > MAX_ATTRIBUTE:
            raise _Stop("attributes", self._line())

    def endPrefixMapping(self, prefix: str | None) -> None:
        self._prefixes -= 1

    def startElementNS(
        self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise _Stop("elements", self._line())
        if len(self._open) + self._dropped >= MAX_DEPTH:
            raise _Stop("depth", self._line())
        kept = self._attributes(attrs)
        namespace, local = name
        if not self._open:
            if (namespace, local) != (NAMESPACE, ROOT):
                raise _Stop("root", self._line())
            self._begin(Node(ROOT, self._line(), ROOT, kept))
            self._on_root(self._open[0])
            return
        parent = self._open[-1]
        if self._dropped or namespace != NAMESPACE or local not in CHILDREN.get(parent.name, ()):
            self._dropped += 1
            return
        self._begin(Node(local, self._line(), self._path(parent, local), kept))

    def _begin(self, node: Node) -> None:
        self._open.append(node)

    def _path(self, parent: Node, name: str) -> str:
        if name == "FlightLeg":
            self._legs += 1
            return f"FlightLeg[{self._legs}]"
        return f"{parent.path}/{name}"

    def _attributes(self, attrs: AttributesNSImpl) -> dict[str, str]:
        if len(attrs) > MAX_ATTRIBUTES:
            raise _Stop("attributes", self._line())
        kept: dict[str, str] = {}
        for (namespace, local), value in attrs.items():
            if len(value) > MAX_ATTRIBUTE or len(local) > MAX_ATTRIBUTE:
                raise _Stop("attributes", self._line())
            if namespace is None:
                kept[local] = value
            elif namespace == XSI:
                kept[f"xsi:{local}"] = value
        return kept

    def characters(self, content: str) -> None:
        if self._dropped or not self._open:
            return
        node = self._open[-1]
        if node.name in CHILDREN:
            if content.strip():
                raise _Stop("wrong_form", self._line(), node.path)
            return
        if len(node.text) + len(content) > MAX_TEXT:
            raise _Stop("text", self._line(), node.path)
        node.text += content

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        if self._dropped:
            self._dropped -= 1
            return
        node = self._open.pop()
        if node.name == "FlightLeg":
            self._on_leg(node)
        elif self._open:
            self._open[-1].children.append(node)
