"""Who is one person to us, and where messages to them go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.passengers.schemas import Language


@dataclass(frozen=True)
class WeChatIdentity:
    """Who WeChat says somebody is. openid: for one account of ours; unionid: the same for all of them."""

    openid: str
    unionid: str | None = None


@dataclass(frozen=True)
class Passenger:
    """A traveller. merged_into: the traveller that this one turned out to be; then nothing is kept here.

    language: of messages; until it is chosen, the one they last wrote in, else WeChat's own.
    """

    id: str
    language: Language
    created_at: datetime
    last_seen_at: datetime
    version: int = 0
    merged_into: str | None = None
    language_chosen: bool = False


def after_writing(passenger: Passenger, language: Language | None) -> Passenger:
    """The traveller once they wrote in this language (None: nobody can tell): a chosen language stays."""
    if language is None or passenger.language_chosen:
        return passenger
    return replace(passenger, language=language)


@dataclass(frozen=True)
class WeChatAccount:
    """news_at: WeChat's time of the newest news about following; older news changes nothing."""

    openid: str
    unionid: str | None
    passenger_id: str
    subscribed: bool
    subscribed_at: datetime | None
    news_at: datetime | None


def message_account(accounts: Sequence[WeChatAccount]) -> WeChatAccount | None:
    """The account that messages go to: one that follows us, of several the one that began last.

    Without a follower, one that could be told so: the order is stable, so that nothing flips for no reason.
    """
    return max(
        accounts,
        key=lambda account: (
            account.subscribed,
            account.subscribed_at.timestamp() if account.subscribed_at else 0.0,
            account.openid,
        ),
        default=None,
    )


def merge_order(one: Passenger, other: Passenger) -> tuple[Passenger, Passenger]:
    """(from, into): the traveller that was known first stays, whichever the two were met in."""
    into, gone = sorted((one, other), key=lambda passenger: (passenger.created_at, passenger.id))
    return gone, into
