"""Notify with a mall and a WeChat that makes cards, all of them fakes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.notify import usecases
from services.notify.card_schemas import CardEvent
from services.notify.domain import Shown
from services.notify.usecases import CardDesk, Tokens
from tests.fakes.partners import FakeCipher
from tests.unit.notify.mall import Mall
from tests.unit.notify.suite import Notify, TableWeChat

CREATE, UPDATE = "/card/create", "/card/update"
CONSUME, UNAVAILABLE, GET = "/card/code/consume", "/card/code/unavailable", "/card/code/get"
SHOWN = Shown("长沙机场商城", "https://csx.example/icon.png", "https://csx.example/me/coupons")
CARD_ID = "pTEA"


class CardWeChat(TableWeChat):
    """Gives the one card its id; `statuses`: of codes, by code."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[str, str] = {}

    def _ask(self, path: str, token: str, payload: Any) -> dict[str, Any]:
        answer = super()._ask(path, token, payload)
        if answer.get("errcode") == 0 and path == CREATE:
            answer["card_id"] = CARD_ID
        if answer.get("errcode") == 0 and path == GET:
            status = self.statuses.get(payload["code"])
            return {"errcode": 0, "user_card_status": status} if status else {"errcode": 40056}
        return answer

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked if path.startswith("/card")]


class House:
    """Notify with a mall, and a campaign whose card WeChat has made."""

    def __init__(self) -> None:
        self.notify = Notify()
        self.notify.wechat = self.wechat = CardWeChat()
        self.notify.tokens = Tokens(self.notify.uow, self.wechat, FakeCipher())
        self.mall = Mall()
        self.desk = CardDesk(self.notify.uow, self.mall, self.wechat, self.notify.tokens, SHOWN)
        self.notify.traveller("anna")
        self.version = 0
        self.publish()
        self.run()

    @property
    def cards(self) -> Any:
        return self.notify.store.cards

    def publish(self) -> None:
        self.version += 1
        usecases.note_campaign(self.notify.uow, {"campaign_id": "tea", "version": self.version})

    def run(self) -> int:
        return usecases.run_card_errands(self.desk)

    def later(self, span: timedelta) -> None:
        """As if so much time had passed for what waits."""
        for number, errand in self.cards.errand_rows.items():
            self.cards.errand_rows[number] = replace(errand, not_before_at=errand.not_before_at - span)

    def sign(self, **request: Any) -> dict[str, str]:
        told = {"passenger_id": "anna", "campaign_id": None, "coupon_id": None} | request
        ext: dict[str, str] = json.loads(usecases.sign_card(self.desk, told)["card_ext"])
        return ext

    def hear(self, event: CardEvent, code: str, card_id: str = CARD_ID) -> bool:
        told = usecases.note_card(self.desk, {"event": event, "card_id": card_id, "code": code})
        return bool(told["known"])

    def taken(self, **request: Any) -> str:
        code = self.sign(**request)["code"]
        self.hear(CardEvent.GOT, code)
        self.run()
        return code

    def used(self, coupon_id: str, service: str = "shop") -> None:
        self.mall.coupons[coupon_id]["state"] = "redeemed"
        usecases.note_used(self.notify.uow, {"coupon_id": coupon_id, "service": service})

    def void(self, coupon_id: str) -> None:
        self.mall.coupons[coupon_id]["state"] = "expired"
        usecases.note_void(self.notify.uow, {"coupon_id": coupon_id})

    def state(self) -> list[str]:
        return [row.state for row in self.cards.code_rows.values()]

    def stuck(self) -> list[tuple[str, str | None]]:
        told = usecases.list_card_errands(self.notify.uow, "stuck")["errands"]
        return [(one["kind"], one["reason"]) for one in told]
