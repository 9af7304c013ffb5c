"""The reference for selling: a Nameko HTTP gateway, a service of orders and one of payments, as Nameko's examples are.

Naive on purpose: no outbox, no request ids, no lock on what is scarce, no steps. What it asks of WeChat Pay is the
same, by the same client.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from nameko.rpc import RpcProxy, rpc
from nameko.web.handlers import http
from sqlalchemy import Integer, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from kernel.config import load
from services.payments.clients import WeChatPay
from services.payments.domain import Asked
from services.payments.schemas import Channel
from services.payments.settings import WeChatPaySettings

PRICE_FEN = 1500


class Base(DeclarativeBase):
    pass


class DepartureRow(Base):
    __tablename__ = "reference_departures"
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    capacity: Mapped[int] = mapped_column(Integer)
    held: Mapped[int] = mapped_column(Integer)


class OrderRow(Base):
    __tablename__ = "reference_orders"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    departure_id: Mapped[str] = mapped_column(String(80))
    passenger_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    amount_fen: Mapped[int] = mapped_column(Integer)


class PaymentRow(Base):
    __tablename__ = "reference_payments"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(32))
    amount_fen: Mapped[int] = mapped_column(Integer)
    code_url: Mapped[str] = mapped_column(String(256))


def engine() -> Any:
    return create_engine(os.environ["BENCH_DATABASE_URL"], pool_size=20)


class PlainOrders:
    name = "plain_orders"
    engine = None
    payments = RpcProxy("plain_payments")

    @rpc
    def hold(self, departure_id: str, passenger_id: str) -> dict[str, Any]:
        with Session(_engine(PlainOrders)) as session:
            departure = session.get(DepartureRow, departure_id)
            assert departure is not None
            assert departure.held < departure.capacity
            departure.held += 1
            order = OrderRow(
                id=uuid4().hex,
                departure_id=departure_id,
                passenger_id=passenger_id,
                state="held",
                amount_fen=PRICE_FEN,
            )
            session.add(order)
            session.commit()
            return {"id": order.id, "state": order.state, "amount_fen": order.amount_fen}

    @rpc
    def pay(self, order_id: str) -> dict[str, Any]:
        with Session(_engine(PlainOrders)) as session:
            order = session.get(OrderRow, order_id)
            assert order is not None
            order.state = "paying"
            amount_fen = order.amount_fen
            session.commit()
        found: dict[str, Any] = self.payments.ask(order_id, amount_fen)
        return found


class PlainPayments:
    name = "plain_payments"
    engine = None
    provider: WeChatPay | None = None

    @rpc
    def ask(self, order_id: str, amount_fen: int) -> dict[str, Any]:
        if PlainPayments.provider is None:
            PlainPayments.provider = WeChatPay(load(WeChatPaySettings))
        expires_at = datetime.now(UTC) + timedelta(minutes=15)
        asked = Asked(order_id, Channel.NATIVE, amount_fen, "机场大巴4号线", expires_at)
        code_url = PlainPayments.provider.prepay(asked)
        with Session(_engine(PlainPayments)) as session:
            session.add(PaymentRow(id=order_id, order_id=order_id, amount_fen=amount_fen, code_url=code_url))
            session.commit()
        return {"code_url": code_url}


class PlainDoor:
    name = "plain_door"
    orders = RpcProxy("plain_orders")

    @http("POST", "/orders")
    def hold(self, request: Any) -> tuple[int, dict[str, str], str]:
        wish = json.loads(request.get_data(as_text=True))
        order = self.orders.hold(wish["departure_id"], wish["passenger_id"])
        return 201, {"Content-Type": "application/json"}, json.dumps({"order": order})

    @http("POST", "/orders/<string:order_id>/payment")
    def pay(self, request: Any, order_id: str) -> tuple[int, dict[str, str], str]:
        pay = self.orders.pay(order_id)
        return 200, {"Content-Type": "application/json"}, json.dumps({"pay": pay})


def _engine(owner: Any) -> Any:
    if owner.engine is None:
        owner.engine = engine()
    return owner.engine
