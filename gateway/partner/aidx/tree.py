"""Hardened reading of XML into small nodes: no DTD, no entities, everything counted while it is read.

A parser that builds first and checks later has lost already. Here every element, attribute and character is
counted as it comes, what the vocabulary doesn't know is dropped, and a leg is handed over and forgotten as
soon as it ends. Errors name the line and the path of known elements; they never quote what was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesNSImpl

from gateway import xml
from gateway.partner.aidx.vocabulary import CHILDREN, NAMESPACE, ROOT, XSI
from gateway.partner.errors import BadAidx

MAX_DEPTH: Final = 24
MAX_ELEMENTS: Final = 200_000
MAX_ATTRIBUTES: Final = 24
MAX_ATTRIBUTE: Final = 512
MAX_TEXT: Final = 4096
MAX_PREFIXES: Final = 64


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
    try:
        xml.feed(body, lambda line: _Handler(on_root, on_leg, line))
    except xml.XmlRefused as exc:
        raise BadAidx(problem=exc.problem, line=exc.line, path="") from exc
    except _Stop as exc:
        raise BadAidx(problem=exc.problem, line=exc.line, path=exc.path) from exc


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
