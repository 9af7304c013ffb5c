"""`airport payments …`: what became of an order's money, and what people must look at.

Works on payments' database, so it needs neither the broker nor a running service.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from kernel.db import Database, UnitOfWork, database_url
from services.payments import usecases
from services.payments.store import PaymentsStore


@click.group()
def payments() -> None:
    """Money: trace an order, list what people must look at."""


@contextmanager
def _payments() -> Iterator[UnitOfWork[PaymentsStore]]:
    database = Database(database_url("payments"))
    try:
        yield UnitOfWork(database, PaymentsStore)
    finally:
        database.close()


_as_json = click.option("--json", "as_json", is_flag=True, help="All of it as JSON.")


@payments.command()
@click.argument("order_id", metavar="ORDER")
@click.option("--service", default="bus", show_default=True, help="Whose order it is.")
@_as_json
def trace(order_id: str, service: str, as_json: bool) -> None:
    """Every fen of an ORDER: what was asked, paid and given back, and the bill's lines that say the same.

    Exit status 1 when the order never asked for money.
    """
    with _payments() as uow:
        found = usecases.trace(uow, service, order_id)
    if not found["intents"]:
        raise click.ClickException(f"order {order_id} of {service} never asked for money")
    for line in [json.dumps(found, ensure_ascii=False, indent=1)] if as_json else _trace_lines(found):
        click.echo(line)


@payments.command()
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(1, 500), help="Most of each kind."
)
@_as_json
def abnormal(limit: int, as_json: bool) -> None:
    """Refunds that don't go through, notifications of other money, and differences from the bill.

    Exit status 1 when there is any, so that a monitor may ask.
    """
    with _payments() as uow:
        found = usecases.list_abnormal(uow, limit)
    for line in [json.dumps(found, ensure_ascii=False, indent=1)] if as_json else _abnormal_lines(found):
        click.echo(line)
    if any(found.values()):
        raise SystemExit(1)


def _trace_lines(found: dict[str, Any]) -> Iterator[str]:
    for one in found["intents"]:
        yield (
            f"{one['out_trade_no']}  {one['state']}  {yuan(one['amount_fen'])}  {one['channel']}  "
            f"asked {one['created_at'][:19]}Z  until {one['expires_at'][:19]}Z"
        )
    for notice in found["notifications"]:
        said = f"  {notice['state']} {notice['reason']}".rstrip()
        yield f"  told {notice['received_at'][:19]}Z  {notice['event_type']}{said}"
    for refund in found["refunds"]:
        code = f"  {refund['provider_code']}" if refund["provider_code"] else ""
        yield f"  refund {refund['out_refund_no']}  {refund['state']}  {yuan(refund['amount_fen'])}{code}"
    for posting in found["postings"]:
        billed = "not billed yet"
        if posting["bill_day"]:
            billed = f"bill of {posting['bill_day']}: {yuan(posting['bill_fen'])}"
        elif posting["key"].startswith("refund-"):
            billed = "no line in bills"
        yield (
            f"  {posting['at'][:19]}Z  {posting['credit']} → {posting['debit']}  "
            f"{yuan(posting['amount_fen'])}  {posting['key']}  {billed}"
        )
    left = "  ".join(f"{account} {yuan(fen)}" for account, fen in sorted(found["balances"].items()))
    yield f"balance  {left or '0'}"


def _abnormal_lines(found: dict[str, Any]) -> Iterator[str]:
    for refund in found["refunds"]:
        yield (
            f"refund {refund['out_refund_no']}  {refund['state']}  {yuan(refund['amount_fen'])}  "
            f"of {refund['out_trade_no']}  since {refund['requested_at'][:19]}Z  {refund['provider_code'] or ''}"
        ).rstrip()
    for notice in found["notifications"]:
        yield f"notification {notice['id']}  {notice['reason']}  of {notice['out_trade_no']}"
    for each in found["differences"]:
        yield (
            f"bill of {each['day']}  {each['gap']}  {each['key']}  "
            f"bill {yuan(each['bill_fen'])}  ledger {yuan(each['ledger_fen'])}"
        )


def yuan(fen: int | None) -> str:
    """Whole fen as people read them; a dash for nothing."""
    if fen is None:
        return "–"
    return f"{'-' if fen < 0 else ''}¥{abs(fen) // 100}.{abs(fen) % 100:02d}"
