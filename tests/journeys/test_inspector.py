"""The door of a bus by hand: two inspectors' phones in a tunnel, one traveller's ticket and its copy."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.processes import wait_until
from deploy.system import find_browser
from gateway.staff.inspector import HOME
from kernel import clock
from kernel.db import Database, UnitOfWork
from services.bus.domain import BusTicket
from services.bus.schemas import Rider
from services.bus.store import BusStore
from services.bus.ticketing import NotATicket, Ticket, TicketReader, TicketSigner
from services.staff.domain import totp
from tests.fakes.till import FakeTill
from tests.messaging.calls.harness import Wire
from tests.support.days import day
from tests.support.stack import Stack
from tests.support.video import film
from tests.unit.bus import selling
from tests.unit.bus.after import tickets
from tests.unit.bus.paying import bought

pytestmark = pytest.mark.timeout(240)
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "locale": "en-GB", "color_scheme": "dark"}
READY = "() => 'ready' in document.body.dataset"
KEPT = "caches.open('boarding-pages').then(pages => pages.keys()).then(keys => keys.length)"
FILES = "caches.open('boarding-files').then(files => files.keys()).then(keys => keys.map(key => key.url))"
READ = """async (vectors) => {
  const { ed25519 } = document.body.dataset, found = [];
  for (const { keys, text } of vectors) found.push(await new boarding.TicketReader(keys, ed25519).read(text));
  return found;
}"""


@dataclass
class Bus:
    """A departure, its tickets that were paid for, and who signed them."""

    id: str
    tickets: list[BusTicket]
    signer: TicketSigner


@pytest.fixture(scope="module")
def bus(running_stack: Stack) -> Iterator[Bus]:
    """Tomorrow's first bus on line X1: an adult's, a child's and another adult's ticket."""
    stack = running_stack
    stack.heal()
    stack.airport("bus demo", "staff demo")
    wire = Wire(stack.amqp_url)
    duties = wire.call("bus", "list_day", {"day_local": f"{day(1)}", "line_id": "A1"}).result["departures"]
    departure_id = next(each["departure_id"] for each in duties if "-in-" in each["departure_id"])
    wire.close()
    signer = TicketSigner(1, bytes.fromhex(stack.environ["BUS_TICKET_SEED"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selling, "SIGNER", signer)
        uow = UnitOfWork(Database(f"sqlite:///{stack.var}/bus.sqlite3"), BusStore)
        ride = {"departure_id": departure_id, "from_stop": "WUYI", "to_stop": "CSX"}
        order_id = bought(uow, FakeTill(), "adult", "child", "adult", **ride)
        yield Bus(departure_id, tickets(uow, order_id), signer)


@pytest.fixture
def chromium(browser: Browser, bus: Bus, tmp_path: Path) -> Iterator[Browser]:
    """A browser whose camera sees the first ticket's code."""
    seen = film(bus.tickets[0].code, tmp_path / "ticket.y4m")
    flags = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    flags.append(f"--use-file-for-fake-video-capture={seen}")
    with browser.browser_type.launch(executable_path=find_browser(), args=flags) as launched:
        yield launched


def sign_in(stack: Stack, context: BrowserContext) -> Page:
    known = json.loads((stack.var / "demo-staff.json").read_text(encoding="utf-8"))["demo.inspector"]
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{stack.base_url}/staff")
    page.fill("#login", "demo.inspector")
    page.fill("#password", known["password"])
    page.keyboard.press("Enter")
    secret = totp.secret_bytes(known["secret"])
    page.fill("#code", totp.code_at(secret, totp.step_at(clock.real_now())))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bus boarding")).to_be_visible()
    return page


def open_door(stack: Stack, bus: Bus, page: Page) -> None:
    page.goto(f"{stack.base_url}{HOME}/{bus.id}")
    page.wait_for_function(READY)
    page.wait_for_function(f"async () => (await {KEPT}) === 1")


def verdict(page: Page, result: str, sentence: str) -> None:
    expect(page.locator("[data-verdict]")).to_have_attribute("data-result", result)
    expect(page.locator("[data-verdict-title]")).to_have_text(sentence)


def type_code(page: Page, code: str) -> None:
    page.get_by_role("button", name="Type the code").click()
    page.fill("#short", code)
    page.keyboard.press("Enter")


def manifest(stack: Stack, bus: Bus) -> dict[str, str]:
    wire = Wire(stack.amqp_url)
    told = wire.call("bus", "get_manifest", {"departure_id": bus.id}).result["tickets"]
    wire.close()
    return {each["id"]: each["state"] for each in told}


def short_code(stack: Stack, bus: Bus, ticket: BusTicket) -> str:
    wire = Wire(stack.amqp_url)
    told = wire.call("bus", "get_manifest", {"departure_id": bus.id}).result["tickets"]
    wire.close()
    return next(str(each["short_code"]) for each in told if each["id"] == ticket.id)


def the_reader_is_kept(page: Page) -> None:
    """What reads codes where the browser can't is there before the page says that it works without a network."""
    files = page.evaluate(FILES)
    for name in ("reader.js", "zxing", ".wasm", "ed25519", "inspector"):
        assert any(name in each for each in files), (name, files)
    assert "Works without a network" in page.locator("[data-facts]").text_content()


def test_two_phones_in_a_tunnel(stack: Stack, bus: Bus, chromium: Browser) -> None:
    ours = chromium.new_context(**PHONE)
    page = sign_in(stack, ours)
    open_door(stack, bus, page)
    the_reader_is_kept(page)
    theirs = chromium.new_context(**PHONE, storage_state=ours.storage_state())
    other = theirs.new_page()
    other.clock.install()
    open_door(stack, bus, other)
    ours.set_offline(True)
    theirs.set_offline(True)
    off_line(stack, bus, page)
    read_as_python_does(page, bus)
    page = closed_and_opened_again(stack, bus, page)
    copy_in_the_same_tunnel(other, theirs, short_code(stack, bus, bus.tickets[0]))
    over(other, theirs, short_code(stack, bus, bus.tickets[2]))
    from_the_list(stack, bus, page)
    gone_with_the_session(stack, bus, page)


def off_line(stack: Stack, bus: Bus, page: Page) -> None:
    """Started anew without a network: the code before the camera, the same typed, and a child's."""
    first, child, _ = bus.tickets
    page.reload()
    told = re.compile(r"Off line since \d\d:\d\d · List of tickets as of")
    expect(page.locator("[data-strip]")).to_contain_text(told)
    assert page.evaluate("'BarcodeDetector' in window") is False, "the camera is read by our worker"
    page.get_by_role("button", name="Scan").click()
    verdict(page, "boarded", "Good")
    expect(page.locator("[data-state-word]")).to_have_text("1 to be sent")
    type_code(page, short_code(stack, bus, first).lower())
    verdict(page, "already_boarded", "Already on board")
    page.get_by_role("button", name="Next").click()
    type_code(page, short_code(stack, bus, child))
    verdict(page, "boarded", "Good")
    expect(page.locator("[data-verdict-who]")).to_contain_text("Child")
    expect(page.locator("[data-boarded]")).to_have_text("2")
    assert set(manifest(stack, bus).values()) == {"valid"}, "nothing was told yet"


def closed_and_opened_again(stack: Stack, bus: Bus, page: Page) -> Page:
    """Still without a network: the ticks are there, and sent when it is back."""
    context = page.context
    page.close()
    page = context.new_page()
    page.goto(f"{stack.base_url}{HOME}/{bus.id}")
    expect(page.locator("[data-state-word]")).to_have_text("2 to be sent")
    context.set_offline(False)
    expect(page.locator("[data-state-word]")).to_have_text("On line")
    assert wait_until(lambda: list(manifest(stack, bus).values()).count("boarded") == 2, 30.0)
    return page


def copy_in_the_same_tunnel(other: Page, context: BrowserContext, code: str) -> None:
    """Another phone is given the same code, and told a minute later that somebody rides on it already."""
    type_code(other, code)
    verdict(other, "boarded", "Good")
    other.clock.fast_forward(60_000)
    context.set_offline(False)
    expect(other.locator("[data-state-word]")).to_have_text("1 to be looked at")
    other.locator("[data-state]").click()
    expect(other.locator("[data-conflict-list] li")).to_contain_text("Copy")
    other.keyboard.press("Escape")


def from_the_list(stack: Stack, bus: Bus, page: Page) -> None:
    """On line: the service's word at once, and a tick taken back."""
    third = bus.tickets[2].id
    page.get_by_role("button", name="Passengers").click()
    row = page.locator(f"[data-ticket='{third}']")
    row.get_by_role("button", name="Board").click()
    verdict(page, "boarded", "Good")
    assert manifest(stack, bus)[third] == "boarded"
    expect(page.locator("[data-verdict]")).to_be_hidden()
    page.get_by_role("button", name="Passengers").click()
    row.get_by_role("button", name="Take back").click()
    page.locator("[data-undo]").get_by_role("button", name="Take back").click()
    expect(row).to_contain_text("Not boarded")
    assert manifest(stack, bus)[third] == "valid"
    page.keyboard.press("Escape")


def over(page: Page, context: BrowserContext, code: str) -> None:
    """The session ended meanwhile: what was scanned is kept and waits for its inspector, all else goes."""
    context.clear_cookies()
    type_code(page, code)
    expect(page.locator("[data-over]")).to_contain_text("what is kept on this phone (1) is sent then")
    assert page.evaluate(KEPT) == 0
    page.close()


def read_as_python_does(page: Page, bus: Bus) -> None:
    """The same texts through both readers, by the browser's own Ed25519 and by the library."""
    vectors = vectors_of(bus)
    texts = [{"keys": each["keys"], "text": each["text"]} for each in vectors]
    expected = [each["expected"] for each in vectors]
    assert page.evaluate(READ, texts) == expected
    page.evaluate(
        "() => { SubtleCrypto.prototype.importKey = async () => { throw new Error('no Ed25519'); } }"
    )
    assert page.evaluate(READ, texts) == expected


def vectors_of(bus: Bus) -> list[dict[str, Any]]:
    """Texts, good and bad, with what services.bus.ticketing makes of each."""
    reader = TicketReader({1: bus.signer.public_key})
    keys = [{"key_id": 1, "public_key": base64.b64encode(bus.signer.public_key).decode()}]
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    plain = Ticket("0190a1b2c3d47e5f8091a2b3c4d5e6f7", bus.id, "WUYI", "CSX-T2", Rider.CHILD, at)
    late = replace(
        plain, from_stop="五一广场", rider=Rider.DISCOUNT, departs_at=datetime(2105, 1, 1, tzinfo=UTC)
    )
    good = [bus.signer.sign(each) for each in (plain, late, replace(plain, to_stop=""))]
    text = good[0]
    texts = [
        *good,
        *(each.code for each in bus.tickets),
        "",
        "BUS1:",
        "bus1:" + text[5:],
        text[:-1],
        text[:-2],
    ]
    texts += [
        text + "00",
        text + "000",
        text[5:],
        "https://example.org",
        "BUS1:" + "0" * 600,
        "BUS1:é" + text[6:],
    ]
    texts += [text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :] for at in range(0, len(text), 7)]
    texts += [TicketSigner(1, bytes(32)).sign(plain), TicketSigner(2, bytes(32)).sign(plain), "BUS1:::::::"]
    return [{"keys": keys, "text": each, "expected": read(reader, each)} for each in texts]


def read(reader: TicketReader, text: str) -> dict[str, Any]:
    try:
        ticket = reader.read(text)
    except NotATicket as exc:
        return {"reason": exc.reason.value}
    plain = {name: getattr(ticket, name) for name in ("id", "departure_id", "from_stop", "to_stop")}
    rider = {"rider": ticket.rider.value, "departs_at": int(ticket.departs_at.timestamp())}
    return {"ticket": plain | rider}


def gone_with_the_session(stack: Stack, bus: Bus, page: Page) -> None:
    """Who signs out leaves no page, no list and no key behind."""
    page.goto(f"{stack.base_url}{HOME}")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")
    assert page.evaluate(KEPT) == 0
    left = """new Promise(found => { const asked = indexedDB.open('boarding'); asked.onsuccess = () => {
      const turn = asked.result.transaction(['meta', 'marks', 'manifests', 'scans']), rows = [];
      for (const store of ['meta', 'marks', 'manifests', 'scans']) turn.objectStore(store).getAllKeys().onsuccess = (e) => rows.push(...e.target.result);
      turn.oncomplete = () => found(rows); }; })"""
    assert page.evaluate(left) == ["device"]
