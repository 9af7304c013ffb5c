"""Notify over fakes: a store in memory, and WeChat as a table of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kernel.errors import Kind, RemoteError
from services.notify import usecases
from services.notify.clients import NoAnswer, WeChat
from services.notify.schemas import Role
from services.notify.settings import NotifySettings, WeChatSettings
from services.notify.store import Recipient
from services.notify.templates import templates
from services.notify.usecases import Courier, Tokens, View
from tests.fakes.notify_messages import Message
from tests.fakes.notify_store import FakeNotifyStore
from tests.fakes.partners import FakeCipher
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.notify.examples import flight

SETTINGS = WeChatSettings(appid="wx", secret="s", templates=tuple(f"{key}:T-{key}" for key in templates()))
SEND = "/cgi-bin/message/template/send"
IN_SIX_HOURS = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=6)


class TableWeChat(WeChat):
    """Answers from `answers[path]`, one after the other, then with success; `asked`: what it was asked."""

    def __init__(self, settings: WeChatSettings = SETTINGS) -> None:
        super().__init__(settings)
        self.answers: dict[str, list[Any]] = {}
        self.asked: list[tuple[str, str, Any]] = []
        self.current = 1
        self.forced: list[bool] = []
        self.menu: dict[str, Any] = {"errcode": 46003}

    def will(self, path: str, *answers: int | Exception) -> None:
        self.answers.setdefault(path, []).extend(answers)

    def stable_token(self, *, forced: bool) -> dict[str, Any]:
        self.forced.append(forced)
        if forced:
            self.current += 1
        waiting = self.answers.get("token")
        if waiting:
            return self._answer(waiting.pop(0), {})
        return {"access_token": f"token-{self.current}", "expires_in": 7200}

    def get(self, path: str, token: str, **parameters: str) -> dict[str, Any]:
        return self._ask(path, token, parameters)

    def post(self, path: str, token: str, payload: dict[str, Any], read_s: float = 5.0) -> dict[str, Any]:
        return self._ask(path, token, payload)

    def _ask(self, path: str, token: str, payload: Any) -> dict[str, Any]:
        self.asked.append((path, token, payload))
        waiting = self.answers.get(path)
        success: dict[str, Any] = {"errcode": 0, "msgid": len(self.asked)}
        if path.endswith("getticket"):
            success = {"errcode": 0, "ticket": "ticket", "expires_in": 7200}
        if path.endswith("menu/get"):
            success = self.menu
        return self._answer(waiting.pop(0), success) if waiting else success

    def _answer(self, answer: Any, success: dict[str, Any]) -> dict[str, Any]:
        if isinstance(answer, Exception):
            raise answer
        return success if answer == 0 else {"errcode": answer}

    def sent(self) -> list[Any]:
        return [payload for path, _, payload in self.asked if path == SEND]


class Flights:
    """What notify calls: the flights service, and payments for who paid."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self.payers: dict[str, str] = {}
        self.before_answer: Callable[[], None] = lambda: None

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = 2.0) -> Any:
        if (service, method) == ("payments", "get_intent"):
            return {"passenger_id": self.payers[request["out_trade_no"]]}
        assert (service, method) == ("flights", "get_flight")
        if request["flight_id"] not in self.known:
            raise RemoteError("flights.not_found", Kind.NOT_FOUND, {})
        answer = self.known[request["flight_id"]]
        self.before_answer()
        return answer


class Notify:
    """Everything of notify but the process it runs in."""

    def __init__(self, hold_off_s: float = 0, quiet_hours: str = "-", gather_s: float = 0) -> None:
        self.store = FakeNotifyStore()
        self.uow: Any = FakeUnitOfWork(self.store)
        settings = NotifySettings(hold_off_s=hold_off_s, quiet_hours=quiet_hours, gather_s=gather_s)
        self.view = View(ZoneInfo("Asia/Shanghai"), settings)
        self.wechat = TableWeChat()
        self.tokens = Tokens(self.uow, self.wechat, FakeCipher())
        self.flights = Flights()
        self.courier = self.new_courier()
        self.requests = 0
        self.version = 1

    def new_courier(self) -> Courier:
        return Courier(self.uow, self.wechat, self.tokens, "https://csx.example", self._each)

    def _each(self, send: Any, messages: Iterable[Any]) -> list[Any]:
        return [send(message) for message in messages]

    def traveller(self, name: str, language: str = "zh", **changes: Any) -> str:
        kept = replace(Recipient(name, f"o-{name}", language, True, 1, consent="given"), **changes)
        self.store.people.save_recipient(kept)
        return name

    def flight(self, **changes: Any) -> dict[str, Any]:
        document = flight(scheduled_at=IN_SIX_HOURS, version=self.version, **changes)
        self.flights.known[document["id"]] = document
        return document

    def follow(self, name: str, role: str = "passenger", **changes: Any) -> dict[str, Any]:
        self.requests += 1
        request = {
            "request_id": f"request-{self.requests}",
            "passenger_id": name,
            "flight_id": self.flight()["id"],
            "role": Role(role),
        } | changes
        return usecases.follow(self.uow, self.flights, self.view, request, datetime.now(UTC))

    def happens(self, **changes: Any) -> bool:
        """The flight changes, and notify hears of it."""
        self.version += 1
        return usecases.hear(self.uow, self.view, self.flight(**changes), datetime.now(UTC))

    def run(self, rounds: int = 10) -> None:
        """Let the courier work until it finds nothing, at most so many rounds."""
        for _ in range(rounds):
            if self.courier.round(50) == 0:
                return

    def states(self, name: str) -> list[tuple[str, str]]:
        return [(one.kind, one.state) for one in self.store.of(name)]

    def message(self, name: str) -> Message:
        return self.store.of(name)[-1]

    def told(self) -> list[tuple[str, str]]:
        """(receiver, template) in the order of sending."""
        return [
            (payload["touser"], payload["template_id"].removeprefix("T-")) for payload in self.wechat.sent()
        ]


LATE = {"estimated_at": IN_SIX_HOURS + timedelta(minutes=45)}
LATER = {"estimated_at": IN_SIX_HOURS + timedelta(minutes=90)}
LOST = NoAnswer(arrived=True)
NEVER_LEFT = NoAnswer(arrived=False)
