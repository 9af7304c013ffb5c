"""WeChat's API over HTTP: tokens, messages, users, cards; each refusal with its code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploy.processes import wait_until
from tests.sandbox.account_server import AccountServer
from tests.support.sandbox import Person, Sandbox

SEND = "/cgi-bin/message/template/send"
CUSTOM = "/cgi-bin/message/custom/send"
DATA = {
    "character_string1": {"value": "CZ3101"},
    "thing2": {"value": "长沙–广州"},
    "time3": {"value": "14:30"},
    "time4": {"value": "15:05"},
    "thing5": {"value": "晚 35 分钟"},
}


def message(wechat: Sandbox, openid: str, **changes: Any) -> dict[str, Any]:
    delayed = wechat.account.templates["flight_delayed"]
    return {"touser": openid, "template_id": delayed, "url": "http://x/", "data": DATA} | changes


def stable(wechat: Sandbox, **changes: Any) -> dict[str, Any]:
    account = wechat.account
    asked = {"grant_type": "client_credential", "appid": account.appid, "secret": account.secret} | changes
    found: dict[str, Any] = wechat.http.post("/cgi-bin/stable_token", json=asked).json()
    return found


def check(wechat: Sandbox, token: str) -> int:
    return int(wechat.api("/cgi-bin/user/get", access_token=token).get("errcode", 0))


def test_the_stable_token_is_the_same_until_its_last_five_minutes(wechat: Sandbox) -> None:
    stable(wechat, force_refresh=True)
    first = stable(wechat)
    wechat.clock(7200 - 310)
    again = stable(wechat)
    assert again["access_token"] == first["access_token"]
    assert 300 < again["expires_in"] <= 311
    wechat.clock(15)
    second = stable(wechat)
    assert second["access_token"] != first["access_token"]
    assert check(wechat, first["access_token"]) == 0, "the old one lives on for its last minutes"
    wechat.clock(310)
    assert check(wechat, first["access_token"]) == 42001
    assert check(wechat, second["access_token"]) == 0


def test_a_forced_refresh_ends_the_old_token_at_once_and_not_twice_within_half_a_minute(
    wechat: Sandbox,
) -> None:
    wechat.clock(60)
    old = stable(wechat)["access_token"]
    wechat.clock(60)
    new = stable(wechat, force_refresh=True)["access_token"]
    assert new != old
    assert check(wechat, old) == 40001
    assert stable(wechat, force_refresh=True)["access_token"] == new


def test_twenty_forced_refreshes_a_day_are_enough(wechat: Sandbox) -> None:
    wechat.clock(86_400 * 3)
    codes = []
    for _ in range(22):
        wechat.clock(31)
        codes.append(stable(wechat, force_refresh=True).get("errcode", 0))
    assert codes == [0] * 20 + [45009] * 2
    wechat.clock(86_400)
    assert "access_token" in stable(wechat, force_refresh=True)


def test_plain_and_stable_tokens_don_t_know_each_other(wechat: Sandbox) -> None:
    account = wechat.account
    query = {"grant_type": "client_credential", "appid": account.appid, "secret": account.secret}
    kept = stable(wechat)["access_token"]
    first, second = (wechat.http.get("/cgi-bin/token", params=query).json()["access_token"] for _ in range(2))
    assert first != second
    assert stable(wechat)["access_token"] == kept
    assert check(wechat, first) == 0
    wechat.clock(301)
    assert check(wechat, first) == 42001
    assert check(wechat, second) == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appid": "wx0"}, 40013),
        ({"secret": "no"}, 40125),
        ({"grant_type": "x"}, 40002),
        ({"appid": ""}, 41002),
    ],
)
def test_a_token_is_for_the_account_alone(wechat: Sandbox, changes: dict[str, Any], code: int) -> None:
    assert stable(wechat, **changes)["errcode"] == code


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("nonsense", 40014), (f"88_{'a' * 120}", 40001)])
def test_every_bad_token_has_its_code(wechat: Sandbox, token: str, code: int) -> None:
    answer = wechat.api("/cgi-bin/user/get", access_token=token)
    assert answer["errcode"] == code
    assert " rid: " in answer["errmsg"]


def test_a_call_with_the_wrong_method_is_refused(wechat: Sandbox) -> None:
    assert wechat.api("/cgi-bin/user/get", {})["errcode"] == 43001
    assert wechat.api(SEND)["errcode"] == 43002


def test_a_template_message_arrives_and_is_reported_done(
    wechat: Sandbox, server: AccountServer, person: Person
) -> None:
    sent = wechat.api(SEND, message(wechat, person.openid))
    assert sent["errcode"] == 0
    shown = person.wait_message("template")
    assert shown["msgid"] == sent["msgid"]
    assert shown["body"]["lines"][3] == {"label": "预计时间", "value": "15:05"}

    def done() -> list[dict[str, Any]]:
        return [p.fields for p in server.pushes if p.fields.get("Event") == "TEMPLATESENDJOBFINISH"]

    assert wait_until(lambda: bool(done()), 30.0)
    assert (done()[0]["MsgID"], done()[0]["Status"]) == (str(sent["msgid"]), "success")


def test_the_same_client_msg_id_is_sent_once_within_ten_minutes(wechat: Sandbox, person: Person) -> None:
    asked = message(wechat, person.openid, client_msg_id="once")
    ids = {wechat.api(SEND, asked)["msgid"] for _ in range(3)}
    assert len(ids) == 1
    assert len(person.messages("template")) == 1
    wechat.clock(601)
    wechat.api(SEND, asked)
    assert len(person.messages("template")) == 2


def test_who_blocks_silently_gets_nothing_and_the_event_says_so(
    wechat: Sandbox, server: AccountServer, person: Person
) -> None:
    person.change(blocks=True)
    assert wechat.api(SEND, message(wechat, person.openid))["errcode"] == 0
    assert wait_until(lambda: any(p.fields.get("Status") == "failed:user block" for p in server.pushes), 30.0)
    assert person.messages("template") == []


def test_refusals_of_a_message_have_their_codes(wechat: Sandbox, person: Person) -> None:
    stranger = wechat.person("陌生人")
    assert wechat.api(SEND, message(wechat, "oNobody"))["errcode"] == 40003
    assert wechat.api(SEND, message(wechat, stranger.openid))["errcode"] == 43004
    assert wechat.api(SEND, message(wechat, person.openid, template_id="T0"))["errcode"] == 40037
    long = DATA | {"thing5": {"value": "字" * 21}}
    assert wechat.api(SEND, message(wechat, person.openid, data=long))["errcode"] == 47003
    person.refuse(wechat.account.templates["flight_delayed"])
    assert wechat.api(SEND, message(wechat, person.openid))["errcode"] == 43101
    person.refuse(wechat.account.templates["flight_delayed"], refused=False)
    person.change(refuses=True)
    assert wechat.api(SEND, message(wechat, person.openid))["errcode"] == 43101
    assert person.messages("template") == []


def test_a_used_up_quota_comes_back_at_midnight_in_beijing(wechat: Sandbox, person: Person) -> None:
    wechat.do("limits", template=0)
    assert wechat.api(SEND, message(wechat, person.openid))["errcode"] == 45009
    wechat.do("limits", template=1)
    wechat.clock(86_400 * 40)
    answers = [wechat.api(SEND, message(wechat, person.openid))["errcode"] for _ in range(2)]
    assert answers == [0, 45009]
    wechat.clock(86_400)
    assert wechat.api(SEND, message(wechat, person.openid))["errcode"] == 0


def test_a_subscription_message_takes_templates_of_its_own(wechat: Sandbox, person: Person) -> None:
    made = wechat.do("templates", key="s", title="提醒", content="事项：{{thing1.DATA}}", kind="subscribe")
    path = "/cgi-bin/message/subscribe/bizsend"
    good = {"touser": person.openid, "template_id": made["id"], "data": {"thing1": {"value": "二十个字以内"}}}
    assert wechat.api(path, good)["errcode"] == 0
    assert wechat.api(path, good | {"data": {"thing1": {"value": "字" * 21}}})["errcode"] == 47003
    assert wechat.api(path, message(wechat, person.openid))["errcode"] == 40037
    assert wechat.api(SEND, good)["errcode"] == 40037


def say(wechat: Sandbox, openid: str, content: str = "您好") -> int:
    asked = {"touser": openid, "msgtype": "text", "text": {"content": content}}
    text = json.dumps(asked, ensure_ascii=False).encode()
    answer = wechat.http.post(CUSTOM, params={"access_token": wechat.access_token()}, content=text)
    return int(answer.json()["errcode"])


def test_customer_service_may_write_back_five_times_within_two_days(wechat: Sandbox, person: Person) -> None:
    wechat.clock(61)  # what subscribing allowed is over
    assert say(wechat, person.openid) == 45015
    person.text("你好")
    assert [say(wechat, person.openid) for _ in range(6)] == [0] * 5 + [45047]
    person.text("还在吗")
    wechat.clock(48 * 3600 - 60)
    assert say(wechat, person.openid) == 0
    wechat.clock(120)
    assert say(wechat, person.openid) == 45015


def test_subscribing_allows_three_messages_within_a_minute(wechat: Sandbox, person: Person) -> None:
    assert [say(wechat, person.openid) for _ in range(4)] == [0, 0, 0, 45047]


def test_customer_service_can_t_write_what_phones_would_show_as_escapes(
    wechat: Sandbox, person: Person
) -> None:
    asked = {"touser": person.openid, "msgtype": "text", "text": {"content": "您好"}}
    answer = wechat.http.post(
        CUSTOM, params={"access_token": wechat.access_token()}, content=json.dumps(asked)
    )
    assert answer.json()["errcode"] == 40033


def test_users_are_told_as_far_as_they_follow(wechat: Sandbox, person: Person) -> None:
    info = wechat.api("/cgi-bin/user/info", openid=person.openid)
    assert (info["subscribe"], info["language"], info["unionid"]) == (1, "zh_CN", person.state["unionid"])
    person.unsubscribe()
    assert wechat.api("/cgi-bin/user/info", openid=person.openid)["subscribe"] == 0
    listed = wechat.api("/cgi-bin/user/get")
    assert person.openid not in listed.get("data", {"openid": []})["openid"]


def test_ordered_faults_strike_as_often_as_ordered(wechat: Sandbox, person: Person) -> None:
    wechat.fail(SEND, errcode=-1, times=2)
    wechat.fail(SEND, lost=True)
    codes = [wechat.api(SEND, message(wechat, person.openid))["errcode"] for _ in range(2)]
    token = wechat.access_token()
    lost = wechat.http.post(SEND, params={"access_token": token}, json=message(wechat, person.openid))
    assert (codes, lost.status_code) == ([-1, -1], 502)
    assert len(person.messages("template")) == 1, "a lost answer is one to work that was done"
