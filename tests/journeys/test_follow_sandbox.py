"""What notify sends, judged by the sandbox as WeChat judges it: templates, tokens, quotas, refusals, menu."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kernel import migrate
from kernel.config import load
from kernel.crypto import FieldCipher
from kernel.db import Database, UnitOfWork
from services.notify import usecases
from services.notify.clients import WeChat
from services.notify.domain import news_words, sign_page
from services.notify.schemas import NewsKind, Role
from services.notify.settings import NotifySettings, WeChatSettings
from services.notify.store import Follow, NewNews, NotifyStore, Recipient, Wanted
from services.notify.usecases import Courier, Tokens, View
from tests.sandbox.account_server import AccountServer
from tests.support.folders import temporary_folder
from tests.support.sandbox import Sandbox
from tests.unit.notify.examples import airport, flight

NOWHERE = "http://127.0.0.1:9"
VIEW = View(ZoneInfo("Asia/Shanghai"), NotifySettings(hold_off_s=0, quiet_hours="-"))
AT = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=6)
MENU = {"button": [{"name": "航班", "type": "click", "key": "flights"}]}


@dataclass
class Post:
    """Notify's courier over a database of its own, in front of the sandbox."""

    uow: UnitOfWork[NotifyStore]
    wechat: WeChat
    tokens: Tokens
    courier: Courier
    pool: ThreadPoolExecutor
    last: int = 0

    def person(self, wechat: Sandbox, language: str = "zh", role: str = "passenger") -> tuple[str, Any]:
        """A subscribed user of the sandbox who follows a flight of their own: its id, and their phone."""
        phone = wechat.person()
        phone.subscribe()
        self.last += 1
        flight_id = f"F{self.last}"
        with self.uow.write() as tx:
            tx.store.people.save_recipient(
                Recipient(flight_id, phone.openid, language, True, 1, consent="given")
            )
            tx.store.people.follow(Follow(flight_id, flight_id, role, tx.now()))
        return flight_id, phone

    def tell(self, flight_id: str, *kinds: NewsKind) -> list[tuple[str, str | None]]:
        """These pieces of news go to the flight's follower; what became of them, in order."""
        document = flight(
            scheduled_at=AT,
            estimated_at=AT + timedelta(minutes=605),
            gate="A12",
            belt="7",
            diverted_to=airport("WUH"),
        )
        now = datetime.now(UTC)
        for kind in kinds:
            with self.uow.write() as tx:
                said = news_words(kind, document)
                news = NewNews(flight_id, kind.value, said, 1, now, now, None, now + timedelta(hours=1))
                tx.store.news.add(news, *tx.store.people.last_follow(flight_id))
        self.run()
        return self.states(flight_id)

    def run(self) -> None:
        for _ in range(100):
            if self.courier.round(50) == 0:
                return

    def states(self, flight_id: str) -> list[tuple[str, str | None]]:
        with self.uow.read() as tx:
            rows = tx.store.messages.find(Wanted(flight_id=flight_id, limit=100))
        return [(row.state, row.reason) for row in reversed(rows)]


@pytest.fixture(scope="module")
def wechat() -> Iterator[Sandbox]:
    with (
        temporary_folder("airport-wechat-") as var,
        AccountServer() as server,
        Sandbox(var, server.url) as sandbox,
    ):
        server.account = sandbox.account
        yield sandbox


@pytest.fixture
def post(wechat: Sandbox, tmp_path: Path) -> Iterator[Post]:
    url = f"sqlite:///{tmp_path}/notify.sqlite3"
    migrate.upgrade("notify", url)
    database = Database(url)
    uow = UnitOfWork(database, NotifyStore)
    client = WeChat(load(WeChatSettings, wechat.environ))
    tokens = Tokens(uow, client, FieldCipher({"k1": bytes(32)}))
    with ThreadPoolExecutor(8) as pool:

        def each(send: Any, messages: Iterable[Any]) -> Iterable[Any]:
            return pool.map(send, messages)

        yield Post(uow, client, tokens, Courier(uow, client, tokens, NOWHERE, each), pool)
    client.close()
    database.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_news_fits_the_accounts_templates_and_arrives_in_order(
    wechat: Sandbox, post: Post, language: str
) -> None:
    for role in Role:
        flight_id, phone = post.person(wechat, language, role.value)
        # One kind after another, so that none overtakes another.
        for kind in NewsKind:
            assert post.tell(flight_id, kind)[-1] == ("sent", None), kind
        titles = [one["body"]["title"] for one in phone.messages("template")]
        assert len(titles) == len(NewsKind)
        first = phone.messages("template")[0]["body"]
        assert "CZ3101" in str(first)
        assert ("延误10小时5分钟" if language == "zh" else "Delayed 10 h 5 min") in str(first)


def test_an_expired_token_is_renewed_and_the_message_arrives(wechat: Sandbox, post: Post) -> None:
    flight_id, phone = post.person(wechat)
    post.tell(flight_id, NewsKind.DELAYED)
    wechat.do("tokens/expire")
    assert post.tell(flight_id, NewsKind.GATE)[-1] == ("sent", None)
    assert len(phone.messages("template")) == 2


def test_who_stopped_following_is_not_written_to_again(wechat: Sandbox, post: Post) -> None:
    flight_id, phone = post.person(wechat)
    phone.unsubscribe()
    assert post.tell(flight_id, NewsKind.DELAYED) == [("refused", "not_following")]
    assert post.tell(flight_id, NewsKind.GATE)[-1] == ("refused", "not_following")
    calls = [one for one in wechat.log("api") if "template/send" in str(one) and phone.openid in str(one)]
    assert len(calls) == 1


def test_the_days_quota_pauses_the_account(wechat: Sandbox, post: Post) -> None:
    flight_id, phone = post.person(wechat)
    wechat.fail("/cgi-bin/message/template/send", errcode=45009)
    assert post.tell(flight_id, NewsKind.DELAYED) == [("queued", "wechat_45009")]
    with post.uow.write() as tx:
        state = tx.store.account.state(post.wechat.settings.appid)
        assert state.paused_until > datetime.now(UTC)
        tx.store.account.save_state(post.wechat.settings.appid, replace(state, paused_until=None))
    post.run()
    assert post.states(flight_id) == [("sent", None)]
    assert len(phone.messages("template")) == 1


def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_arrives_twice(
    wechat: Sandbox, post: Post
) -> None:
    flight_id, phone = post.person(wechat)
    wechat.fail("/cgi-bin/message/template/send", lost=True)
    assert post.tell(flight_id, NewsKind.DELAYED) == [("deferred", "no_answer")]
    assert len(phone.messages("template")) == 1, "control: WeChat has it"
    with post.uow.write() as tx:
        tx.store.messages.wake(datetime.now(UTC) + timedelta(minutes=1), 10)
    post.run()
    assert post.states(flight_id) == [("sent", None)]
    assert len(phone.messages("template")) == 1


def test_the_menu_is_compared_and_published(wechat: Sandbox, post: Post) -> None:
    def publish(menu: dict[str, Any], dry_run: bool = False) -> Any:
        return usecases.publish_menu(post.wechat, post.tokens, menu, dry_run=dry_run)

    first = publish(MENU, dry_run=True)
    assert [one["change"] for one in first["diff"]] == ["added"]
    assert publish(MENU)["published"]
    assert publish(MENU) == {"diff": [], "published": False}
    below = {"name": "机场", "sub_button": [{"name": "大巴", "type": "view", "url": "https://a.example/bus"}]}
    changed = {"button": [*MENU["button"], below]}
    assert [one["path"] for one in publish(changed)["diff"]] == ["2 机场", "2 机场 > 1 大巴"]
    assert publish(changed) == {"diff": [], "published": False}


def test_a_page_of_ours_is_signed_with_wechats_ticket(wechat: Sandbox, post: Post) -> None:
    url = f"{NOWHERE}/flights"
    signed = usecases.sign_js_page(post.wechat, post.tokens, NOWHERE, url)
    ticket = wechat.api("/cgi-bin/ticket/getticket", type="jsapi")["ticket"]
    assert signed["signature"] == sign_page(ticket, signed["nonceStr"], signed["timestamp"], url)
