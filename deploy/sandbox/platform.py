"""All parts of one running platform, wired."""

from __future__ import annotations

from pathlib import Path

import httpx

from deploy.sandbox.account import Account, AccountFile
from deploy.sandbox.actions import Actions
from deploy.sandbox.callback import Callback
from deploy.sandbox.cards import Cards
from deploy.sandbox.chat import Chat
from deploy.sandbox.database import Database
from deploy.sandbox.faults import Faults
from deploy.sandbox.journal import Journal
from deploy.sandbox.jssdk import JsSdk
from deploy.sandbox.live import Hub
from deploy.sandbox.menu import Menu
from deploy.sandbox.oauth import OAuth
from deploy.sandbox.pay.desk import Around, PayDesk
from deploy.sandbox.people import People
from deploy.sandbox.qrcodes import QrCodes
from deploy.sandbox.sending import Sending
from deploy.sandbox.settings import Settings
from deploy.sandbox.templates import Templates
from deploy.sandbox.timing import Clock
from deploy.sandbox.tokens import Quotas, Tickets, Tokens
from deploy.sandbox.words import Words


class Platform:
    """One WeChat with one account. The order below is the order of dependence: nothing looks downwards."""

    def __init__(self, settings: Settings, account: Account, files: AccountFile, outgoing: httpx.AsyncClient):
        self.settings, self.account, self._files = settings, account, files
        settings.folder.mkdir(parents=True, exist_ok=True)
        self.db = Database(settings.folder / "wechat.sqlite3")
        self.clock = Clock()
        self.hub = Hub()
        self.journal = Journal(self.db, self.clock, lambda entry: self.hub.tell("log", entry))
        self.faults = Faults(self.journal)
        self.quotas = Quotas(self.db, self.clock)
        self.tokens = Tokens(self.db, self.clock, self.quotas, account)
        self.tickets = Tickets(self.db, self.clock)
        self.people = People(self.db, self.clock, self.hub)
        self.chat = Chat(self.db, self.clock, self.hub)
        self.templates = Templates(self.db, account)
        self.menu = Menu(self.db)
        self.qrcodes = QrCodes(self.db, self.clock, settings.base_url)
        self.oauth = OAuth(self.db, self.clock, account)
        self.jssdk = JsSdk(self.tickets, self.clock, account, settings.public_url)
        self.callback = Callback(settings, account, self.clock, self.journal, outgoing)
        self.pay = PayDesk(
            Around(settings, account, self.db, self.clock, self.hub, self.journal, self.people, outgoing)
        )
        self.cards = Cards(self.db, self.clock, self.tickets, self.callback, account)
        self.sending = Sending(self)
        self.actions = Actions(self)

    def save_account(self) -> None:
        """Write account.json anew, with the templates as they are."""
        self.account.templates = self.templates.ids_by_key()
        self._files.save(self.account)

    def note(self, title: str, zh: str, en: str) -> None:
        """One line of the log that nothing in particular caused."""
        self.journal.write("note", "ok", title, Words(zh, en))


def template_file() -> Path:
    """The templates that the suite sends by: what an operator would apply for at mp.weixin.qq.com."""
    return Path(__file__).parents[2] / "services" / "notify" / "templates" / "wechat.json"
