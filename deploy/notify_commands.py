"""`airport notify …` and `airport menu …`: who was told what, how the telling goes, and the account's menu.

Works on notify's database and speaks with WeChat itself, with the token that all processes share, so it needs
neither the broker nor a running service.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from marshmallow import ValidationError

from kernel import clock
from kernel.config import load
from kernel.crypto import field_cipher
from kernel.db import Database, UnitOfWork, database_url
from kernel.errors import ServiceError
from services.airport import Airport
from services.notify import schemas, usecases
from services.notify.card_schemas import ErrandState
from services.notify.clients import WeChat
from services.notify.schemas import MessageState
from services.notify.settings import NotifySettings, WeChatSettings
from services.notify.store import NotifyStore
from services.notify.usecases import Tokens, View

MENU_FILE = Path(__file__).resolve().parents[1] / "gateway" / "wechat" / "menu.json"
_WORDS = {
    "notify.bad_menu": "{path}: {reason}",
    "notify.quota_spent": "WeChat takes no more for {retry_after_s} s",
    "notify.wechat_away": "WeChat doesn't answer",
    "notify.wechat_refuses": "WeChat refuses the account (errcode {errcode}): see docs/sources/wechat-messages.md",
    "notify.wechat_not_connected": "no account is connected: set WECHAT_APPID and WECHAT_SECRET",
    "notify.bad_cursor": "that is no cursor of ours",
}


@click.group()
def notify() -> None:
    """Messages to followers: progress, and who was told what."""


@click.group()
def menu() -> None:
    """The account's menu: publish it."""


@contextmanager
def _notify() -> Iterator[UnitOfWork[NotifyStore]]:
    database = Database(database_url("notify"))
    try:
        yield UnitOfWork(database, NotifyStore)
    except ServiceError as exc:
        words = _WORDS.get(exc.code, exc.code)
        raise click.ClickException(words.format_map({**exc.data})) from exc
    finally:
        database.close()


@notify.command()
@click.option("--json", "as_json", is_flag=True, help="The whole status as JSON.")
def status(as_json: bool) -> None:
    """How the telling goes: what waits, how long it takes, what hinders it."""
    view = View(load(Airport).zoneinfo, load(NotifySettings))
    with _notify() as uow:
        found = usecases.status(uow, view, load(WeChatSettings), clock.real_now())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for line in _status_lines(found, view.zone):
        click.echo(line)


def _status_lines(found: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    if not found["connected"]:
        yield "no account is connected: nothing is sent"
    if found["alert"]:
        yield f"ALERT      {found['alert']}: see docs/sources/wechat-messages.md"
    if found["paused_until"]:
        yield f"paused     until {_local(found['paused_until'], zone)} ({found['pause_reason']})"
    left = found["seconds_left"]
    takes = "" if left is None else f", about {left // 60} min {left % 60} s"
    yield f"waiting    {found['waiting']} at {found['rate_per_s']:g}/s{takes}"
    yield f"deferred   {found['deferred']}   sending {found['sending']}"
    if found["oldest_waiting_at"]:
        yield f"oldest     {_local(found['oldest_waiting_at'], zone)}"
    counts = "  ".join(f"{state} {count}" for state, count in sorted(found["today"].items()))
    yield f"today      {counts or 'nothing'}"
    for news in found["news"]:
        yield f"{news['flight_id']}  {news['kind']}  {news['reached']} of {news['followers']} followers"


@notify.command()
@click.option("--passenger", help="A traveller's id.")
@click.option("--flight", help="A flight's id, such as CZ3101-20261123-CSX-PEK.")
@click.option("--state", type=click.Choice([state.value for state in MessageState]))
@click.option("--from", "from_at", help="From this instant, such as 2026-11-23T08:00+08:00.")
@click.option("--to", "to_at", help="Before this instant.")
@click.option("--limit", type=click.IntRange(1, schemas.MAX_PAGE), default=50, show_default=True)
@click.option("--cursor", default="", help="Where the page before ended.")
def search(
    passenger: str | None, flight: str | None, from_at: str | None, to_at: str | None, **rest: Any
) -> None:
    """Who was told what, when, with WeChat's receipt: by traveller, flight, or both."""
    asked = {"passenger_id": passenger, "flight_id": flight, "from_at": from_at, "to_at": to_at} | rest
    try:
        request = schemas.SearchMessagesSchema().load(asked)
    except ValidationError as exc:
        raise click.UsageError(f"give --passenger or --flight; {exc}") from exc
    zone = load(Airport).zoneinfo
    with _notify() as uow:
        page = usecases.search_messages(uow, request)
    for one in page["messages"]:
        click.echo(_message_line(one, zone))
    if page["cursor"]:
        click.echo(f"more: --cursor {page['cursor']}", err=True)


@notify.command()
@click.option("--waiting", is_flag=True, help="Those that wait, in place of those that are stuck.")
@click.option(
    "--retry", "errand_ids", multiple=True, type=int, help="Try this one again, once its cause is mended."
)
def cards(waiting: bool, errand_ids: tuple[int, ...]) -> None:
    """What couldn't be done about coupons in WeChat's wallet, and why: docs/sources/wechat-cards.md."""
    state = ErrandState.OPEN if waiting else ErrandState.STUCK
    with _notify() as uow:
        if errand_ids:
            retried = usecases.retry_card_errands(uow, list(errand_ids))["retried"]
            click.echo(f"{retried} will be tried again")
            return
        errands = usecases.list_card_errands(uow, state.value)["errands"]
    zone = load(Airport).zoneinfo
    for one in errands:
        about = one["coupon_id"] or one["campaign_id"] or "-"
        since = _local(one["created_at"], zone)
        why = one["reason"] or "-"
        click.echo(f"{one['id']}  {one['kind']}  {about}  {why}  since {since}, {one['attempts']} attempts")
    if not errands:
        click.echo(f"nothing is {state.value}")


def _message_line(one: dict[str, Any], zone: ZoneInfo) -> str:
    times = [f"written {_local(one['created_at'], zone)}"]
    times += [f"{name[:-3]} {_local(one[name], zone)}" for name in ("sent_at", "received_at") if one[name]]
    words = "; ".join(f"{line['label']} {line['value']}" for line in one["lines"])
    state = one["state"] + (f" ({one['reason']})" if one["reason"] else "")
    msgid = f" msgid {one['wechat_msgid']}" if one["wechat_msgid"] else ""
    return f"{one['passenger_id']}  {one['flight_id']}  {state}{msgid}  {', '.join(times)}  {one['title']}: {words}"


def _local(instant: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(zone):%Y-%m-%d %H:%M:%S}"


@menu.command()
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another menu than the one that comes with the suite.",
)
def publish(path: Path | None, dry_run: bool) -> None:
    """Show what differs from the published menu, and publish.

    In the file's addresses {public_url} stands for GATEWAY_PUBLIC_URL.
    """
    text = (path or MENU_FILE).read_text(encoding="utf-8")
    public_url = load(NotifySettings).public_url.rstrip("/")
    try:
        wanted = json.loads(text.replace("{public_url}", public_url))
    except ValueError as exc:
        raise click.ClickException(f"{path or MENU_FILE}: {exc}") from exc
    wechat = WeChat(load(WeChatSettings))
    with _notify() as uow:
        tokens = Tokens(uow, wechat, field_cipher())
        shown = usecases.publish_menu(wechat, tokens, wanted, dry_run=True)
        for change in shown["diff"]:
            click.echo(_change_line(change))
        if not shown["diff"]:
            click.echo("The menu is published as it is.")
        elif dry_run:
            click.echo("Nothing was changed.")
        else:
            usecases.publish_menu(wechat, tokens, wanted, dry_run=False)
            click.echo("Published; phones show it within a day, or when the account is followed anew.")


def _change_line(change: dict[str, Any]) -> str:
    sign = {"added": "+", "removed": "-", "changed": "~"}[change["change"]]
    values = [json.dumps(value, ensure_ascii=False) for value in (change["old"], change["new"]) if value]
    return f"{sign} {change['path']}  {' → '.join(values)}"
