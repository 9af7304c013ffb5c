"""XML from outside, fed to a handler that counts: no DTD, no entities, nothing from elsewhere, UTF-8 only.

A parser that builds first and checks later has lost already: whoever reads a message counts its elements,
depth and characters while they come, and raises when there are too many.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_external_ges, feature_external_pes, feature_namespaces

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

_DECLARED: Final = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_UTF8: Final = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}


class XmlRefused(Exception):
    """problem: encoding, doctype or not_xml. line: from 1. Never quotes what was sent."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(f"{problem} in line {line}")
        self.problem, self.line = problem, line


def feed(body: bytes, handler_of: Callable[[Callable[[], int]], ContentHandler]) -> None:
    """Read `body`, with namespaces, into the handler; `handler_of` gets a function that tells the line.

    Raises XmlRefused, and what the handler raises (not a SAXException, ValueError or LookupError).
    """
    _check_encoding(body)
    parser = DefusedExpatParser(forbid_dtd=True, forbid_entities=True, forbid_external=True)
    parser.setFeature(feature_namespaces, True)
    parser.setFeature(feature_external_ges, False)
    parser.setFeature(feature_external_pes, False)
    parser.setContentHandler(handler_of(lambda: _line(parser)))
    try:
        # One piece: a token that spans many pieces would be scanned again with each of them.
        parser.feed(body)
        parser.close()
    except DefusedXmlException as exc:
        raise XmlRefused("doctype", _line(parser)) from exc
    except SAXParseException as exc:
        raise XmlRefused("not_xml", exc.getLineNumber() or 1) from exc
    except (SAXException, ValueError, LookupError) as exc:
        raise XmlRefused("not_xml", _line(parser)) from exc


def _check_encoding(body: bytes) -> None:
    declared = _DECLARED.match(body)
    if declared and declared.group(1).lower() not in _UTF8:
        raise XmlRefused("encoding", 1)
    try:
        body.decode()
    except UnicodeDecodeError as exc:
        raise XmlRefused("encoding", body.count(b"\n", 0, exc.start) + 1) from exc


def _line(parser: Any) -> int:
    return int(parser.getLineNumber() or 1)
