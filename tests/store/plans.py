"""How the databases run a store's queries: which of them would read a whole table."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import event, text

# SQLite says SCAN for an index read in order, too: that names its index.
_WHOLE: Final = re.compile(r"Seq Scan on|SCAN (?!.*USING (COVERING )?INDEX)(?!CONSTANT)")
_PLANNED: Final = ("SELECT", "UPDATE", "DELETE", "WITH")


def plans(tx: Any, query: Callable[[Any], object]) -> list[str]:
    """The plan of each statement that `query(tx.store)` executes, with the values it was asked with."""
    statements: list[tuple[str, Any]] = []

    def note(*seen: Any) -> None:
        statements.append((seen[2], seen[3][0] if seen[-1] else seen[3]))

    event.listen(tx.connection, "before_cursor_execute", note)
    query(tx.store)
    event.remove(tx.connection, "before_cursor_execute", note)
    explain = "EXPLAIN " if tx.connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    return [
        "\n".join(str(row[-1]) for row in tx.connection.exec_driver_sql(explain + statement, parameters))
        for statement, parameters in statements
        if statement.lstrip().startswith(_PLANNED)
    ]


def prefer_indexes(tx: Any) -> None:
    """Some hundred rows fit a few pages: without this PostgreSQL's planner rightly reads them all."""
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(text("SET LOCAL enable_seqscan = off"))


def scans(plan: str, whole: re.Pattern[str] = _WHOLE) -> list[str]:
    """Lines of a plan that read a whole table."""
    return [line for line in plan.splitlines() if whole.search(line)]
