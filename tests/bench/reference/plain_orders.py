"""The reference for selling: a Nameko HTTP gateway, services of travellers, orders and payments, as Nameko's examples are.

Naive on purpose: no outbox, no request ids, no lock on what is scarce, no steps, no limit of holds, nothing kept of who
is signed in. What it sells is the same: to somebody whose session is asked for, seats with their riders, of an order
that only its buyer pays. What it asks of WeChat Pay is the same, by the same client.
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


class SeatRow(Base):
    __tablename__ = "reference_seats"
    order_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    rider: Mapped[str] = mapped_column(String(16))
    price_fen: Mapped[int] = mapped_column(Integer)


class SessionRow(Base):
    __tablename__ = "reference_sessions"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    passenger_id: Mapped[str] = mapped_column(String(32))


class PaymentRow(Base):
    __tablename__ = "reference_payments"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(32))
    amount_fen: Mapped[int] = mapped_column(Integer)
    code_url: Mapped[str] = mapped_column(String(256))


def engine() -> Any:
    return create_engine(os.environ["BENCH_DATABASE_URL"], pool_size=20)


class PlainPassengers:
    name = "plain_passengers"
    engine = None

    @rpc
    def who(self, token: str) -> str:
        with Session(_engine(PlainPassengers)) as session:
            found = session.get(SessionRow, token)
            assert found is not None
            return found.passenger_id


class PlainOrders:
    name = "plain_orders"
    engine = None
    payments = RpcProxy("plain_payments")

    @rpc
    def hold(self, departure_id: str, passenger_id: str, riders: list[str]) -> dict[str, Any]:
        with Session(_engine(PlainOrders)) as session:
            departure = session.get(DepartureRow, departure_id)
            assert departure is not None
            assert departure.held + len(riders) <= departure.capacity
            departure.held += len(riders)
            order = OrderRow(
                id=uuid4().hex,
                departure_id=departure_id,
                passenger_id=passenger_id,
                state="held",
                amount_fen=PRICE_FEN * len(riders),
            )
            session.add(order)
            for number, rider in enumerate(riders, 1):
                session.add(SeatRow(order_id=order.id, number=number, rider=rider, price_fen=PRICE_FEN))
            session.commit()
            return {"id": order.id, "state": order.state, "amount_fen": order.amount_fen}

    @rpc
    def pay(self, order_id: str, passenger_id: str) -> dict[str, Any]:
        with Session(_engine(PlainOrders)) as session:
            order = session.get(OrderRow, order_id)
            assert order is not None
            assert order.passenger_id == passenger_id
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
    passengers = RpcProxy("plain_passengers")

    @http("POST", "/orders")
    def hold(self, request: Any) -> tuple[int, dict[str, str], str]:
        passenger_id = self.passengers.who(request.headers["X-Token"])
        wish = json.loads(request.get_data(as_text=True))
        riders = [each["kind"] for each in wish["passengers"]]
        order = self.orders.hold(wish["departure_id"], passenger_id, riders)
        return 201, {"Content-Type": "application/json"}, json.dumps({"order": order})

    @http("POST", "/orders/<string:order_id>/payment")
    def pay(self, request: Any, order_id: str) -> tuple[int, dict[str, str], str]:
        pay = self.orders.pay(order_id, self.passengers.who(request.headers["X-Token"]))
        return 200, {"Content-Type": "application/json"}, json.dumps({"pay": pay})


def _engine(owner: Any) -> Any:
    if owner.engine is None:
        owner.engine = engine()
    return owner.engine
