"""The reference's one table, and the schema it is dumped with."""

from __future__ import annotations

import os
from typing import Any

from marshmallow import Schema, fields
from sqlalchemy import JSON, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class FlightRow(Base):
    __tablename__ = "reference_flights"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(20))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class FlightSchema(Schema):
    id = fields.String()
    number = fields.String()
    status = fields.String()
    document = fields.Dict()


def engine() -> Any:
    return create_engine(os.environ["BENCH_DATABASE_URL"])
