"""The inspector's book in a real browser, over a service that answers late, badly, or not at all."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from gateway.staff.assets import STATIC
from services.bus.schemas import Rider
from services.bus.ticketing import Ticket, TicketReader, TicketSigner

SIGNER = TicketSigner(1, bytes(range(32)))
READER = TicketReader({1: SIGNER.public_key})
KEYS = [{"key_id": 1, "public_key": base64.b64encode(SIGNER.public_key).decode()}]
TICKET = Ticket("0" * 32, "b1", "WUYI", "CSX", Rider.ADULT, datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
AT = "https://door.test/"
OPEN = """async (account) => {
  const given = { departure: 'b1', account, token: 't', library: '/none.js' };
  window.book = new boarding.Book(given);
  await book.open();
  await book.refresh();
}"""
STANDING = "({ waiting: book.waiting.length, foreign: book.foreign.length, conflicts: book.conflicts.map(s => s.sent.result), over: book.over })"


def code(number: int, departure_id: str = "b1") -> str:
    return SIGNER.sign(replace(TICKET, id=f"{number:032x}", departure_id=departure_id))


@dataclass
class Service:
    """What the gateway would answer. answer: what becomes of the calls for scans; they are kept in `sent`."""

    sent: list[list[str]] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)
    answer: Callable[[Route, list[dict[str, Any]]], bool] = lambda route, scans: False  # True: answered
    away: bool = False

    def __call__(self, route: Route) -> None:
        path, body = route.request.url.removeprefix(AT), route.request.post_data_json or {}
        if self.away:
            route.abort()
        elif path == "":
            names = ("ticket.js", "shelf.js", "book.js")
            scripts = "".join(
                f"<script>{(STATIC / name).read_text(encoding='utf-8')}</script>" for name in names
            )
            route.fulfill(body=f"<!doctype html><body>{scripts}", content_type="text/html")
        elif path == "staff/inspector/state":
            state = {"revoked": self.revoked, "boarded": [], "cleared": [], "version": 1, "more": False}
            told = {"keys": KEYS, "departure": {}, "tickets": [], "others": {}}
            route.fulfill(json=state | told)
        elif path == "staff/inspector/scans":
            scans = body["scans"]
            self.sent.append([each["scan_id"] for each in scans])
            if not self.answer(route, scans):
                route.fulfill(
                    json={"results": [self.result(each) for each in scans], "boarded": 1, "sold": 9}
                )
        else:
            route.fulfill(status=404)

    def result(self, scan: dict[str, Any]) -> dict[str, Any]:
        result = self.results.get(scan.get("code", ""), "boarded")
        ticket_id = READER.read(scan["code"]).id
        return {"scan_id": scan["scan_id"], "result": result, "ticket_id": ticket_id, "boarded_at": None}


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    context = browser.new_context()
    context.route("**/*", service)
    page = context.new_page()
    page.goto(AT)
    page.evaluate(OPEN, "li")
    yield page
    context.close()


def scan(page: Page, text: str) -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate("(code) => book.scan({ code })", text)
    return told


def standing(page: Page) -> dict[str, Any]:
    page.evaluate("book.send()")
    found: dict[str, Any] = page.evaluate(STANDING)
    return found


def test_the_services_word_holds_when_it_comes_in_time(page: Page, service: Service) -> None:
    service.results[code(1)] = "already_boarded"
    assert scan(page, code(1))["result"] == "already_boarded"
    assert scan(page, code(2))["result"] == "boarded"
    assert scan(page, code(2))["result"] == "boarded", (
        "asked again, as the phone's list may be old: here it was"
    )
    assert standing(page) == {"waiting": 0, "foreign": 0, "conflicts": [], "over": False}


def test_who_was_let_on_before_the_service_said_no_is_told_of(page: Page, service: Service) -> None:
    late: list[tuple[Route, list[dict[str, Any]]]] = []

    def slow(route: Route, scans: list[dict[str, Any]]) -> bool:
        late.append((route, scans))
        return True

    service.answer = slow
    service.results[code(1)] = "copy"
    assert scan(page, code(1))["result"] == "boarded", "after a second and a half the phone's own word holds"
    ((route, scans),) = late
    route.fulfill(json={"results": [service.result(each) for each in scans]})
    assert standing(page)["conflicts"] == ["copy"]
    page.evaluate("book.seen()")
    assert standing(page)["conflicts"] == []


def test_an_answer_that_is_lost_makes_no_second_scan(page: Page, service: Service) -> None:

    def lost(route: Route, scans: list[dict[str, Any]]) -> bool:
        route.abort()
        return True

    service.answer = lost
    assert scan(page, code(1))["result"] == "boarded"
    assert page.evaluate("book.undo('" + f"{1:032x}" + "', 'mistake')") is False, "it may have come through"
    service.answer = lambda route, scans: False
    page.evaluate("book.refresh()")
    assert standing(page)["waiting"] == 0
    assert len(service.sent) >= 2
    assert len({each for sent in service.sent for each in sent}) == 1


def test_a_scan_that_is_never_taken_does_not_hold_up_the_others(page: Page, service: Service) -> None:
    service.away = True
    page.evaluate("book.refresh()")
    for number in (1, 2, 3):
        assert scan(page, code(number))["result"] == "boarded"
    assert page.evaluate(f"book.undo('{3:032x}', 'mistake')") is True, "it never left the phone"
    service.away = False

    def strict(route: Route, scans: list[dict[str, Any]]) -> bool:
        wrong = any(each["code"] == code(1) for each in scans)
        if wrong:
            route.fulfill(status=400, json={"code": "gateway.bad_body"})
        return wrong

    service.answer = strict
    page.evaluate("book.refresh()")
    assert standing(page) == {"waiting": 0, "foreign": 0, "conflicts": ["refused"], "over": False}
    assert [len(sent) for sent in service.sent] == [2, 1, 1]


def test_who_was_refused_without_a_network_is_never_told_later(page: Page, service: Service) -> None:
    service.revoked = [f"{1:032x}"]
    page.evaluate("book.refresh()")
    service.away = True
    page.evaluate("book.refresh()")
    assert scan(page, code(1))["result"] == "revoked"
    assert scan(page, code(2, "b2"))["result"] == "other_departure"
    assert scan(page, code(3)[:-1] + "0")["result"] in ("forged", "unreadable")
    service.away = False
    page.evaluate("book.refresh()")
    assert standing(page)["waiting"] == 0
    assert service.sent == []


def test_what_another_inspector_scanned_waits_for_that_one(page: Page, service: Service) -> None:
    service.away = True
    page.evaluate("book.refresh()")
    assert scan(page, code(1))["result"] == "boarded"
    service.away = False
    page.goto(AT)
    page.evaluate(OPEN, "wu")
    assert standing(page) | {"foreign": 1, "waiting": 0} == standing(page)
    assert service.sent == []
    service.away = True
    page.evaluate("book.refresh()")
    assert scan(page, code(1))["result"] == "already_boarded", "nobody is let on twice from one phone"
    service.away = False
    page.goto(AT)
    page.evaluate(OPEN, "li")
    page.evaluate("book.refresh()")
    assert standing(page)["waiting"] == 0
    assert [len(sent) for sent in service.sent] == [1]


def test_a_session_that_is_over_keeps_what_was_not_sent(page: Page, service: Service) -> None:

    def over(route: Route, scans: list[dict[str, Any]]) -> bool:
        route.fulfill(status=401, json={"code": "staff.no_session"})
        return True

    service.answer = over
    scan(page, code(1))
    assert standing(page) == {"waiting": 1, "foreign": 0, "conflicts": [], "over": True}
    assert page.evaluate("book.shelf.all('marks').then(marks => marks.size)") == 0
