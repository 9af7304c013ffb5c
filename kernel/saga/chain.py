"""The legal moves of a thing and the steps that it took, as two tables that no statement leads past.

    <thing>_moves     the legal moves, one a row
    <thing>_steps     append-only: each step begins where the last one ended, and each is a legal move; foreign keys
                      say so. Who took it, when, and why

Orders have them (`kernel.saga.tables`); parcels, coupons and whatever else walks through states the same way.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from kernel.saga.states import NEW
from kernel.tables import Instant

CONSTANT: Final = "constant"
"""In `Table.info`: rows come with the migration and are never anybody's data."""


def moves_table(metadata: MetaData, thing: str) -> Table:
    """`<thing>_moves`; the migration fills it."""
    return Table(
        f"{thing}_moves",
        metadata,
        Column("before", String(16), primary_key=True),
        Column("after", String(16), primary_key=True),
        info={CONSTANT: True},
    )


def steps_table(metadata: MetaData, thing: str, *, actor_size: int) -> Table:
    """`<thing>_steps`, by `<thing>_id`. actor_size: characters that say who took a step."""
    name, key = f"{thing}_steps", f"{thing}_id"
    return Table(
        name,
        metadata,
        Column(key, String(32), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("previous", Integer),
        Column("before", String(16), nullable=False),
        Column("after", String(16), nullable=False),
        Column("at", Instant, nullable=False),
        Column("actor", String(actor_size), nullable=False),
        Column("reason", String(200), nullable=False),
        UniqueConstraint(key, "number", "after", name=f"uq_{name}_end"),
        ForeignKeyConstraint(
            ["before", "after"], [f"{thing}_moves.before", f"{thing}_moves.after"], name=f"fk_{name}_move"
        ),
        ForeignKeyConstraint(
            [key, "previous", "before"],
            [f"{name}.{key}", f"{name}.number", f"{name}.after"],
            name=f"fk_{name}_previous",
        ),
        CheckConstraint(
            f"(number = 1 AND previous IS NULL AND before = '{NEW}')"
            " OR (number > 1 AND previous IS NOT NULL AND previous = number - 1)",
            name=f"ck_{name}_chain",
        ),
        CheckConstraint("actor <> ''", name=f"ck_{name}_actor"),
    )
