"""The addresses that WeChat calls."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.deps import Deps
from gateway.errors import UnknownPath
from gateway.wechat.callback import Callback
from gateway.wechat.cards import Cards
from gateway.wechat.chat import Chat
from gateway.wechat.followers import Followers
from gateway.wechat.paynotify import PATH as PAY_PATH
from gateway.wechat.paynotify import PayNotify
from gateway.wechat.words import ChatWords

PATH = "/wechat/callback"


def routes(deps: Deps) -> list[BaseRoute]:
    words = ChatWords(deps.airport)
    followers = Followers(deps)
    cards = Cards(words, deps.airport, deps.flights, _base_url(deps))
    pay_notify = PayNotify(deps.rpc)
    callback = Callback(deps.account, Chat(deps, words, cards, followers), words, followers)

    async def check(request: Request) -> Response:
        return await callback.check(request)

    async def push(request: Request) -> Response:
        return await callback.push(request)

    async def paid(request: Request) -> Response:
        return await pay_notify.take(request)

    async def domain_proof(request: Request) -> Response:
        """The file that WeChat looks for at a domain's root: its code, which is in its name too."""
        code = request.path_params["code"]
        if code not in deps.account.domain_codes:
            raise UnknownPath
        return Response(code, 200, media_type="text/plain")

    return [
        Route(PATH, check, methods=["GET"]),
        Route(PATH, push, methods=["POST"]),
        Route(PAY_PATH, paid, methods=["POST"]),
        Route("/MP_verify_{code}.txt", domain_proof),
    ]


def _base_url(deps: Deps) -> str:
    """What links in the chat begin with; without a public address they work on this machine."""
    settings = deps.settings
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
