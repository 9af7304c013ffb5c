"""WeChat's XML: written as WeChat writes it, read with DTDs and entities refused."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring


class NotXml(Exception):
    """A text that is no such XML; the message says why."""


def write(fields: dict[str, Any]) -> str:
    """`<xml>` with one element a field: numbers bare, texts as CDATA, dicts and lists of pairs nested."""
    return f"<xml>{_inside(fields)}</xml>"


def read(text: str | bytes) -> dict[str, Any]:
    """The fields of an `<xml>` document; repeated `item`s become a list. Raises NotXml."""
    try:
        root = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as exc:
        raise NotXml("it has a DOCTYPE or entities") from exc
    except (ParseError, ValueError, LookupError) as exc:
        raise NotXml(f"it is not well-formed XML ({exc})") from exc
    if root.tag != "xml":
        raise NotXml(f"its root is <{root.tag}>, not <xml>")
    return _fields(root)


def _inside(fields: dict[str, Any]) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return _inside(value)
    if isinstance(value, int | float):
        return str(value)
    text = str(value).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{text}]]>"


def _fields(element: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        value: Any = _fields(child) if len(child) else (child.text or "")
        if child.tag == "item":
            found.setdefault("item", []).append(value)
        else:
            found[child.tag] = value
    return found
