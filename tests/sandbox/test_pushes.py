"""What the platform pushes, how often, and what it makes of the answers."""

from __future__ import annotations

import time
from typing import Any

import pytest

from deploy.sandbox import crypto as ours
from deploy.sandbox import envelopes
from deploy.sandbox.account import Account
from gateway.wechat import crypto as theirs
from tests.sandbox.account_server import AccountServer, Push
from tests.sandbox.conftest import ANSWER_S
from tests.support.sandbox import Person, Sandbox

OUT_OF_SERVICE = {"what": "out of service"}


def opened_by_the_gateway(account: Account, push: Push) -> dict[str, Any]:
    """A push as the gateway's own code reads it: it shares none with the platform."""
    sealed = envelopes.read(push.body)["Encrypt"]
    query = push.query
    assert theirs.signed(query["signature"], account.token, query["timestamp"], query["nonce"])
    assert theirs.signed(query["msg_signature"], account.token, query["timestamp"], query["nonce"], sealed)
    return envelopes.read(theirs.Envelope(account.aes_key, account.appid).open(sealed))


def test_both_sides_encryption_understand_each_other(wechat: Sandbox) -> None:
    account = wechat.account
    gateway = theirs.Envelope(account.aes_key, account.appid)
    platform = ours.Cipher256(account.aes_key, account.appid)
    for message in (b"", "登机口 A12".encode(), b"x" * 5000):
        assert platform.decrypt(gateway.seal(message)) == message
        assert gateway.open(platform.encrypt(message)) == message


def test_a_message_is_pushed_encrypted_and_nothing_of_it_is_readable(
    wechat: Sandbox, server: AccountServer, person: Person
) -> None:
    person.text("CZ3101 明天")
    push = server.pushes[-1]
    assert "CZ3101" not in push.body
    assert push.query["openid"] == person.openid
    fields = opened_by_the_gateway(wechat.account, push)
    assert (fields["MsgType"], fields["Content"]) == ("text", "CZ3101 明天")
    assert fields["MsgId"].isdigit()


def test_compatible_mode_has_the_message_twice_and_plain_mode_once(
    wechat: Sandbox, server: AccountServer, person: Person
) -> None:
    wechat.do("mode", mode="compatible")
    person.text("compatible")
    both = envelopes.read(server.pushes[-1].body)
    assert both["Content"] == "compatible"
    assert opened_by_the_gateway(wechat.account, server.pushes[-1])["Content"] == "compatible"
    wechat.do("mode", mode="plain")
    person.text("plain")
    plain = server.pushes[-1]
    assert "encrypt_type" not in plain.query
    assert "Encrypt" not in envelopes.read(plain.body)


def test_each_thing_a_person_does_has_its_push(wechat: Sandbox, server: AccountServer) -> None:
    made = wechat.api("/cgi-bin/qrcode/create", {
        "action_name": "QR_STR_SCENE", "expire_seconds": 600, "action_info": {"scene": {"scene_str": "gate-A12"}},
    })  # fmt: skip
    menu = {
        "button": [
            {"name": "bus", "type": "click", "key": "BUS"},
            {"name": "web", "type": "view", "url": "http://x/"},
        ]
    }
    assert wechat.api("/cgi-bin/menu/create", menu)["errcode"] == 0
    person = wechat.person("Ann", language="en")
    person.subscribe(scene="gate-A12")
    person.scan(made["url"])
    person.click("BUS")
    assert person.click("web") == {"open": "http://x/"}
    person.location(28.19, 113.22, "T2")
    person.unsubscribe()
    deadline = time.monotonic() + 30
    while len(server.pushes) < 6 and time.monotonic() < deadline:
        time.sleep(0.02)
    seen = {
        (p.fields["MsgType"], p.fields.get("Event"), p.fields.get("EventKey")): p.fields
        for p in server.pushes
    }
    assert set(seen) == {
        ("event", "subscribe", "qrscene_gate-A12"),
        ("event", "SCAN", "gate-A12"),
        ("event", "CLICK", "BUS"),
        ("event", "VIEW", "http://x/"),
        ("location", None, None),
        ("event", "unsubscribe", ""),
    }
    assert seen["event", "subscribe", "qrscene_gate-A12"]["Ticket"] == made["ticket"]
    assert seen["location", None, None]["Location_X"] == "28.19"


def test_a_late_answer_is_cut_off_and_the_push_comes_again_with_the_same_id(
    server: AccountServer, person: Person
) -> None:
    def late_once(push: Push) -> str:
        if len(server.pushes) == first + 1:
            time.sleep(ANSWER_S * 1.5)
        return server.text(push, "second try")

    first = len(server.pushes)
    server.answer = late_once
    delivery = person.text("hello")
    assert [one["outcome"] for one in delivery["tries"]] == ["too late", "answered"]
    assert delivery["reply"]["body"] == {"text": "second try"}
    pushed = server.pushes[first:]
    assert len({push.fields["MsgId"] for push in pushed}) == 1
    assert len({push.query["nonce"] for push in pushed}) == 2, "each try is signed anew"
    assert [one["body"]["text"] for one in person.messages("text")] == ["second try"]


def test_after_three_tries_the_phone_says_that_the_account_is_out_of_service(
    wechat: Sandbox, server: AccountServer, person: Person
) -> None:
    def broken(_: Push) -> str:
        raise RuntimeError

    server.answer = broken
    began = time.monotonic()
    delivery = person.text("hello")
    assert [one["status"] for one in delivery["tries"]] == [500, 500, 500]
    assert time.monotonic() - began > 2 * ANSWER_S, "one try in each time slot"
    assert person.messages()[-1]["body"] == OUT_OF_SERVICE
    assert "Pushed 3 times" in wechat.log("push")[-1]["en"]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda s, p: "hello", "not well-formed"),
        (lambda s, p: "<xml>", "not well-formed"),
        (lambda s, p: '<!DOCTYPE x [<!ENTITY a "b">]><xml/>', "DOCTYPE"),
        (lambda s, p: envelopes.write({"ToUserName": "x", "MsgType": "text"}), "this one is plain"),
        (lambda s, p: s.seal("<xml/>", MsgSignature="0" * 40), "MsgSignature is wrong"),
        (lambda s, p: s.seal("<xml/>", Nonce=""), "lacks Nonce"),
        (lambda s, p: s.text(p, "hi", ToUserName="oOther"), "isn't this user"),
        (lambda s, p: s.text(p, "hi", FromUserName="gh_0"), "isn't this account"),
        (lambda s, p: s.text(p, "hi", CreateTime="now"), "no whole number"),
        (lambda s, p: s.text(p, "字" * 683), "2049 bytes"),
        (lambda s, p: s.text(p, ""), "0 bytes"),
        (lambda s, p: s.text(p, "hi", MsgType="poem"), "no type of reply"),
        (lambda s, p: s.text(p, "", MsgType="news", ArticleCount=1), "there are 0"),
    ],
)
def test_a_reply_that_wechat_would_not_show_is_explained(
    wechat: Sandbox, server: AccountServer, person: Person, spoil: Any, why: str
) -> None:
    server.answer = lambda push: spoil(server, push)
    delivery = person.text("hello")
    assert delivery["answered"]
    assert why in delivery["fault"]["en"]
    assert len(delivery["tries"]) == 1, "a bad answer is an answer: it is not asked for again"
    assert person.messages()[-1]["body"] == OUT_OF_SERVICE
    assert wechat.log("push", "bad")[-1]["en"] == delivery["fault"]["en"]


def test_a_card_with_an_article_is_shown(server: AccountServer, person: Person) -> None:
    item = {"Title": "CZ3101", "Description": "15:05", "PicUrl": "", "Url": "http://x/f"}
    server.answer = lambda push: server.text(
        push, "", MsgType="news", ArticleCount=1, Articles={"item": item}
    )
    person.text("CZ3101")
    shown = person.messages("news")[-1]["body"]["articles"]
    assert shown == [{"title": "CZ3101", "description": "15:05", "picurl": "", "url": "http://x/f"}]


def test_a_repeated_push_is_the_same_message(server: AccountServer, person: Person) -> None:
    person.text("once")
    person.repeat()
    first, second = server.pushes[-2:]
    assert first.fields == second.fields
    assert first.query["nonce"] != second.query["nonce"]


def test_the_address_is_checked_as_wechat_checks_it(wechat: Sandbox, server: AccountServer) -> None:
    assert wechat.do("check")["good"]


def test_who_doesn_t_follow_can_t_write(wechat: Sandbox) -> None:
    stranger = wechat.person()
    answer = wechat.http.post(f"/sandbox/users/{stranger.openid}/text", json={"content": "hi"})
    assert answer.json()["wrong"]["errcode"] == 43004


def test_another_site_s_page_can_t_reach_into_the_sandbox(wechat: Sandbox) -> None:
    for origin, status in (("http://evil.example", 403), (wechat.url, 200)):
        answer = wechat.http.post("/sandbox/clock", json={}, headers={"Origin": origin})
        assert answer.status_code == status
