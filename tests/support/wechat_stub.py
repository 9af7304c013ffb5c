"""The one WeChat address that signing in needs, as a server of the test's own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

APPID, SECRET = "wx0123456789abcdef", "app-secret-of-the-test"


class WeChatStub:
    """Gives each code's owner once: `stub.codes["code"] = {"openid": …}`. .url; .asked: codes in order."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self._used: set[str] = set()
        self._lock = threading.Lock()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(stub.answer(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, path: str) -> dict[str, Any]:
        address = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path != "/sns/oauth2/access_token" or asked.get("appid") != APPID:
            return {"errcode": 40013, "errmsg": "invalid appid"}
        if asked.get("secret") != SECRET:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        code = asked.get("code", "")
        with self._lock:
            self.asked.append(code)
            if code in self._used:
                return {"errcode": 40163, "errmsg": "code been used"}
            if code not in self.codes:
                return {"errcode": 40029, "errmsg": "invalid code"}
            self._used.add(code)
        return {"access_token": "x", "expires_in": 7200, "scope": "snsapi_base", **self.codes[code]}

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def wechat_stub() -> Iterator[WeChatStub]:
    """A stub that answers until the block ends."""
    stub = WeChatStub()
    thread = threading.Thread(target=stub.serve)
    thread.start()
    try:
        yield stub
    finally:
        stub.close()
        thread.join()
