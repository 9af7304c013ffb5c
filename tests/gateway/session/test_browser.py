"""That real Chromium takes our cookies where developers meet them, as docs and settings say."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from starlette.responses import Response

from gateway.session.cookies import Cookies

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOKEN = "a-token-of-a-session"


class Site(BaseHTTPRequestHandler):
    """/ sets both cookies as the gateway does, and one that is wrong; every page tells what came."""

    def do_GET(self) -> None:
        response = Response()
        cookies = Cookies("")
        cookies.set_session(response, TOKEN, 600)
        cookies.set_sign_in(response, "begun")
        self.send_response(200)
        if self.path == "/":
            for value in response.headers.getlist("set-cookie"):
                self.send_header("Set-Cookie", value)
            self.send_header("Set-Cookie", "__Host-wrong=x; Path=/; HttpOnly; SameSite=Lax")
        self.end_headers()
        self.wfile.write(self.headers.get("Cookie", "none").encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_chromium_keeps_host_cookies_of_this_machine_over_plain_http(
    browser: Browser, port: int, host: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://{host}:{port}/")
    page.goto(f"http://{host}:{port}/again")
    shown = page.inner_text("body")
    assert f"__Host-session={TOKEN}" in shown
    assert "__Host-sign-in=begun" in shown
    assert "__Host-wrong" not in shown, "control: without Secure the prefix is refused"
    assert page.evaluate("document.cookie") == "", "no script sees them"
    context.close()
