"""The platform's two web applications: WeChat with the phone page, and the phone's browser."""

from __future__ import annotations

import asyncio
import sys
import traceback
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.sandbox.account import AccountFile
from deploy.sandbox.browser import inside
from deploy.sandbox.browser.cookies import Cookies
from deploy.sandbox.browser.door import Proxy
from deploy.sandbox.doors import cards, cgi, control, page, paydesk, sns, v3
from deploy.sandbox.pay import merchant
from deploy.sandbox.platform import Platform, template_file
from deploy.sandbox.settings import Settings
from services.airport import Airport


@dataclass(frozen=True)
class Sandbox:
    """Both applications over one platform."""

    platform: Platform
    wechat: Starlette
    browser: Starlette
    _clients: AsyncExitStack
    _running: asyncio.Task[None]

    async def close(self) -> None:
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running
        await self.platform.pay.close()
        await self._clients.aclose()
        self.platform.db.close()


async def build(settings: Settings, airport: Airport) -> Sandbox:
    """Everything, ready to be served."""
    clients = AsyncExitStack()
    # Neither environment's proxies nor redirects: WeChat follows none, and a browser follows by itself.
    pushing = await clients.enter_async_context(httpx.AsyncClient(trust_env=False, cookies=_no_cookies()))
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=20)
    browsing = await clients.enter_async_context(
        httpx.AsyncClient(
            trust_env=False, limits=limits, timeout=httpx.Timeout(30.0, read=None), cookies=_no_cookies()
        )
    )
    settings.folder.mkdir(parents=True, exist_ok=True)
    files = AccountFile(settings.folder)
    account = files.load(airport.short_zh, airport.short_en)
    account.name_zh, account.name_en = airport.short_zh, airport.short_en
    merchant.enrol(settings.folder, account)
    account.domains = [urlsplit(settings.public_url).netloc]
    platform = Platform(settings, account, files, pushing)
    platform.people.make_first()
    platform.templates.load(template_file())
    platform.save_account()
    cookies = Cookies(platform.db, platform.clock, platform.journal)
    proxy = Proxy(platform, browsing, cookies)
    wechat = Starlette(
        routes=[
            Route("/healthz", _health),
            *cgi.routes(platform),
            *sns.routes(platform),
            *cards.routes(platform),
            *v3.routes(platform),
            *paydesk.routes(platform),
            *control.routes(platform),
            *page.routes(),
        ]
    )
    browser = Starlette(routes=inside.routes(platform, proxy, cookies))
    running = asyncio.create_task(platform.pay.run())
    running.add_done_callback(_ended)
    return Sandbox(platform, wechat, browser, clients, running)


def _ended(running: asyncio.Task[None]) -> None:
    """Nothing is told any more after this: it must not go unseen."""
    if not running.cancelled() and running.exception():
        print("WeChat sandbox: pay notifications have stopped", file=sys.stderr, flush=True)
        traceback.print_exception(running.exception())


def _no_cookies() -> CookieJar:
    """A jar that stays empty: cookies are each user's own, never the process's."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


async def _health(_: Request) -> Response:
    return JSONResponse({"ok": True})
