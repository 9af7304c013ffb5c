"""The WeChat platform of `make run`: a child of its own, whose account the services and the gateway are told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy import ports
from deploy.local.options import ROOT
from deploy.local.preflight import CannotStart
from deploy.sandbox.account import Account, read_account
from deploy.sandbox.pay.merchant import pay_environ
from deploy.system import say

_FIRST_PORT = 8100
_MENU_S = 30.0
_PORTS_TRIED = 50


class LocalSandbox:
    """Where one start's sandbox listens, and what everyone else is to know of it."""

    def __init__(self, var: Path, environ: Mapping[str, str], gateway_url: str) -> None:
        asked = int(environ.get("SANDBOX_PORT") or 0)
        if asked and not ports.is_free(asked):
            raise CannotStart(
                f"SANDBOX_PORT {asked} is taken by {ports.holder(asked)}. Choose another, or: make run ARGS=--no-sandbox"
            )
        self._var = var
        self._gateway_url = gateway_url
        self._own_merchant = bool(environ.get("WECHATPAY_MCHID"))
        self._port = asked or _free_from(_FIRST_PORT)
        browser_port = int(environ.get("SANDBOX_BROWSER_PORT") or 0) or _free_from(self._port + 1)
        self.url = f"http://{ports.LOOPBACK}:{self._port}"
        self.environ = {
            "SANDBOX_HOST": ports.LOOPBACK,
            "SANDBOX_PORT": str(self._port),
            "SANDBOX_BROWSER_PORT": str(browser_port),
            "GATEWAY_PUBLIC_URL": environ.get("GATEWAY_PUBLIC_URL") or gateway_url,
            # Pushes take the short way, also when people come by a public address.
            "SANDBOX_CALLBACK_URL": f"{gateway_url}/wechat/callback",
        }

    def account_environ(self) -> dict[str, str]:
        """What connects services and gateway to the sandbox's account, once it runs."""
        account = read_account(self._var / "sandbox")
        if account is None:
            raise CannotStart(f"The sandbox runs, but wrote no {self._var}/sandbox/account.json")
        return {
            "WECHAT_APPID": account.appid,
            "WECHAT_SECRET": account.secret,
            "WECHAT_TOKEN": account.token,
            # An account in plain mode has no key to be told: its server takes plain pushes only then.
            "WECHAT_AES_KEY": "" if account.mode == "plain" else account.aes_key,
            "WECHAT_API_URL": self.url,
            "WECHAT_OPEN_URL": self.url,
            # The phones of made-up bookings are nobody's: the codes come to whoever asks, in this phone's chat.
            "CHECKIN_CODES_TO_ASKER": "true",
            "WECHAT_TEMPLATES": ",".join(f"{key}:{one}" for key, one in sorted(account.templates.items())),
        } | self._merchant_environ(account)

    def _merchant_environ(self, account: Account) -> dict[str, str]:
        """The sandbox's merchant, unless the operator named one: then money is never made up."""
        if self._own_merchant:
            return {}
        told = {"WECHATPAY_NOTIFY_URL": f"{self._gateway_url}/wechat/pay/notify"}
        return told | pay_environ(self._var / "sandbox", account, self.url)

    def publish_menu(self, environ: Mapping[str, str]) -> None:
        """Begin to give the account its menu, as an operator would: new ports make new addresses in it."""
        log = (self._var / "log" / "menu.log").open("wb")
        command = [sys.executable, "-m", "deploy.cli", "menu", "publish"]
        with log:
            self._publishing = subprocess.Popen(
                command, env=dict(environ), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def await_menu(self) -> None:
        """Wait until it has one; a person can go on without."""
        try:
            code = self._publishing.wait(_MENU_S)
        except subprocess.TimeoutExpired:
            self._publishing.kill()
            code = self._publishing.wait()
        if code:
            say(f"The menu could not be published to the sandbox; see {self._var}/log/menu.log")


def _free_from(first: int) -> int:
    for port in range(first, first + _PORTS_TRIED):
        if ports.is_free(port):
            return port
    raise CannotStart(
        f"Ports {first} to {first + _PORTS_TRIED - 1} are all taken. Choose one: SANDBOX_PORT=9100 make run"
    )
