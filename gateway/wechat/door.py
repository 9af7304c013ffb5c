"""The addresses that WeChat calls."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.deps import Deps
from gateway.wechat.callback import Callback
from gateway.wechat.cards import Cards
from gateway.wechat.chat import Chat
from gateway.wechat.followers import Followers
from gateway.wechat.words import ChatWords

PATH = "/wechat/callback"


def routes(deps: Deps) -> list[BaseRoute]:
    words = ChatWords(deps.airport)
    followers = Followers(deps)
    cards = Cards(words, deps.airport, deps.flights, _base_url(deps))
    callback = Callback(deps.account, Chat(deps, words, cards, followers), words, followers)

    async def check(request: Request) -> Response:
        return await callback.check(request)

    async def push(request: Request) -> Response:
        return await callback.push(request)

    return [Route(PATH, check, methods=["GET"]), Route(PATH, push, methods=["POST"])]


def _base_url(deps: Deps) -> str:
    """What links in the chat begin with; without a public address they work on this machine."""
    settings = deps.settings
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
