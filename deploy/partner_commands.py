"""`airport partner …`: who may push flights. The secret is made here, shown once, and never crosses the broker.

Works on the partners service's database, so it needs neither the broker nor a running service; gateways hear
of the change from the service's relay within a second or so of its next look.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

import click

from kernel import clock
from kernel.config import load
from kernel.crypto import FieldCipher, field_cipher
from kernel.db import Database, UnitOfWork, database_url
from kernel.errors import ServiceError
from kernel.ids import new_id
from services.partners import usecases
from services.partners.domain.webhooks import scope_of
from services.partners.schemas import MAX_DELIVERIES, DeliveryState, PartnerKind, Scope, WebhookEvent
from services.partners.settings import WebhookSettings
from services.partners.store import PartnersStore
from services.partners.usecases import Issued, NewPartner, NewWebhook

_WORDS = {
    "partners.client_exists": "there is a partner {client_id} already",
    "partners.not_found": "there is no partner {client_id}, or it was revoked",
    "partners.bad_partner": "{field}: {reason}",
    "partners.bad_webhook": "{field}: {reason}",
    "partners.too_many_webhooks": "a partner has at most {limit} webhooks",
    "partners.webhook_not_found": "there is no such webhook of that partner, or no such delivery",
}


@click.group()
def partner() -> None:
    """Partner airlines and handlers: add, rotate, revoke, list."""


@contextmanager
def _partners() -> Iterator[UnitOfWork[PartnersStore]]:
    database = Database(database_url("partners"))
    try:
        yield UnitOfWork(database, PartnersStore)
    except ServiceError as exc:
        words = _WORDS.get(exc.code, exc.code)
        raise click.ClickException(words.format_map({**exc.data})) from exc
    finally:
        database.close()


def _told(work: Callable[..., Issued]) -> Callable[..., None]:
    """The command shows what `work` issued, once."""

    @wraps(work)
    def run(**options: Any) -> None:
        issued = work(**options)
        click.echo(f"client_id      {issued.client_id}")
        click.echo(f"client_secret  {issued.client_secret}")
        click.echo(f"signing_key    {issued.signing_key}")
        click.echo("Secret and key are shown this once and kept nowhere in this form.", err=True)

    return run


def _cipher() -> FieldCipher:
    return field_cipher()


@partner.command()
@click.argument("name")
@click.option(
    "--airline", "airlines", multiple=True, required=True, help="IATA code, or * for every airline."
)
@click.option("--kind", type=click.Choice([kind.value for kind in PartnerKind]), default="airline")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    default=[scope.value for scope in Scope],
    show_default=True,
)
@click.option("--client-id", default="", help="Made up from the airline when not given.")
@_told
def add(name: str, airlines: tuple[str, ...], kind: str, scopes: tuple[str, ...], client_id: str) -> Issued:
    """Add the partner NAME and show its secret and signing key."""
    new = NewPartner(
        name=name,
        kind=PartnerKind(kind),
        airlines=airlines,
        scopes=tuple(dict.fromkeys(Scope(scope) for scope in scopes)),
        client_id=client_id,
    )
    cipher = _cipher()
    with _partners() as uow:
        return usecases.add_partner(uow, cipher, new, _actor(), clock.real_now())


@partner.command()
@click.argument("client_id")
@click.option(
    "--overlap-hours",
    type=click.FloatRange(0, 720),
    default=24.0,
    show_default=True,
    help="How long the old secret and key stay valid; 0 ends them and their tokens at once.",
)
@_told
def rotate(client_id: str, overlap_hours: float) -> Issued:
    """Give CLIENT_ID a new secret and signing key and show them."""
    cipher = _cipher()
    with _partners() as uow:
        overlap = timedelta(hours=overlap_hours)
        return usecases.rotate_credential(uow, cipher, client_id, overlap, _actor(), clock.real_now())


@partner.command()
@click.argument("client_id")
@click.confirmation_option(prompt="The partner can't push or read any more, for good. Go on?")
def revoke(client_id: str) -> None:
    """End CLIENT_ID with all its secrets, keys and tokens, at once and for good."""
    with _partners() as uow:
        usecases.revoke_partner(uow, client_id, _actor(), clock.real_now())
    click.echo(f"{client_id}: revoked")


@partner.command("list")
def list_() -> None:
    """Every partner there ever was."""
    with _partners() as uow:
        listed = usecases.list_partners(uow, clock.real_now())
    for one in listed:
        shown = one.partner
        if shown.revoked_at is not None:
            state = f"revoked {shown.revoked_at:%Y-%m-%d %H:%M}Z"
        else:
            ends = sorted(end for end in one.ends if end is not None)
            state = f"live; old secret until {ends[-1]:%Y-%m-%d %H:%M}Z" if ends else "live"
        airlines, scopes = ",".join(shown.airlines), ",".join(shown.scopes)
        click.echo(f"{shown.client_id}  {shown.kind.value}  {airlines}  {scopes}  {state}  {shown.name}")


def _heard(uow: UnitOfWork[PartnersStore], client_id: str) -> tuple[WebhookEvent, ...]:
    """All events that a partner's scopes allow; every one when there is no such partner, or none: that is refused."""
    with uow.read() as tx:
        known = tx.store.partner(client_id)
    allowed = () if known is None else known.scopes
    return tuple(each for each in WebhookEvent if scope_of(each) in allowed) or tuple(WebhookEvent)


@partner.command("add-webhook")
@click.argument("client_id")
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice([event.value for event in WebhookEvent]),
    help="As often as there are; all that the partner may hear of when not given.",
)
@click.option("--airline", default=None, help="One of the partner's; all of them when not given.")
def add_webhook(client_id: str, url: str, events: tuple[str, ...], airline: str | None) -> None:
    """Send signed news of events to URL from now on, as if CLIENT_ID had asked for it, and show the webhook's id.

    Its secret isn't shown: the partner works it out of its signing key (docs/partner-api.md).
    """
    allow_private = load(WebhookSettings).allow_private
    with _partners() as uow:
        wanted = tuple(WebhookEvent(event) for event in dict.fromkeys(events)) or _heard(uow, client_id)
        new = NewWebhook(client_id, url, wanted, airline)
        told = usecases.create_webhook(uow, new_id(), new, clock.real_now(), allow_private=allow_private)
    click.echo(told["webhook"]["id"])


@partner.command()
@click.argument("client_id")
def webhooks(client_id: str) -> None:
    """Where CLIENT_ID wants to hear of what, with what waits and what was given up."""
    with _partners() as uow:
        for hook in usecases.list_webhooks(uow, client_id)["webhooks"]:
            counts = {
                state: len(usecases.list_deliveries(uow, _page(client_id, hook["id"], state))["deliveries"])
                for state in (DeliveryState.WAITING, DeliveryState.PARKED)
            }
            told = "  ".join(f"{state.value} {_counted(count)}" for state, count in counts.items())
            airline = hook["airline"] or "*"
            click.echo(f"{hook['id']}  {hook['url']}  {airline}  {','.join(hook['events'])}  {told}")


@partner.command()
@click.argument("client_id")
@click.argument("webhook_id")
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]), default=None)
def deliveries(client_id: str, webhook_id: str, state: str | None) -> None:
    """What was sent to WEBHOOK_ID of CLIENT_ID, waits, or was given up; the newest 200."""
    wanted = None if state is None else DeliveryState(state)
    with _partners() as uow:
        found = usecases.list_deliveries(uow, _page(client_id, webhook_id, wanted))["deliveries"]
    for each in found:
        result = each["last_result"] or "-"
        click.echo(
            f"{each['id']}  {each['created_at']}  {each['event']}  {each['state']}  {each['attempts']}  {result}"
        )


@partner.command()
@click.argument("client_id")
@click.argument("webhook_id")
@click.option("--delivery", default=None, help="The id of one delivery.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]), default=None, help="All since then (UTC)."
)
def replay(client_id: str, webhook_id: str, delivery: str | None, since: datetime | None) -> None:
    """Send one delivery, or all since an instant, to WEBHOOK_ID of CLIENT_ID again."""
    if (delivery is None) == (since is None):
        raise click.UsageError("one of --delivery and --since")
    wish = {
        "client_id": client_id,
        "webhook_id": webhook_id,
        "delivery_id": delivery,
        "since": None if since is None else since.replace(tzinfo=UTC),
    }
    with _partners() as uow:
        count = usecases.replay_deliveries(uow, wish, clock.real_now())["replayed"]
    click.echo(f"{count} to be sent again")


@partner.command("remove-webhook")
@click.argument("client_id")
@click.argument("webhook_id")
def remove_webhook(client_id: str, webhook_id: str) -> None:
    """Send nothing more to WEBHOOK_ID of CLIENT_ID."""
    with _partners() as uow:
        usecases.remove_webhook(uow, client_id, webhook_id, clock.real_now())
    click.echo(f"{webhook_id}: removed")


def _page(client_id: str, webhook_id: str, state: DeliveryState | None) -> dict[str, Any]:
    """partners.schemas.ListDeliveriesSchema as loaded."""
    page = {"client_id": client_id, "webhook_id": webhook_id, "state": state, "before": None}
    return {**page, "limit": MAX_DELIVERIES}


def _counted(count: int) -> str:
    return f"{count}+" if count == MAX_DELIVERIES else str(count)


def _actor() -> str:
    """Who did it and through which door, for the audit row: `airport` and the login name."""
    try:
        return f"airport:{getpass.getuser()}"[:100]
    except (KeyError, OSError):
        return "airport:unknown"
