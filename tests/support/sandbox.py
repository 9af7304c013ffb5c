"""The WeChat sandbox as tests drive it: its process, its account, its users' phones, and what it logged."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx

from deploy import ports
from deploy.broker import Broker
from deploy.local.options import ROOT
from deploy.processes import Process, Program, wait_until
from deploy.sandbox.account import Account, read_account
from deploy.sandbox.pay.merchant import pay_environ
from kernel.ids import new_id
from tests.support.folders import temporary_folder
from tests.support.stack import Stack, clean_environment


class Sandbox:
    """One `python -m deploy.sandbox` in front of the gateway at `gateway_url`.

    .url (WeChat's API, the phone page), .browser_url, .account, and .environ: what services and gateway must be
    told to use it. `with Sandbox(var, gateway_url) as wechat:`; users are added with `wechat.person()`.
    """

    def __init__(self, var: Path, gateway_url: str, **environ: str) -> None:
        self.var = var
        self.gateway_url = gateway_url
        port, browser_port = ports.free_ports(2)
        self.url = f"http://{ports.LOOPBACK}:{port}"
        self.browser_url = f"http://{ports.LOOPBACK}:{browser_port}"
        self._told = clean_environment() | {
            "AIRPORT_VAR": str(var),
            "GATEWAY_PUBLIC_URL": gateway_url,
            "SANDBOX_PORT": str(port),
            "SANDBOX_BROWSER_PORT": str(browser_port),
            "SANDBOX_EVENT_DELAY_S": "0.05",
        }
        self._told |= environ
        self._process: Process | None = None
        self.http = httpx.Client(base_url=self.url, timeout=30.0, trust_env=False)

    def __enter__(self) -> Self:
        (self.var / "log").mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "deploy.sandbox"]
        self._process = Process(
            Program("sandbox", command, self._told, log=self.var / "log" / "sandbox.log", cwd=ROOT)
        )
        if not wait_until(self._answers, 120.0):
            text = (self.var / "log" / "sandbox.log").read_text(errors="replace")
            self.__exit__()
            raise AssertionError(f"the sandbox does not answer:\n{text[-3000:]}")
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        if self._process:
            self._process.stop()

    @property
    def account(self) -> Account:
        found = read_account(self.var / "sandbox")
        assert found is not None, "the sandbox wrote no account.json"
        return found

    @property
    def environ(self) -> dict[str, str]:
        """What connects services and gateway to this sandbox: `stack.environ |= wechat.environ`."""
        account = self.account
        return {
            "GATEWAY_PUBLIC_URL": self.gateway_url,
            "WECHAT_APPID": account.appid,
            "WECHAT_SECRET": account.secret,
            "WECHAT_TOKEN": account.token,
            "WECHAT_AES_KEY": "" if account.mode == "plain" else account.aes_key,
            "WECHAT_API_URL": self.url,
            "WECHAT_OPEN_URL": self.url,
            "WECHAT_TEMPLATES": ",".join(f"{key}:{one}" for key, one in account.templates.items()),
            "WECHATPAY_NOTIFY_URL": f"{self.gateway_url}/wechat/pay/notify",
        } | pay_environ(self.var / "sandbox", account, self.url)

    def get(self, path: str, **query: Any) -> Any:
        """A document of the control API."""
        return self._document(self.http.get(f"/sandbox/{path}", params=query))

    def do(self, what: str, method: str = "POST", /, **asked: Any) -> Any:
        """Ask the control API to do something; AssertionError when it won't."""
        return self._document(self.http.request(method, f"/sandbox/{what}", json=asked))

    def person(self, nickname: str = "", language: str = "zh_CN", unionid: str = "") -> Person:
        """A new user, who doesn't follow the account yet."""
        made = self.do("users", nickname=nickname, language=language, unionid=unionid)
        return Person(self, made["openid"])

    def log(self, kind: str = "", level: str = "") -> list[dict[str, Any]]:
        """What was logged, oldest first; only of a kind (api, push, oauth, js, card, pay, page, note) or level."""
        entries: list[dict[str, Any]] = self.get("log")["log"]
        return [one for one in entries if kind in {"", one["kind"]} and level in {"", one["level"]}]

    def access_token(self) -> str:
        """An access token, fetched as a service does."""
        account = self.account
        asked = {"grant_type": "client_credential", "appid": account.appid, "secret": account.secret}
        return str(self.http.post("/cgi-bin/stable_token", json=asked).json()["access_token"])

    def api(self, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        """One call of WeChat's API with a good token: POST with a body, GET without one."""
        query.setdefault("access_token", self.access_token())
        answer = (
            self.http.get(path, params=query)
            if body is None
            else self.http.post(path, params=query, json=body)
        )
        found: dict[str, Any] = answer.json()
        return found

    def clock(self, advance_s: float) -> None:
        """Turn WeChat's clock forward (or back)."""
        self.do("clock", advance_s=advance_s)

    def fail(self, path: str, **fault: Any) -> None:
        """Order a fault: errcode=, status=, delay_s=, lost=True; times=1."""
        self.do("faults", path=path, **fault)

    # --- WeChat Pay

    def lose_notification(self, count: int = 1) -> None:
        """The next `count` pay notifications never come: only asking tells."""
        self.do("pay/notices", lose=count)

    def probe_next_notification(self) -> None:
        """The next pay notification comes after one with a wrong signature."""
        self.do("pay/notices", probe=True)

    def settle_refunds(self) -> int:
        """End all refunds that are on their way, well or ABNORMAL as their payers' accounts are; how many."""
        return int(self.do("pay/refunds")["settled"])

    def end_refund(self, out_refund_no: str, status: str = "SUCCESS") -> dict[str, Any]:
        """End one refund: SUCCESS, ABNORMAL or CLOSED. After ABNORMAL it can still become one of the others."""
        found: dict[str, Any] = self.do("pay/refunds", out_refund_no=out_refund_no, status=status)
        return found

    def pay_order(self, out_trade_no: str) -> dict[str, Any]:
        """An order as WeChat Pay knows it, with its refunds."""
        found: dict[str, Any] = self.get(f"pay/orders/{out_trade_no}")
        return found

    def pay_notices(self, event_type: str = "", out_trade_no: str = "") -> list[dict[str, Any]]:
        """What the merchant is told, newest first: {event_type, out_trade_no, state, tries, answered}.

        state: waiting, heard, lost or given up.
        """
        found: list[dict[str, Any]] = self.get("pay/notices")["notices"]
        return [
            one
            for one in found
            if event_type in {"", one["event_type"]} and out_trade_no in {"", one["out_trade_no"]}
        ]

    def _answers(self) -> bool:
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.HTTPError:
            return False

    def _document(self, answer: httpx.Response) -> Any:
        assert answer.status_code == 200, f"{answer.request.url}: {answer.text}"
        return answer.json()


class Person:
    """One user with a phone. What they do returns the delivery: message, tries, answered, reply, fault."""

    def __init__(self, wechat: Sandbox, openid: str) -> None:
        self.wechat, self.openid = wechat, openid
        self._path = f"users/{openid}"

    def subscribe(self, scene: str = "") -> dict[str, Any]:
        return self._do("subscribe", scene=scene)

    def unsubscribe(self) -> dict[str, Any]:
        return self._do("unsubscribe")

    def text(self, content: str) -> dict[str, Any]:
        return self._do("text", content=content)

    def location(self, latitude: float, longitude: float, label: str = "") -> dict[str, Any]:
        return self._do("location", latitude=latitude, longitude=longitude, label=label)

    def click(self, key: str) -> dict[str, Any]:
        """Tap a menu button by its key, url or name."""
        return self._do("menu/click", key=key)

    def scan(self, text: str = "", scene: str = "") -> dict[str, Any]:
        return self._do("scan", text=text, scene=scene)

    def repeat(self) -> dict[str, Any]:
        """WeChat pushes the last message once more."""
        return self._do("repeat")

    def change(self, **settings: Any) -> dict[str, Any]:
        """nickname, language, refuses (43101), blocks (failed:user block), slow, latitude, longitude, place."""
        found: dict[str, Any] = self.wechat.do(self._path, "PATCH", **settings)
        return found

    def refuse(self, template_id: str, refused: bool = True) -> None:
        self._do("refuse", template_id=template_id, refused=refused)

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.wechat.get(self._path)
        return found

    def messages(self, kind: str = "", after: int = 0) -> list[dict[str, Any]]:
        """The chat, oldest first: {id, mine, kind, body, msgid, at}; of the account only when a kind is given."""
        found: list[dict[str, Any]] = self.wechat.get(f"{self._path}/messages", after=after)["messages"]
        return [one for one in found if not kind or (one["kind"] == kind and not one["mine"])]

    def wait_message(
        self, kind: str, holding: str = "", after: int = 0, timeout_s: float = 30.0
    ) -> dict[str, Any]:
        """The first message of that kind whose content has the text `holding`; AssertionError if none comes."""
        found: list[dict[str, Any]] = []

        def came() -> bool:
            found[:] = [one for one in self.messages(kind, after) if holding in str(one["body"])]
            return bool(found)

        assert wait_until(came, timeout_s, every_s=0.1), f"no {kind} with {holding!r}: {self.messages()}"
        return found[0]

    def pay(self, pay: Mapping[str, str], how: str = "", abnormal: bool = False) -> dict[str, Any]:
        """Open the pay sheet and confirm; the order as WeChat Pay knows it then. AssertionError when it is refused.

        pay: what payments gave the page: parameters of getBrandWCPayRequest, or {"code_url"} to scan.
        how: twice (the second time is refused; told twice), lost (never told), late (its time is after the end).
        abnormal: refunds of it end ABNORMAL.
        """
        sheet = self.pay_sheet(pay)
        return self._do("pay", session=sheet["session"], how=how, abnormal=abnormal)

    def pay_sheet(self, pay: Mapping[str, str]) -> dict[str, Any]:
        """Open the pay sheet only: {session, out_trade_no, description, total_fen, expires_at, …}."""
        return self._do("pay/sheet", **pay)

    @property
    def payments(self) -> list[dict[str, Any]]:
        """What this person paid, newest first, each with its refunds."""
        found: list[dict[str, Any]] = self.wechat.get(f"{self._path}/pay")["payments"]
        return found

    def browser(self, follow: bool = True) -> httpx.Client:
        """This user's WeChat browser, for pages without scripts: `browser().get("/me")`."""
        client = httpx.Client(
            base_url=self.wechat.browser_url, follow_redirects=follow, timeout=30.0, trust_env=False
        )
        client.cookies.set("sandbox_phone", self.openid)
        return client

    def page_url(self, path: str = "/") -> str:
        """What a real browser opens to be this user's WeChat browser at `path`."""
        query = httpx.QueryParams({"user": self.openid, "url": path})
        return f"{self.wechat.browser_url}/.wechat/open?{query}"

    def _do(self, what: str, **asked: Any) -> dict[str, Any]:
        given: Mapping[str, Any] = {name: value for name, value in asked.items() if value != ""}
        found: dict[str, Any] = self.wechat.do(f"{self._path}/{what}", **given)
        return found


@contextmanager
def in_wechat(broker: Broker, name: str, **environ: str) -> Iterator[tuple[Stack, Sandbox]]:
    """A whole suite in a folder and a vhost of its own, whose WeChat account is a sandbox's."""
    with temporary_folder(f"airport-{name}-") as var:
        stack = Stack(var, broker, broker.add_vhost(f"{name}-{new_id()}"), **environ)
        with Sandbox(var, stack.base_url, SANDBOX_ANSWER_S="2") as wechat:
            stack.environ |= wechat.environ
            with stack:
                yield stack, wechat
