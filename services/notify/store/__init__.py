"""The only SQL of notify."""

from __future__ import annotations

from sqlalchemy import Connection

from services.notify.store.account import Account
from services.notify.store.cards import CardRow, Cards, CodeRow, Errand
from services.notify.store.messages import Messages
from services.notify.store.news import News
from services.notify.store.notices import Notices
from services.notify.store.people import People
from services.notify.store.rows import (
    AccountState,
    Backlog,
    Claimed,
    Follow,
    Followed,
    Listener,
    MessageRow,
    NewMessage,
    NewNews,
    NewNotice,
    OpenNews,
    Progress,
    Recipient,
    Settled,
    Unsent,
    Wanted,
    page_of,
)
from services.notify.store.tables import metadata

__all__ = [
    "AccountState",
    "Backlog",
    "CardRow",
    "Claimed",
    "CodeRow",
    "Errand",
    "Follow",
    "Followed",
    "Listener",
    "MessageRow",
    "NewMessage",
    "NewNews",
    "NewNotice",
    "NotifyStore",
    "OpenNews",
    "Progress",
    "Recipient",
    "Settled",
    "Unsent",
    "Wanted",
    "metadata",
    "page_of",
]


class NotifyStore:
    """All of notify's data on one transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self.people = People(connection)
        self.news = News(connection)
        self.notices = Notices(connection)
        self.messages = Messages(connection)
        self.account = Account(connection)
        self.cards = Cards(connection)
