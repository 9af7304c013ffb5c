"""Messages that can't be read, some of them made to hurt: each is refused by name, quickly, unquoted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.partner import aidx, words
from gateway.partner.batch import Unreadable
from gateway.partner.errors import BadAidx
from kernel.errors import ServiceError
from services.flights.errors import Refusal
from tests.gateway.partner.messages import FULL_DATA, IDENTIFIER, NAMESPACE, leg, message


def _laugh(n: int) -> str:
    return f"&lol{n - 1};" if n > 1 else "&lol;"


MANY_ATTRIBUTES = " ".join(f"a{n}='x'" for n in range(10_000))
MANY_NAMESPACES = " ".join(f"xmlns:x{n}='urn:{n}'" for n in range(5000))
BOMBS: dict[str, tuple[bytes, str]] = {
    "billion laughs": (
        message(
            leg(IDENTIFIER.replace(">CZ<", ">&lol9;<")),
            prolog="<!DOCTYPE lolz ["
            + '<!ENTITY lol "lol">'
            + "".join(f"<!ENTITY lol{n} '{_laugh(n) * 10}'>" for n in range(1, 10))
            + "]>",
        ),
        "doctype",
    ),
    "quadratic blow-up": (
        message(
            leg(IDENTIFIER.replace(">CZ<", f">{'&a;' * 5000}<")),
            prolog=f'<!DOCTYPE x [<!ENTITY a "{"a" * 5000}">]>',
        ),
        "doctype",
    ),
    "external entity": (
        message(
            leg(IDENTIFIER.replace(">CZ<", ">&xxe;<")),
            prolog='<!DOCTYPE x [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>',
        ),
        "doctype",
    ),
    "external entity by http": (
        message(prolog='<!DOCTYPE x [<!ENTITY xxe SYSTEM "http://127.0.0.1:9/x">]>'),
        "doctype",
    ),
    "external dtd": (message(prolog='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'), "doctype"),
    "public dtd": (message(prolog='<!DOCTYPE x PUBLIC "-//X//Y" "http://127.0.0.1:9/x.dtd">'), "doctype"),
    "parameter entity": (
        message(prolog='<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'),
        "doctype",
    ),
    "unparsed entity": (
        message(prolog='<!DOCTYPE x [<!NOTATION n SYSTEM "n"><!ENTITY u SYSTEM "u" NDATA n>]>'),
        "doctype",
    ),
    "attribute defaults": (message(prolog='<!DOCTYPE x [<!ATTLIST FlightLeg a CDATA "b">]>'), "doctype"),
    "empty dtd": (message(prolog="<!DOCTYPE x>"), "doctype"),
    "entity recursion": (
        message(prolog='<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'),
        "doctype",
    ),
    "undeclared entity": (message(leg(IDENTIFIER.replace(">CZ<", ">&nosuch;<"))), "not_xml"),
    "deep nesting": (message(leg(IDENTIFIER, "<a>" * 5000 + "</a>" * 5000)), "depth"),
    "deep nesting of known elements": (message("<FlightLeg>" * 100 + "</FlightLeg>" * 100), "depth"),
    "many elements": (message(leg(IDENTIFIER, f"<LegData>{'<a/>' * 250_000}</LegData>")), "elements"),
    "many attributes": (message(f"<FlightLeg {MANY_ATTRIBUTES}/>"), "attributes"),
    "long attribute": (message(f'<FlightLeg a="{"x" * 100_000}"/>'), "attributes"),
    "long attribute name": (message(f'<FlightLeg {"x" * 100_000}="1"/>'), "attributes"),
    "many namespaces": (message(f"<FlightLeg {MANY_NAMESPACES}/>"), "attributes"),
    "long text": (message(leg(IDENTIFIER.replace(">CZ<", f">{'C' * 1_000_000}<"))), "text"),
    "long text in pieces": (
        message(leg(IDENTIFIER.replace(">CZ<", f">{'<!---->C' * 10_000}<"))),
        "text",
    ),
    "long cdata": (message(leg(IDENTIFIER.replace(">CZ<", f"><![CDATA[{'C' * 100_000}]]><"))), "text"),
    "utf-7": (message().replace(b"UTF-8", b"UTF-7"), "encoding"),
    "latin-1": (message().replace(b"UTF-8", b"ISO-8859-1"), "encoding"),
    "utf-16": (message().decode().replace("UTF-8", "UTF-16").encode("utf-16"), "encoding"),
    "bytes that are no utf-8": (
        message(leg(IDENTIFIER.replace(">CZ<", ">X<"))).replace(b">X<", b">\xff\xfe<"),
        "encoding",
    ),
}

BROKEN: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not_xml"),
    "text": (b"hello", "not_xml"),
    "json": (b'{"updates": []}', "not_xml"),
    "cut": (message()[:-20], "not_xml"),
    "crossed tags": (message("<FlightLeg><LegData></FlightLeg></LegData>"), "not_xml"),
    "two roots": (message() + b"<x/>", "not_xml"),
    "nul": (message().replace(b">CZ<", b">\x00<"), "not_xml"),
    "control character": (message().replace(b">CZ<", b">\x07<"), "not_xml"),
    "control character reference": (message().replace(b">CZ<", b">&#7;<"), "not_xml"),
    "unbound prefix": (message("<x:FlightLeg/>"), "not_xml"),
    "same attribute twice": (message('<FlightLeg a="1" a="2"/>'), "not_xml"),
    "other root": (message().replace(b"FlightLegNotifRQ", b"FlightLegRQ"), "root"),
    "other namespace": (message().replace(NAMESPACE.encode(), b"urn:x"), "root"),
    "no namespace": (message().replace(f' xmlns="{NAMESPACE}"'.encode(), b""), "root"),
    "html": (b"<html><body/></html>", "root"),
    "no time": (message(head='SequenceNmbr="1"'), "missing"),
    "time without zone": (message(head='TimeStamp="2026-11-23T08:00:00"'), "not_a_time"),
    "time that isn't": (message(head='TimeStamp="now"'), "not_a_time"),
    "negative sequence": (message(head='TimeStamp="2026-11-23T08:00:00Z" SequenceNmbr="-1"'), "not_a_number"),
    "huge sequence": (
        message(head=f'TimeStamp="2026-11-23T08:00:00Z" SequenceNmbr="{10**30}"'),
        "not_a_number",
    ),
    "no leg": (message(" "), "missing"),
    "text among elements": (message("hello"), "wrong_form"),
}


@pytest.mark.parametrize("kind", [*BOMBS, *BROKEN])
@pytest.mark.timeout(20)
def test_a_message_that_can_not_be_read_is_refused_as_a_whole(kind: str) -> None:
    body, expected = {**BOMBS, **BROKEN}[kind]
    with pytest.raises(BadAidx) as caught:
        aidx.read(body)
    assert caught.value.data["problem"] == expected
    assert isinstance(caught.value.data["line"], int)
    for said in (words.of_aidx(caught.value.data, language) for language in ("zh", "en")):
        assert len(said) < 120
        assert not any(sent in said for sent in ("boom", "lol", "passwd", "hello", "127.0.0.1"))


def test_twenty_kinds_of_bombs_are_tried() -> None:
    assert len(BOMBS) >= 20


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 6000), st.binary(min_size=0, max_size=6), st.integers(0, 12))
def test_whatever_is_broken_it_is_refused_by_name(place: int, inserted: bytes, cut: int) -> None:
    """Any damage gives a batch or a named error, never another exception."""
    body = message(leg(IDENTIFIER, FULL_DATA))
    place = min(place, len(body))
    damaged = body[:place] + inserted + body[place + cut :]
    try:
        items = aidx.read(damaged).items
    except ServiceError:
        return
    for item in items:
        assert isinstance(item, (dict, Unreadable))


def test_every_reason_and_every_aidx_problem_has_words() -> None:
    assert words.reasons() == {reason.value for reason in Refusal}
    used = {expected for _, expected in (*BOMBS.values(), *BROKEN.values())}
    used |= {"repeated", "empty", "too_many", "not_a_date", "not_a_duration", "unknown_code", "code_context"}
    used |= {"contradiction", "not_supported", "too_deep"}
    assert used == words.aidx_problems()
