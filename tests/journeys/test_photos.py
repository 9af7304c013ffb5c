"""Choosing and sending photos in a real browser: small before they travel, upright, shown, and sent once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, BrowserContext, Page, expect

import gateway
from gateway import uploads
from gateway.photos.darkroom import develop
from gateway.security import CSP
from gateway.web.texts import texts
from tests.gateway.photos.pictures import BLUE, GREEN, RED, WHITE, corners, opened, quarters, with_exif

ROOM = Path(gateway.__file__).parent
FORM = """{% from "photos.html" import photo_field %}<!doctype html><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/photos.css"><script defer src="/photos.js"></script>
<form method="post" action="/send" enctype="multipart/form-data" data-photos>
<input name="words" value="grey">{{ photo_field("Photos", "What it looks like", wrong, most=3) }}
<button name="do" value="send">Send</button></form>"""


@dataclass
class Door:
    """A gateway of one form. sent: the forms that came. refuse: draw the form again."""

    sent: list[uploads.SentForm] = field(default_factory=list)
    refuse: bool = False
    url: str = ""

    def page(self, wrong: str = "") -> bytes:
        environment = Environment(
            loader=FileSystemLoader(ROOM / "web" / "templates"),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
        )
        environment.install_gettext_translations(texts("en").catalogue, newstyle=True)  # type: ignore[attr-defined]
        return environment.from_string(FORM).render(wrong=wrong).encode()


class Handler(BaseHTTPRequestHandler):
    door: Door

    def do_GET(self) -> None:
        if self.path.startswith("/photos."):
            kind = "text/css" if self.path.endswith("css") else "text/javascript"
            self.answer(200, (ROOM / "static" / self.path[1:]).read_bytes(), kind)
        else:
            self.answer(200, self.door.page() if self.path == "/form" else b"<h1>Thank you</h1>")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.door.sent.append(uploads.parse(body, self.headers["Content-Type"], {"photos": 3}))
        if self.door.refuse:
            self.answer(400, self.door.page("This photo can't be opened"))
            return
        self.send_response(303)
        self.send_header("Location", "/done")
        self.end_headers()

    def answer(self, status: int, body: bytes, kind: str = "text/html") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", CSP)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"door": door}))
    door.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield door
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, door: Door) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(viewport={"width": 390, "height": 700})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{door.url}/form")
    yield page
    context.close()
    assert wrong == []


def choose(page: Page, *photos: bytes) -> None:
    page.get_by_label("Photos").set_input_files(
        [{"name": f"IMG_{n}.JPG", "mimeType": "image/jpeg", "buffer": each} for n, each in enumerate(photos)]
    )


def test_photos_are_small_and_upright_before_they_travel(page: Page, door: Door, tmp_path: Path) -> None:
    large = with_exif(quarters(3200, 2400).transpose(2), orientation=6)
    choose(page, large, with_exif(quarters()))
    expect(page.locator(".photos__one canvas")).to_have_count(2)
    choose(page, with_exif(quarters(600, 400)))
    expect(page.locator(".photos__one canvas")).to_have_count(3)
    choose(page, with_exif(quarters(600, 400)))
    expect(page.get_by_role("status")).to_have_text("At most 3 photos.")
    page.get_by_role("button", name="Remove: IMG_1.JPG").click()
    expect(page.locator(".photos__one")).to_have_count(2)
    page.screenshot(path=tmp_path / "photos.png")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert page.url == f"{door.url}/done"
    [sent] = door.sent
    assert sent.fields == [("words", "grey"), ("do", "send")]
    first, second = (each.content for each in sent.files["photos"])
    assert max(opened(first).size) == 1600
    assert corners(opened(first)) == [RED, GREEN, BLUE, WHITE]
    assert not opened(first).getexif(), "the place stays on the phone"
    assert len(second) < 300_000
    assert corners(opened(develop(first).jpeg)) == [RED, GREEN, BLUE, WHITE]


def test_what_the_browser_cannot_open_is_sent_as_it_is_and_its_refusal_shown(page: Page, door: Door) -> None:
    door.refuse = True
    choose(page, b"\0\0\0\x18ftypheic" + bytes(200))
    expect(page.locator(".photos__one")).to_have_text("IMG_0.JPG×")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("This photo can't be opened")).to_be_visible()
    assert [each.content[4:12] for sent in door.sent for each in sent.files["photos"]] == [b"ftypheic"] * 2


def test_without_a_script_the_form_sends_the_photo_itself(browser: Browser, door: Door) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{door.url}/form")
    photo = with_exif(quarters())
    choose(page, photo)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert door.sent[0].files["photos"][0].content == photo
    context.close()


def test_a_file_that_is_no_photo_is_refused_as_soon_as_it_is_chosen(page: Page, door: Door) -> None:
    drawing = {
        "name": "logo.svg",
        "mimeType": "image/svg+xml",
        "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    photo = {"name": "IMG_1.JPG", "mimeType": "image/jpeg", "buffer": with_exif(quarters())}
    page.get_by_label("Photos").set_input_files([drawing, photo])
    expect(page.get_by_role("status")).to_contain_text("This kind of file can't be sent")
    expect(page.locator(".photos__one canvas")).to_have_count(1)
    expect(page.locator(".photos__one")).to_have_count(1)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert [each.content[:2] for sent in door.sent for each in sent.files["photos"]] == [b"\xff\xd8"]
