"""The platform's rules, without a socket: templates, the menu, sign-in, the JS-SDK, QR codes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploy.sandbox import crypto
from deploy.sandbox.account import Account
from deploy.sandbox.database import Database
from deploy.sandbox.jssdk import JsSdk
from deploy.sandbox.menu import Menu
from deploy.sandbox.oauth import OAuth, Refused
from deploy.sandbox.qrcodes import QrCodes
from deploy.sandbox.templates import Templates
from deploy.sandbox.timing import Clock
from deploy.sandbox.tokens import Tickets
from deploy.sandbox.words import Wrong

ACCOUNT = Account("wx1", "s", "t", "k" * 43, "gh_1", "机场", "Airport", domains=["fly.example"])
PAGE = "https://fly.example/flights?day=2026-01-01"


def errcode(work: Any, *arguments: Any) -> int:
    """The code with which `work` is refused."""
    with pytest.raises(Wrong) as caught:
        work(*arguments)
    assert caught.value.why.zh
    assert caught.value.why.en
    return caught.value.errcode


def template(content: str, **more: Any) -> Any:
    templates = Templates(Database(":memory:"), ACCOUNT)
    return templates.put({"key": "k", "title": "T", "content": content} | more)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("thing1", "二十个字的说明不多也不少正好二十个字哟！", "二十一个字的说明不多也不少正好二十一个字哟"),
        ("character_string1", "CZ3101-A/12", "南航3101"),
        ("character_string2", "A" * 32, "A" * 33),
        ("time1", "15:05", "3 o'clock"),
        ("time2", "2026年3月1日 15:05", "3月1日 15:05"),
        ("time3", "2026-03-01 15:05~16:05", "25:00"),
        ("date1", "2026-03-01", "tomorrow"),
        ("number1", "35", "35 min"),
        ("amount1", "¥20.50", "twenty"),
        ("phrase1", "已延误", "delayed"),
        ("name1", "欧阳小明", "欧阳小明和他的所有朋友们"),
        ("phone_number1", "+86 731-96777", "0731-96777 ext. 12345"),
        ("car_number1", "湘A12345", "湘A1234567890"),
    ],
)
def test_each_type_of_field_takes_what_it_may_hold(field: str, good: str, bad: str) -> None:
    one = template(f"a：{{{{{field}.DATA}}}}")
    assert one.check({field: {"value": good}}) == {field: good}
    assert errcode(one.check, {field: {"value": bad}}) == 47003


@pytest.mark.parametrize(
    "data",
    [None, {}, {"thing1": {"value": ""}}, {"thing1": {}}, {"thing1": "x"}, {"thing2": {"value": "x"}},
     {"thing1": {"value": "x"}, "thing9": {"value": "y"}}],
)  # fmt: skip
def test_arguments_are_those_of_the_template_no_more_no_less(data: Any) -> None:
    assert errcode(template("a：{{thing1.DATA}}").check, data) == 47003


def test_a_refused_argument_is_named() -> None:
    with pytest.raises(Wrong) as caught:
        template("a：{{thing1.DATA}}").check({"thing1": {"value": "x" * 21}})
    assert caught.value.errmsg == "argument invalid! data.thing1.value"
    assert "21 characters" in caught.value.why.en


def test_constants_are_a_closed_list() -> None:
    one = template("s：{{const1.DATA}}", constants={"const1": ["延误", "取消"]})
    assert one.check({"const1": {"value": "延误"}})
    assert errcode(one.check, {"const1": {"value": "到达"}}) == 47003


def test_lines_are_shown_under_their_labels() -> None:
    one = template("航班号：{{character_string1.DATA}}\n说明: {{thing2.DATA}}")
    assert one.lines({"character_string1": "CZ1", "thing2": "x"}) == [("航班号", "CZ1"), ("说明", "x")]


def leaf(**changes: Any) -> dict[str, Any]:
    return {"name": "a", "type": "click", "key": "k"} | changes


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([leaf()] * 4, 40016),
        ("x", 40016),
        ([leaf(name="")], 40018),
        ([leaf(name="六个汉字太长")], 40018),
        ([leaf(type="clack")], 40017),
        ([leaf(key="k" * 129)], 40019),
        ([leaf(type="view", url="https://a/" + "b" * 1015)], 40020),
        ([leaf(type="view", url="javascript:alert(1)")], 40055),
        ([{"name": "a", "sub_button": [leaf()] * 6}], 40023),
        ([{"name": "a", "sub_button": [leaf(type="x")]}], 40024),
        ([{"name": "a", "sub_button": [leaf(name="字" * 21)]}], 40025),
        ([{"name": "a", "sub_button": [leaf(key="")]}], 40026),
        ([{"name": "a", "sub_button": [leaf(type="view", url="")]}], 40027),
        ([{"name": "a", "sub_button": [leaf(type="view", url="ftp://x")]}], 40054),
        ([{"name": "a", "sub_button": [{"name": "b", "sub_button": [leaf()]}]}], 40022),
    ],
)
def test_a_menu_beyond_a_limit_is_refused_with_wechats_code(buttons: Any, code: int) -> None:
    menu = Menu(Database(":memory:"))
    assert errcode(menu.create, json.dumps({"button": buttons}, ensure_ascii=False)) == code
    assert menu.find() is None


def test_a_menu_at_its_limits_is_kept_and_given_back() -> None:
    sub = [leaf(name="n" * 60, key=f"{n:>128}") for n in range(5)]
    buttons = [
        {"name": "五个汉字！", "sub_button": sub},
        leaf(type="view", url="https://a/" + "b" * 1014),
        leaf(),
    ]
    menu = Menu(Database(":memory:"))
    remarks = menu.create(json.dumps({"button": buttons}, ensure_ascii=False))
    assert [one["name"] for one in menu.get()["button"]] == ["五个汉字！", "a", "a"]
    assert len(remarks) == 6  # all that phones would cut short


def test_escapes_that_phones_would_show_are_refused() -> None:
    assert errcode(Menu(Database(":memory:")).create, json.dumps({"button": [leaf(name="航班")]})) == 40033


def asked(**changes: str) -> list[tuple[str, str]]:
    parameters = {"appid": "wx1", "redirect_uri": "https://fly.example/in", "response_type": "code"}
    return list((parameters | {"scope": "snsapi_base", "state": "abc"} | changes).items())


def oauth() -> OAuth:
    return OAuth(Database(":memory:"), Clock(), ACCOUNT)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        (asked(appid=""), 10012),
        (asked(appid="wx2"), 10016),
        (asked(redirect_uri=""), 10011),
        (asked(redirect_uri="https://fly.example.evil.com/in"), 10003),
        (asked(redirect_uri="https://fly.example@evil.com/in"), 10003),
        (asked(redirect_uri="https://fly.example:444/in"), 10003),
        (asked(scope=""), 10010),
        (asked(scope="snsapi_login"), 10005),
        (asked(response_type="token"), 10005),
        (asked(state="s" * 129), 10013),
        (list(reversed(asked())), 10004),
    ],
)
def test_a_wrong_sign_in_link_is_refused_with_its_number(query: list[tuple[str, str]], number: int) -> None:
    with pytest.raises(Refused) as caught:
        oauth().read(query)
    assert caught.value.number == number


def test_the_way_back_keeps_its_own_query() -> None:
    good = oauth().read(asked(redirect_uri="https://fly.example/in?next=%2Fme"))
    assert good.back("c1") == "https://fly.example/in?next=%2Fme&code=c1&state=abc"


def test_a_code_is_taken_once_and_within_five_minutes() -> None:
    clock = Clock()
    door = OAuth(Database(":memory:"), clock, ACCOUNT)
    first, late = (door.issue("o1", door.read(asked())) for _ in range(2))
    grant, openid = door.redeem(first)
    assert (openid, grant["scope"]) == ("o1", "snsapi_base")
    assert errcode(door.redeem, first) == 40163
    clock.advance(301)
    assert errcode(door.redeem, late) == 40029
    assert errcode(door.redeem, "made up") == 40029
    assert errcode(door.redeem, "") == 41008


class Page:
    """wx.config as a page calls it, signed for `url`."""

    def __init__(self) -> None:
        clock = Clock()
        self.tickets = Tickets(Database(":memory:"), clock)
        self.sdk = JsSdk(self.tickets, clock, ACCOUNT, "https://fly.example")

    def config(self, url: str, kind: str = "jsapi", **changes: Any) -> dict[str, Any]:
        signed = crypto.js_signature(self.tickets.get(kind)[0], "n", "1700000000", url)
        good = {"appId": "wx1", "timestamp": 1700000000, "nonceStr": "n", "signature": signed}
        return good | {"jsApiList": ["scanQRCode"]} | changes

    def why(self, url: str = PAGE, at: str = PAGE, **changes: Any) -> str:
        found = self.sdk.judge(self.config(url, **changes), at)
        return found.en if found else ""


def test_a_page_that_signs_its_own_address_is_let_in() -> None:
    assert Page().why() == ""
    assert Page().why(at=f"{PAGE}#top") == ""


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"url": f"{PAGE}#top", "at": f"{PAGE}#top"}, "#fragment"),
        ({"url": PAGE.split("?")[0]}, "lacks its query"),
        ({"url": "https://fly.example/"}, "home page"),
        ({"url": "https://other.example/"}, "The signature is wrong"),
        ({"kind": "wx_card"}, "api_ticket was used"),
        ({"appId": "wx2"}, "appId isn't this account's"),
        ({"signature": ""}, "lacks signature"),
        ({"jsApiList": ["launchRocket"]}, "no such JS API: launchRocket"),
        ({"at": "https://evil.example/", "url": "https://evil.example/"}, "JS domains"),
    ],
)
def test_a_page_that_signs_wrongly_is_told_what_is_wrong(told: dict[str, Any], why: str) -> None:
    assert why in Page().why(**told)


def test_tickets_stay_the_same_for_two_hours() -> None:
    clock = Clock()
    tickets = Tickets(Database(":memory:"), clock)
    first = tickets.get("jsapi")
    clock.advance(7000)
    assert tickets.get("jsapi")[0] == first[0]
    clock.advance(300)
    assert tickets.get("jsapi")[0] != first[0]
    assert errcode(tickets.get, "other") == 40035


@pytest.mark.parametrize(
    "ordered",
    [
        {"action_name": "QR_OTHER"},
        {"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 0}}},
        {"action_name": "QR_SCENE", "action_info": {"scene": {"scene_str": "x"}}},
        {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "x" * 65}}},
        {"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 100_001}}},
        {
            "action_name": "QR_STR_SCENE",
            "expire_seconds": 2_592_001,
            "action_info": {"scene": {"scene_str": "x"}},
        },
    ],
)
def test_a_qr_code_beyond_the_limits_is_refused(ordered: dict[str, Any]) -> None:
    codes = QrCodes(Database(":memory:"), Clock(), "http://w")
    assert errcode(codes.create, ordered) == 40053


def test_a_temporary_qr_code_ends() -> None:
    clock = Clock()
    codes = QrCodes(Database(":memory:"), clock, "http://w")
    made = codes.create(
        {"action_name": "QR_SCENE", "expire_seconds": 60, "action_info": {"scene": {"scene_id": 7}}}
    )
    found = codes.find(made["url"])
    assert found is not None
    assert found["scene"] == "7"
    clock.advance(61)
    assert codes.find(made["ticket"]) is None
