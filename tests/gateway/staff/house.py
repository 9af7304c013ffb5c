"""A gateway whose staff service is its use cases over a store in memory: the console is real, down to the rules."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson

from gateway.app import Gateway
from kernel import clock, ids
from kernel.crypto import FieldCipher
from kernel.errors import RemoteError, ServiceError
from kernel.schemas import NoArgumentsSchema
from services.airport import Airport
from services.notify.card_schemas import CardErrandsSchema, ListCardErrandsSchema, RetryCardErrandsSchema
from services.staff import schemas, usecases
from services.staff.domain import totp
from services.staff.schemas import Role
from services.staff.sealing import PasswordBox
from tests.fakes.staff_store import FakeStaffStore, QuickHasher
from tests.fakes.uow import FakeUnitOfWork
from tests.gateway.fakes import FakeFlights, FakeRpc, settings
from tests.gateway.staff.bus_desk import BusDesk
from tests.gateway.staff.checkin_desk import CheckinDesk
from tests.gateway.staff.lost_desk import LostDesk
from tests.gateway.staff.shop_desk import ShopDesk

PASSWORD = "quiet river carries stones"
SECRET = b"12345678901234567890"
DOORS = ("gateway.staff",)


class StaffDesk:
    """The staff service as callers see it: schemas load, use cases work, errors travel."""

    def __init__(self) -> None:
        self.uow: FakeUnitOfWork[Any] = FakeUnitOfWork(FakeStaffStore())
        self.hasher = QuickHasher()
        self.cipher = FieldCipher({"k1": b"k" * 32})
        self.box = PasswordBox({"k1": b"k" * 32})

    def add(
        self, login: str, *roles: Role, enrolled: bool = True, shops: Sequence[str] = ()
    ) -> dict[str, Any]:
        """An account with PASSWORD and SECRET, as `airport staff demo` makes them."""
        wish = {
            "request_id": ids.new_id(),
            "actor": "test",
            "login": login,
            "name": login.title(),
            "roles": list(roles),
            "shops": list(shops),
            "password": PASSWORD,
        }
        given = (self.cipher, usecases.Enrolled(SECRET)) if enrolled else None
        made: dict[str, Any] = usecases.add_account(self.uow, self.hasher, wish, given)["account"]
        return made

    def __getattr__(self, method: str) -> Callable[[dict[str, Any]], Any]:
        uow, hasher, cipher = self.uow, self.hasher, self.cipher
        box, one = self.box, schemas.PasswordSchema()
        ways: dict[str, tuple[Any, Callable[[dict[str, Any]], Any]]] = {
            "get_sealing_key": (NoArgumentsSchema, lambda r: {"key": box.sealing_key()}),
            "begin_sign_in": (
                schemas.BeginSignInSchema,
                lambda r: usecases.begin_sign_in(uow, hasher, cipher, box.unsealed(r, one)),
            ),
            "get_sign_in": (
                schemas.ChallengeSchema,
                lambda r: usecases.get_sign_in(uow, cipher, r["challenge"]),
            ),
            "finish_sign_in": (
                schemas.FinishSignInSchema,
                lambda r: usecases.finish_sign_in(uow, cipher, r),
            ),
            "get_session": (schemas.TokenSchema, lambda r: usecases.get_session(uow, r["token"])),
            "end_session": (schemas.TokenSchema, lambda r: usecases.end_session(uow, r["token"])),
            "list_sessions": (
                schemas.AccountIdSchema,
                lambda r: usecases.list_sessions(uow, r["account_id"]),
            ),
            "end_sessions": (schemas.EndSessionsSchema, lambda r: usecases.end_sessions(uow, r)),
            "change_password": (
                schemas.ChangePasswordSchema,
                lambda r: usecases.change_password(uow, hasher, box.unsealed(r, schemas.PasswordsSchema())),
            ),
            "list_accounts": (schemas.ListAccountsSchema, lambda r: usecases.list_accounts(uow, r)),
            "get_account": (schemas.AccountIdSchema, lambda r: usecases.get_account(uow, r["account_id"])),
            "add_account": (
                schemas.AddAccountSchema,
                lambda r: usecases.add_account(uow, hasher, box.unsealed(r, one)),
            ),
            "set_roles": (schemas.SetRolesSchema, lambda r: usecases.set_roles(uow, r)),
            "set_shops": (schemas.SetShopsSchema, lambda r: usecases.set_shops(uow, r)),
            "set_active": (schemas.SetActiveSchema, lambda r: usecases.set_active(uow, r)),
            "reset_account": (
                schemas.ResetAccountSchema,
                lambda r: usecases.reset_account(uow, hasher, box.unsealed(r, one)),
            ),
            "vouch": (
                schemas.VouchSchema,
                lambda r: usecases.vouch(uow, cipher, box.unsealed(r, schemas.CodeSchema())),
            ),
            "record_action": (schemas.RecordActionSchema, lambda r: usecases.record_action(uow, r)),
            "list_audit": (schemas.ListAuditSchema, lambda r: usecases.list_audit(uow, r)),
            "verify_audit": (NoArgumentsSchema, lambda r: usecases.verify_audit(uow)),
        }
        schema, work = ways[method]

        def called(request: dict[str, Any]) -> Any:
            return work(schema().load(request))

        return called


class Desks:
    """What the desks show: made up. errands: about cards that WeChat refuses."""

    def __init__(self) -> None:
        self.errands: list[dict[str, Any]] = []

    def list_card_errands(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = ListCardErrandsSchema().load(request)
        answer = {"errands": [each for each in self.errands if each["campaign_id"] == wish["campaign_id"]]}
        assert CardErrandsSchema().validate(answer) == {}
        return answer

    def retry_card_errands(self, request: dict[str, Any]) -> dict[str, Any]:
        ids = RetryCardErrandsSchema().load(request)["errand_ids"]
        self.errands = [each for each in self.errands if each["id"] not in ids]
        return {"retried": len(ids)}

    def status(self, request: dict[str, Any]) -> dict[str, Any]:
        return {
            "connected": True,
            "rate_per_s": 30.0,
            "waiting": 24_120,
            "deferred": 310,
            "sending": 30,
            "oldest_waiting_at": "2026-11-23T08:04:10Z",
            "seconds_left": 815,
            "today": {"sent": 181_201, "received": 44_127, "refused": 512, "failed": 14, "expired": 90},
            "news": [
                {
                    "id": "n1",
                    "flight_id": "CZ3101-20261123-CSX-PEK",
                    "kind": "delayed",
                    "decided_at": "2026-11-23T08:04:00Z",
                    "followers": 2_400,
                    "reached": 1_700,
                }
            ],
            "paused_until": None,
            "pause_reason": None,
            "alert": None,
        }

    def search_messages(self, request: dict[str, Any]) -> dict[str, Any]:
        message = {
            "id": "m1",
            "passenger_id": "0123456789abcdef0123456789abcdef",
            "flight_id": request.get("flight_id") or "CZ3101-20261123-CSX-PEK",
            "order_id": None,
            "kind": "delayed",
            "title": "=HYPERLINK is no formula",
            "lines": [{"label": "航班：", "value": "CZ3101"}, {"label": "预计：", "value": "14:20"}],
            "state": request.get("state") or "received",
            "reason": None,
            "attempts": 1,
            "created_at": "2026-11-23T08:04:10Z",
            "sent_at": "2026-11-23T08:04:12Z",
            "received_at": "2026-11-23T08:04:13.250000Z",
        }
        if "passenger_id" in request:
            return {"messages": [], "cursor": None}
        start = int(request["cursor"] or 0)
        more = start + request["limit"] < 120
        rows = [message] * min(request["limit"], 120 - start)
        return {"messages": rows, "cursor": str(start + request["limit"]) if more else None}

    def list_abnormal(self, request: dict[str, Any]) -> dict[str, Any]:
        refund = {
            "out_refund_no": "R20261122000017",
            "out_trade_no": "CSX20261122000017",
            "amount_fen": 2_400,
            "reason": "traveller's wish",
            "state": "abnormal",
            "requested_at": "2026-11-22T09:00:00Z",
            "settled_at": None,
            "refund_id": "50300001",
            "provider_code": "ABNORMAL",
            "order": {"service": "bus", "id": "abc123"},
        }
        notice = {
            "id": "EV-20261122-3",
            "event_type": "TRANSACTION.SUCCESS",
            "out_trade_no": "CSX20261122000018",
            "state": "refused",
            "reason": "other_amount",
            "received_at": "2026-11-22T09:01:00Z",
            "order": None,
        }
        gap = {"day": "2026-11-21", "key": "payment:4200001", "gap": "not_in_ledger"}
        difference = {**gap, "bill_fen": 1_200, "ledger_fen": None}
        return {"refunds": [refund], "notifications": [notice], "differences": [difference]}

    def trace(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["order_id"] == "nothing":
            return {"intents": [], "refunds": [], "notifications": [], "postings": [], "balances": {}}
        intent = {
            "out_trade_no": "CSX20261122000017",
            "order_service": "bus",
            "order_id": request["order_id"],
            "passenger_id": "p" * 32,
            "state": "paid",
            "channel": "jsapi",
            "amount_fen": 2_400,
            "promised_fen": 0,
            "refunded_fen": 0,
            "currency": "CNY",
            "description": "Bus",
            "created_at": "2026-11-22T08:00:00Z",
            "expires_at": "2026-11-22T08:15:00Z",
            "paid_at": "2026-11-22T08:01:00Z",
            "transaction_id": "4200001",
        }
        posting = {
            "key": "payment:4200001",
            "debit": "wechat",
            "credit": "order:bus",
            "amount_fen": 2_400,
            "out_trade_no": "CSX20261122000017",
            "out_refund_no": None,
            "at": "2026-11-22T08:01:00Z",
            "bill_day": None,
            "bill_fen": None,
            "fee_fen": None,
        }
        balances = {"wechat": 2_400, "order:bus": -2_400}
        return {
            "intents": [intent],
            "refunds": [],
            "notifications": [],
            "postings": [posting],
            "balances": balances,
        }

    def list_refusals(self, request: dict[str, Any]) -> dict[str, Any]:
        refusal = {
            "recorded_at": "2026-11-23T08:00:00Z",
            "flight_id": "CZ3101-20261123-CSX-PEK",
            "source_name": "China Southern",
            "reason": "impossible_step",
            "detail": {"from": "landed", "to": "boarding"},
            "item": {"status": "boarding"},
        }
        return {"refusals": [refusal], "cursor": None}


class House:
    """A gateway with its staff service, and browsers of people who work there."""

    def __init__(self) -> None:
        self.staff = StaffDesk()
        self.desks = Desks()
        self.bus = BusDesk()
        flights = FakeFlights()
        self.rpc = StaffRpc(
            staff=self.staff, notify=self.desks, payments=self.desks, flights=flights, bus=self.bus
        )
        self.rpc.services["flights_desk"] = self.desks
        self.rpc.services["checkin"] = CheckinDesk()
        self.lost = LostDesk()
        self.rpc.services["lostfound"] = self.lost
        self.shop = ShopDesk()
        self.rpc.services["shop"] = self.shop
        self.gateway = Gateway(settings(), Airport(), self.rpc, DOORS)

    def code(self, ahead: int = 0) -> str:
        return totp.code_at(SECRET, totp.step_at(clock.real_now()) + ahead)

    @asynccontextmanager
    async def browser(self, language: str = "en", **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        """A browser that nobody signed in with, which says where its requests come from, as browsers do."""
        given = {
            "Accept": "text/html",
            "Accept-Language": language,
            "Sec-Fetch-Site": "same-origin",
            **headers,
        }
        transport = httpx.ASGITransport(self.gateway, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="https://airport.test", headers=given
        ) as client:
            yield client

    @asynccontextmanager
    async def at_work(
        self, login: str, *roles: Role, language: str = "en"
    ) -> AsyncIterator[httpx.AsyncClient]:
        """A browser of somebody with these roles, signed in without the way there."""
        account = self.staff.uow.store.accounts.by_login(login)
        if account is None:
            self.staff.add(login, *roles)
        async with self.browser(language) as client:
            await sign_in(client, login, self.code())
            # Each code is used once; the next browser of this account needs one, too.
            kept = self.staff.uow.store.accounts
            kept.save(vars_replaced(kept.by_login(login)))
            yield client


class StaffRpc(FakeRpc):
    """Errors travel as they do for real; the flight desk's reads are the desks'."""

    async def call_bytes(self, service: str, method: str, request: dict[str, Any], **more: Any) -> bytes:
        if (service, method) == ("flights", "list_refusals"):
            service = "flights_desk"
        before = len(self.services["staff"].uow.events)
        try:
            answer = await super().call_bytes(service, method, request, **more)
        except ServiceError as exc:
            raise RemoteError.from_document(exc.to_document()) from exc
        for event in self.services["staff"].uow.events[before:]:
            self.publish("staff", event.name, orjson.dumps({"data": event.data}))
        return answer


def vars_replaced(account: Any) -> Any:
    from dataclasses import replace

    return replace(account, last_step=0)


async def sign_in(
    client: httpx.AsyncClient, login: str, code: str, password: str = PASSWORD
) -> httpx.Response:
    """Both steps; the answer to the second."""
    first = await client.post("/staff/sign-in", data={"login": login, "password": password})
    assert first.status_code == 303, first.text
    return await client.post("/staff/sign-in/code", data={"code": code})


def keys_of(page: str) -> dict[str, str]:
    """What every form of the page carries."""
    return {
        name: found[1]
        for name in ("csrf", "form_id")
        if (found := re.search(f'name="{name}" value="([^"]*)"', page))
    }
