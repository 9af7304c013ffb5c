"""Tokens, customer-service messages, signatures, the menu, receipts, travellers who merge or leave."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.errors import RequestReused
from services.notify import usecases
from services.notify.domain import sign_page
from services.notify.errors import (
    BadCursor,
    BadMessage,
    FlightNotFound,
    ForeignPage,
    NotReachable,
    QuotaSpent,
    WeChatAway,
    WeChatNotConnected,
    WeChatRefuses,
    WindowClosed,
)
from services.notify.events import ERASURE_DONE
from services.notify.settings import WeChatSettings
from services.notify.usecases import Tokens
from tests.fakes.partners import FakeCipher
from tests.unit.notify.suite import LATE, LATER, LOST, NEVER_LEFT, SETTINGS, Notify, TableWeChat

CUSTOM = "/cgi-bin/message/custom/send"
MENU: dict[str, Any] = {"button": [{"name": "航班", "type": "click", "key": "flights"}]}


@pytest.fixture
def notify() -> Notify:
    made = Notify()
    made.traveller("anna")
    return made


# --- tokens -------------------------------------------------------------------------------------------


def test_one_token_serves_all_processes_until_its_last_five_minutes(notify: Notify) -> None:
    others = [Tokens(notify.uow, notify.wechat, FakeCipher()) for _ in range(3)]
    assert {each.access() for each in [notify.tokens, *others]} == {"token-1"}
    assert notify.wechat.forced == [False]
    sealed, expires_at = notify.store.tokens["access_token"]
    assert sealed != "token-1", "it isn't kept as plain text"
    notify.store.tokens["access_token"] = (sealed, datetime.now(UTC) + timedelta(minutes=4))
    notify.tokens.access()
    assert notify.wechat.forced == [False, False]
    assert expires_at > datetime.now(UTC) + timedelta(hours=1)


def test_many_who_see_one_bad_token_force_one_new_one(notify: Notify) -> None:
    bad = notify.tokens.access()
    others = [Tokens(notify.uow, notify.wechat, FakeCipher()) for _ in range(6)]
    found: list[str] = []
    start = threading.Barrier(len(others))

    def renew(tokens: Tokens) -> None:
        start.wait()
        found.append(tokens.instead_of(bad))

    threads = [threading.Thread(target=renew, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["token-2"] * len(others)
    assert notify.wechat.forced.count(True) == 1


def test_a_token_that_wechat_has_renewed_itself_is_not_forced(notify: Notify) -> None:
    bad = notify.tokens.access()
    notify.wechat.current = 7
    assert notify.tokens.instead_of(bad) == "token-7"
    assert True not in notify.wechat.forced


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (40164, WeChatRefuses),
        (40125, WeChatRefuses),
        (45009, QuotaSpent),
        (-1, WeChatAway),
        (LOST, WeChatAway),
    ],
)
def test_without_a_token_the_caller_hears_why(
    notify: Notify, answer: int | Exception, error: type[Exception]
) -> None:
    notify.wechat.will("token", answer)
    with pytest.raises(error):
        notify.tokens.access()
    assert notify.tokens.access() == "token-1", "the lease was given back"


def test_without_an_account_nothing_is_asked(notify: Notify) -> None:
    wechat = TableWeChat(WeChatSettings())
    tokens = Tokens(notify.uow, wechat, FakeCipher())
    with pytest.raises(WeChatNotConnected):
        tokens.access()
    with pytest.raises(WeChatNotConnected):
        usecases.sign_js_page(wechat, tokens, "https://a.example", "https://a.example/")
    with pytest.raises(WeChatNotConnected):
        usecases.publish_menu(wechat, tokens, MENU, dry_run=True)
    with pytest.raises(WeChatNotConnected):
        usecases.send_customer_message(notify.uow, wechat, tokens, customer())
    assert wechat.asked == []


# --- customer-service messages ------------------------------------------------------------------------


def customer(request_id: str = "r-1", **changes: Any) -> dict[str, Any]:
    return {"request_id": request_id, "openid": "o-anna", "text": "您好", "news": None} | changes


def send(notify: Notify, request: dict[str, Any]) -> dict[str, Any]:
    return usecases.send_customer_message(notify.uow, notify.wechat, notify.tokens, request)


def test_a_reply_is_sent_once_for_a_request(notify: Notify) -> None:
    assert send(notify, customer()) == {"state": "sent"}
    assert send(notify, customer()) == {"state": "sent"}
    assert [payload for path, _, payload in notify.wechat.asked if path == CUSTOM] == [
        {"touser": "o-anna", "msgtype": "text", "text": {"content": "您好"}}
    ]
    with pytest.raises(RequestReused):
        send(notify, customer(text="another"))


def test_a_reply_may_be_an_article(notify: Notify) -> None:
    article = {"title": "CZ3101", "description": "", "url": "https://a.example/f", "picurl": ""}
    send(notify, customer(text=None, news=article))
    assert notify.wechat.asked[-1][2]["news"] == {"articles": [article]}


def test_a_reply_whose_answer_is_lost_is_never_sent_again(notify: Notify) -> None:
    notify.wechat.will(CUSTOM, LOST)
    assert send(notify, customer()) == {"state": "unknown"}
    assert send(notify, customer()) == {"state": "unknown"}
    assert len(notify.wechat.asked) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (45015, WindowClosed),
        (45047, WindowClosed),
        (40003, NotReachable),
        (43004, NotReachable),
        (45009, QuotaSpent),
        (40164, WeChatRefuses),
        (40008, BadMessage),
        (-1, WeChatAway),
        (NEVER_LEFT, WeChatAway),
    ],
)
def test_a_reply_that_wechat_refuses_is_an_error_each_time_it_is_asked_for(
    notify: Notify, answer: int | Exception, error: type[Exception]
) -> None:
    notify.wechat.will(CUSTOM, answer)
    for _ in range(2):
        with pytest.raises(error):
            send(notify, customer())
    assert len(notify.wechat.asked) == 1


def test_a_reply_renews_a_refused_token_once(notify: Notify) -> None:
    notify.wechat.will(CUSTOM, 40001)
    assert send(notify, customer()) == {"state": "sent"}
    assert [token for _, token, _ in notify.wechat.asked] == ["token-1", "token-2"]


# --- pages and menu -----------------------------------------------------------------------------------


def test_our_pages_are_signed_with_the_shared_ticket(notify: Notify) -> None:
    url = "https://csx.example/me?x=1#top"
    for _ in range(2):
        signed = usecases.sign_js_page(notify.wechat, notify.tokens, "https://csx.example", url)
        expected = sign_page("ticket", signed["nonceStr"], signed["timestamp"], url)
        assert (signed["appId"], signed["signature"]) == ("wx", expected)
    assert len(notify.wechat.asked) == 1, "the ticket is fetched once"
    with pytest.raises(ForeignPage):
        usecases.sign_js_page(notify.wechat, notify.tokens, "https://csx.example", "https://evil.example/")


def test_a_ticket_asked_for_with_a_bad_token_renews_it(notify: Notify) -> None:
    notify.wechat.will("/cgi-bin/ticket/getticket", 40001)
    assert notify.tokens.ticket() == "ticket"
    assert notify.wechat.forced == [False, False, True]


def test_a_menu_is_shown_first_and_published_only_when_it_differs(notify: Notify) -> None:
    def publish(dry_run: bool) -> dict[str, Any]:
        return usecases.publish_menu(notify.wechat, notify.tokens, MENU, dry_run=dry_run)

    shown = publish(dry_run=True)
    assert not shown["published"]
    assert [change["path"] for change in shown["diff"]] == ["1 航班"]
    assert publish(dry_run=False)["published"]
    assert notify.wechat.asked[-1][2] == MENU
    notify.wechat.menu = {"menu": MENU}
    assert publish(dry_run=False) == {"diff": [], "published": False}


# --- receipts, search, status -------------------------------------------------------------------------


def told(notify: Notify) -> Any:
    notify.follow("anna")
    notify.happens(**LATE)
    notify.run()
    return notify.message("anna")


def test_a_receipt_completes_the_record_and_a_block_stops_the_rest(notify: Notify) -> None:
    one = told(notify)
    now = datetime.now(UTC)
    assert usecases.note_receipt(notify.uow, one.wechat_msgid, "success", now) == {"known": True}
    assert (one.state, one.received_at) == ("received", now)
    assert usecases.note_receipt(notify.uow, "another", "success", now) == {"known": False}
    notify.happens(**LATER)
    notify.run()
    second = notify.message("anna")
    usecases.note_receipt(notify.uow, second.wechat_msgid, "failed:user block", now)
    assert (second.state, second.reason) == ("failed", "failed:user block")
    assert not notify.store.recipients["anna"].reachable


def test_support_sees_who_was_told_what_in_pages(notify: Notify) -> None:
    told(notify)
    notify.happens(**LATER)
    notify.run()
    request = {"passenger_id": "anna", "limit": 1, "cursor": ""}
    first = usecases.list_messages(notify.uow, request)
    assert first["messages"][0]["lines"][-1] == {"label": "说明", "value": "延误1小时30分钟"}
    second = usecases.list_messages(notify.uow, request | {"cursor": first["cursor"]})
    assert second["messages"][0]["lines"][-1]["value"] == "延误45分钟"
    assert second["cursor"] is None
    with pytest.raises(BadCursor):
        usecases.list_messages(notify.uow, request | {"cursor": "x"})


def test_the_status_says_what_waits_and_how_long(notify: Notify) -> None:
    notify.traveller("ben")
    notify.follow("anna")
    notify.follow("ben")
    notify.happens(**LATE)
    found = usecases.status(notify.uow, notify.view, SETTINGS, datetime.now(UTC))
    assert (found["waiting"], found["seconds_left"], found["today"]) == (2, 1, {})
    assert [(one["followers"], one["reached"]) for one in found["news"]] == [(2, 0)]
    notify.run()
    found = usecases.status(notify.uow, notify.view, SETTINGS, datetime.now(UTC))
    assert (found["waiting"], found["today"], found["news"]) == (0, {"sent": 2}, [])
    nothing = usecases.status(notify.uow, notify.view, WeChatSettings(), datetime.now(UTC))
    assert (nothing["connected"], nothing["alert"], found["alert"]) == (False, None, None)
    lacking = replace(SETTINGS, templates=SETTINGS.templates[1:])
    found = usecases.status(notify.uow, notify.view, lacking, datetime.now(UTC))
    assert found["alert"] == "WECHAT_TEMPLATES lacks flight_delayed"


# --- travellers who merge or leave --------------------------------------------------------------------


def test_two_travellers_become_one_with_all_they_followed(notify: Notify) -> None:
    told(notify)
    notify.traveller("new")
    usecases.note_merge(notify.uow, "e-1", "anna", "new")
    usecases.note_merge(notify.uow, "e-1", "anna", "new")
    assert [one["flight_id"] for one in usecases.list_follows(notify.uow, "new")["follows"]] == [
        notify.flight()["id"]
    ]
    assert usecases.is_following(notify.uow, "anna", notify.flight()["id"])["following"], (
        "under the old id too"
    )
    assert len(usecases.export_passenger(notify.uow, "new")["messages"]) == 1
    notify.happens(**LATER)
    notify.run()
    assert notify.told()[-1] == ("o-new", "flight_delayed")


def test_merges_that_are_heard_in_the_other_order_lose_no_follow(notify: Notify) -> None:
    told(notify)
    notify.traveller("new")
    usecases.note_merge(notify.uow, "e-2", "old", "new")
    usecases.note_merge(notify.uow, "e-1", "anna", "old")
    (follow,) = usecases.list_follows(notify.uow, "new")["follows"]
    assert follow["flight_id"] == notify.flight()["id"]
    assert len(usecases.export_passenger(notify.uow, "new")["messages"]) == 1
    assert notify.store.gone == {"anna": "new", "old": "new"}


def test_who_is_erased_leaves_nothing_and_does_not_come_back_by_a_late_event(notify: Notify) -> None:
    told(notify)
    data = {"erasure_id": "x-1", "passenger_id": "anna", "earlier_ids": ["old"]}
    usecases.erase(notify.uow, "e-2", data)
    usecases.erase(notify.uow, "e-2", data)
    done = [event for event in notify.uow.events if event.name == ERASURE_DONE]
    assert [event.data for event in done] == [
        {
            "erasure_id": "x-1",
            "service": "notify",
            "counts": {"follows": 1, "messages": 1, "recipients": 1},
        }
    ]
    late = {"passenger_id": "anna", "openid": "o-anna", "language": "zh", "subscribed": True, "version": 9}
    usecases.note_passenger(notify.uow, late)
    usecases.note_merge(notify.uow, "e-3", "old", "anna")
    nothing = {"recipient": None, "follows": [], "messages": [], "cards": []}
    assert usecases.export_passenger(notify.uow, "anna") == nothing
    assert notify.store.gone == {"anna": None, "old": None}


def test_who_is_erased_follows_nothing_any_more(notify: Notify) -> None:
    told(notify)
    usecases.note_merge(notify.uow, "e-1", "old", "anna")
    usecases.erase(notify.uow, "e-2", {"erasure_id": "x-1", "passenger_id": "anna", "earlier_ids": []})
    for name in ("anna", "old"):
        with pytest.raises(FlightNotFound):
            notify.follow(name)
        assert usecases.list_follows(notify.uow, name)["follows"] == []
    assert notify.follow("ben")["follow"]["role"] == "passenger", "others do"
