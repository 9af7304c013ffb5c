"""An account's server as the sandbox meets it: answers pushes as a test says, and has a few pages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from deploy.sandbox import crypto, envelopes
from deploy.sandbox.account import Account

CSP = "default-src 'self'; frame-ancestors 'none'"


@dataclass
class Push:
    """One POST of the sandbox: its query, the body as it came, and what was inside."""

    query: dict[str, str]
    body: str
    fields: dict[str, Any]


@dataclass
class Seen:
    """One request of a page."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


class AccountServer:
    """`answer` is called with every push and gives the body to send back, or raises to answer HTTP 500."""

    def __init__(self) -> None:
        self.account: Account | None = None
        self.pushes: list[Push] = []
        self.seen: list[Seen] = []
        self.answer: Callable[[Push], str] = lambda _: "success"
        self.pages: dict[str, Page] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def text(self, push: Push, content: str, **changes: Any) -> str:
        """A passive reply with `content`, sealed if the push was; `changes` spoil fields of it."""
        fields = {
            "ToUserName": push.fields["FromUserName"],
            "FromUserName": push.fields["ToUserName"],
            "CreateTime": int(time.time()),
            "MsgType": "text",
            "Content": content,
        } | changes
        plain = envelopes.write(fields)
        return self.seal(plain) if "encrypt_type" in push.query else plain

    def seal(self, plain: str, **changes: Any) -> str:
        """An encrypted reply; `changes` spoil parts of its envelope."""
        assert self.account is not None
        sealed = crypto.Cipher256(self.account.aes_key, self.account.appid).encrypt(plain.encode())
        signed = crypto.signature(self.account.token, "1700000000", "n", sealed)
        envelope = {"Encrypt": sealed, "MsgSignature": signed, "TimeStamp": 1700000000, "Nonce": "n"}
        return envelopes.write(envelope | changes)

    def open(self, query: dict[str, str], body: str) -> Push:
        """Check a push as an account's server must, and read it."""
        assert self.account is not None
        token = self.account.token
        assert crypto.signature(token, query["timestamp"], query["nonce"]) == query["signature"]
        fields = envelopes.read(body)
        if query.get("encrypt_type") == "aes":
            signed = crypto.signature(token, query["timestamp"], query["nonce"], fields["Encrypt"])
            assert signed == query["msg_signature"]
            opened = crypto.Cipher256(self.account.aes_key, self.account.appid).decrypt(fields["Encrypt"])
            fields = envelopes.read(opened)
        return Push(query, body, fields)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                owner._serve(self)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0)).decode()
        parts = urlsplit(request.path)
        if parts.path == "/wechat/callback":
            self._callback(request, {k: v[0] for k, v in parse_qs(parts.query).items()}, body)
            return
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.command, request.path, headers, body))
        page = self.pages.get(parts.path, Page("not found", status=404))
        page.send(request)

    def _callback(self, request: BaseHTTPRequestHandler, query: dict[str, str], body: str) -> None:
        if request.command == "GET":
            Page(query["echostr"], kind="text/plain").send(request)
            return
        push = self.open(query, body)
        self.pushes.append(push)
        try:
            text = self.answer(push)
        except Exception:
            Page("broken", status=500).send(request)
            return
        Page(text, kind="text/xml").send(request)


@dataclass
class Page:
    """One answer. stream_s: sent in pieces that far apart, as server-sent events are."""

    text: str
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: list[tuple[str, str]] = field(default_factory=list)
    stream_s: float = 0.0

    def send(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(self.status)
        request.send_header("Content-Type", self.kind)
        request.send_header("Content-Security-Policy", CSP)
        for name, value in self.headers:
            request.send_header(name, value)
        body = self.text.encode()
        try:
            if self.stream_s:
                request.send_header("Connection", "close")
                request.end_headers()
                for piece in self.text.splitlines(keepends=True):
                    request.wfile.write(piece.encode())
                    request.wfile.flush()
                    time.sleep(self.stream_s)
                request.close_connection = True
                return
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
        except OSError:
            request.close_connection = True


def redirect(location: str, *headers: tuple[str, str]) -> Page:
    return Page("", status=302, headers=[("Location", location), *headers])


def sign_in(wechat_url: str, account: Account, back: str, **changes: str) -> str:
    """The address of the sign-in page, parameters in the order WeChat asks for."""
    asked = {
        "appid": account.appid,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "abc123",
    } | changes
    return f"{wechat_url}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"
