"""A small strict WeChat API for tests of what leaves for it; scripted answers, and everything it was told.

`with FakeWeChat() as wechat:` serves on a free port. It checks access tokens, drops repeats of a client_msg_id,
and answers the first matching `wechat.answers(path, errcode, …)` instead of success.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from services.notify.templates import templates

APPID, SECRET = "wx-test", "a secret"
SEND = "/cgi-bin/message/template/send"
CUSTOM = "/cgi-bin/message/custom/send"


class FakeWeChat:
    """One account. `messages`: template messages as they arrived at phones, in order, with `at` (monotonic)."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.customer: list[dict[str, Any]] = []
        self.menu: dict[str, Any] | None = None
        self.calls: Counter[str] = Counter()
        self.forced = 0
        self.tokens = 1
        self.delay_s = 0.0
        self.scripted: dict[str, list[int]] = {}
        self.judge: Callable[[dict[str, Any]], int] = lambda message: 0
        self.silent: set[str] = set()
        self.seen: dict[tuple[str, str], int] = {}
        self.repeats = 0
        self._lock = threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._reply(fake.answer(self.path, b""))

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                body = self.rfile.read(size)
                # Whoever sends was killed in the middle of it: nothing was asked.
                self._reply(fake.answer(self.path, body) if len(body) == size else None)

            def _reply(self, document: dict[str, Any] | None) -> None:
                if document is None:  # the connection breaks after the work is done
                    self.close_connection = True
                    return
                body = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def token(self) -> str:
        return f"token-{self.tokens}"

    def environ(self) -> dict[str, str]:
        """What connects a suite to this account."""
        return {
            "WECHAT_APPID": APPID,
            "WECHAT_SECRET": SECRET,
            "WECHAT_TOKEN": "testtoken",
            "WECHAT_API_URL": self.url,
            "WECHAT_TEMPLATES": ",".join(f"{key}:T-{key}" for key in templates()),
        }

    def answers(self, path: str, *errcodes: int) -> None:
        """The next calls of `path` are answered with these, then with success again."""
        self.scripted.setdefault(path, []).extend(errcodes)

    def answer(self, address: str, body: bytes) -> dict[str, Any] | None:
        parts = urlsplit(address)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        payload = json.loads(body) if body else {}
        assert b"\\u" not in body, "WeChat shows escapes as they are"
        if self.delay_s:
            time.sleep(self.delay_s)
        with self._lock:
            self.calls[parts.path] += 1
            if parts.path == "/cgi-bin/stable_token":
                return self._stable_token(payload)
            if query.get("access_token") != self.token:
                return {"errcode": 40001, "errmsg": "invalid credential"}
            waiting = self.scripted.get(parts.path)
            errcode = waiting.pop(0) if waiting else 0
            if errcode:
                return {"errcode": errcode, "errmsg": "as the test wants"}
            return self._done(parts.path, payload)

    def _stable_token(self, payload: dict[str, Any]) -> dict[str, Any]:
        if (payload["appid"], payload["secret"]) != (APPID, SECRET):
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if payload["force_refresh"]:
            self.forced += 1
            self.tokens += 1
        return {"access_token": self.token, "expires_in": 7200}

    def _done(self, path: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        if path == SEND:
            return self._template(payload)
        if path == CUSTOM:
            self.customer.append(payload)
        elif path == "/cgi-bin/ticket/getticket":
            return {"errcode": 0, "ticket": "a ticket", "expires_in": 7200}
        elif path == "/cgi-bin/menu/get":
            return {"menu": self.menu} if self.menu else {"errcode": 46003, "errmsg": "no menu"}
        elif path == "/cgi-bin/menu/create":
            self.menu = payload
        else:
            return {"errcode": 40035, "errmsg": "no such path"}
        return {"errcode": 0, "errmsg": "ok"}

    def _template(self, payload: dict[str, Any]) -> dict[str, Any] | None:
        key = payload["template_id"].removeprefix("T-")
        if key not in templates():
            return {"errcode": 40037, "errmsg": "invalid template_id"}
        places = [place for _, place in templates()[key].labels()]
        values = {name: one["value"] for name, one in payload["data"].items()}
        if set(values) != set(places) or not all(_fits(*pair) for pair in values.items()):
            return {"errcode": 47003, "errmsg": f"argument invalid: {values}"}
        errcode = self.judge(payload)
        if errcode:
            return {"errcode": errcode, "errmsg": "as the test wants"}
        known = (payload["touser"], payload["client_msg_id"])
        if known in self.seen:
            self.repeats += 1
        else:
            self.seen[known] = len(self.seen) + 1
            self.messages.append(payload | {"key": key, "values": values, "at": time.monotonic()})
        if payload["touser"] in self.silent:
            return None
        return {"errcode": 0, "errmsg": "ok", "msgid": self.seen[known]}


def _fits(place: str, value: str) -> bool:
    if place.startswith("thing"):
        return 1 <= len(value) <= 20
    if place.startswith("character_string"):
        return 1 <= len(value) <= 32 and value.isascii()
    return value != ""
