"""/card of the API, and what the phone does with cards under /sandbox."""

from __future__ import annotations

import io
from typing import Any, Final

import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from deploy.sandbox.cards import CardRefused
from deploy.sandbox.doors.calls import Call, Endpoint, route
from deploy.sandbox.doors.control import Handler, grouped
from deploy.sandbox.platform import Platform
from deploy.sandbox.words import Words

_DONE: Final[dict[str, Any]] = {"errcode": 0, "errmsg": "ok"}


def routes(platform: Platform) -> list[BaseRoute]:
    calls, case = _Calls(platform), _Case(platform)
    endpoints = [
        Endpoint("POST", "/card/create", calls.create),
        Endpoint("POST", "/card/get", calls.get),
        Endpoint("POST", "/card/update", calls.update),
        Endpoint("POST", "/card/modifystock", calls.modify_stock),
        Endpoint("POST", "/card/code/get", calls.code_get),
        Endpoint("POST", "/card/code/consume", calls.code_consume),
        Endpoint("POST", "/card/code/unavailable", calls.code_unavailable),
        Endpoint("POST", "/card/code/decrypt", calls.code_decrypt),
    ]
    user = "/sandbox/users/{openid}/cards"
    table: list[tuple[str, str, Handler]] = [
        ("GET", user, case.wallet),
        ("POST", user, case.take),
        ("POST", f"{user}/sheet", case.sheet),
        ("POST", f"{user}/choices", case.choices),
        ("POST", f"{user}/delete", case.delete),
    ]
    picture = Route("/sandbox/cards/code.svg", _picture)
    return [picture, *(route(platform, endpoint) for endpoint in endpoints), *grouped(table)]


class _Calls:
    """Each method takes a call and gives the answer's document."""

    def __init__(self, platform: Platform) -> None:
        self._all = platform

    def create(self, call: Call) -> dict[str, Any]:
        return _DONE | {"card_id": self._all.cards.create(call.json().get("card"))}

    def get(self, call: Call) -> dict[str, Any]:
        card = self._all.cards.get(str(call.json().get("card_id") or ""))
        inner = card["body"]
        sku = {"quantity": card["quantity"], "total_quantity": inner["base_info"]["sku"]["quantity"]}
        known = {"id": card["card_id"], "status": "CARD_STATUS_VERIFY_OK", "sku": sku}
        base = inner["base_info"] | known
        return _DONE | {
            "card": {"card_type": card["kind"], card["kind"].lower(): inner | {"base_info": base}}
        }

    def update(self, call: Call) -> dict[str, Any]:
        self._all.cards.update(call.json())
        self._all.hub.tell("cards", {"openid": ""})
        return _DONE | {"send_check": False}

    def modify_stock(self, call: Call) -> dict[str, Any]:
        self._all.cards.modify_stock(call.json())
        return _DONE

    def code_get(self, call: Call) -> dict[str, Any]:
        code, card_id, asked = self._code(call)
        return _DONE | self._all.cards.look(code, card_id, bool(asked.get("check_consume", True)))

    def code_consume(self, call: Call) -> dict[str, Any]:
        code, card_id, _ = self._code(call)
        used = self._all.cards.consume(code, card_id)
        self._all.hub.tell("cards", {"openid": used["openid"]})
        return _DONE | used

    def code_unavailable(self, call: Call) -> dict[str, Any]:
        code, card_id, _ = self._code(call)
        openid = self._all.cards.make_unavailable(code, card_id)
        self._all.hub.tell("cards", {"openid": openid})
        return _DONE

    def code_decrypt(self, call: Call) -> dict[str, Any]:
        return _DONE | {"code": self._all.cards.decrypt(str(call.json().get("encrypt_code") or ""))}

    def _code(self, call: Call) -> tuple[str, str, dict[str, Any]]:
        asked = call.json()
        return str(asked.get("code") or ""), str(asked.get("card_id") or ""), asked


class _Case:
    """The phone's wallet. Each method takes a request and its JSON object, and gives the answer's document."""

    def __init__(self, platform: Platform) -> None:
        self._all = platform

    async def wallet(self, request: Request, _: dict[str, Any]) -> Any:
        return {"cards": self._all.cards.wallet(_openid(request))}

    async def sheet(self, request: Request, asked: dict[str, Any]) -> Any:
        """What wx.addCard would give, for the person to say yes to: {"cards": [{cardId, cardExt}]}."""
        openid = self._user(request)
        try:
            offered = [self._all.cards.offer(openid, *_card(card)) for card in asked.get("cards") or []]
        except CardRefused as exc:
            self._all.journal.write("card", "bad", "addCard", exc.why, asked=asked)
            raise
        return {"cards": [{name: value for name, value in card.items() if name != "ext"} for card in offered]}

    async def take(self, request: Request, asked: dict[str, Any]) -> Any:
        """The person said yes to one card: {"card_id", "card_ext"}, or as pages name them."""
        openid = self._user(request)
        try:
            taken = self._all.cards.take(openid, *_card(asked))
        except CardRefused as exc:
            self._all.journal.write("card", "bad", "addCard", exc.why, asked=asked)
            raise
        good = Words("卡券已放入卡包", "The card is in the wallet")
        self._all.journal.write("card", "ok", "addCard", good, **taken)
        self._all.hub.tell("cards", {"openid": openid})
        return taken

    async def choices(self, request: Request, asked: dict[str, Any]) -> Any:
        """What wx.chooseCard shows."""
        try:
            found = self._all.cards.choices(self._user(request), asked)
        except CardRefused as exc:
            self._all.journal.write("card", "bad", "chooseCard", exc.why, asked=asked)
            raise
        return {"cards": found}

    async def delete(self, request: Request, asked: dict[str, Any]) -> Any:
        """The person deletes {"code"}."""
        openid = self._user(request)
        self._all.cards.delete(openid, str(asked.get("code") or ""))
        self._all.hub.tell("cards", {"openid": openid})
        return {"cards": self._all.cards.wallet(openid)}

    def _user(self, request: Request) -> str:
        return str(self._all.people.get(_openid(request))["openid"])


async def _picture(request: Request) -> Response:
    """?code=: the square that a shop scans."""
    drawn = io.BytesIO()
    text = request.query_params.get("code", "")[:64] or "-"
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", scale=6, border=1, light="#fff")
    return Response(drawn.getvalue(), media_type="image/svg+xml")


def _card(asked: Any) -> tuple[str, Any]:
    if not isinstance(asked, dict):
        raise CardRefused("cardList 的每一项是对象。", "Each entry of cardList is an object.")
    return str(asked.get("card_id") or asked.get("cardId") or ""), asked.get("card_ext") or asked.get(
        "cardExt"
    )


def _openid(request: Request) -> str:
    return str(request.path_params["openid"])
