"""Cards as the account meets them: made, signed for, taken, used, taken back; each refusal by WeChat's own code."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from deploy.processes import wait_until
from tests.sandbox.account_server import AccountServer
from tests.sandbox.cards import card, card_ext, choice
from tests.support.sandbox import Person, Sandbox

DAY_S = 86_400


def made(wechat: Sandbox, **changes: Any) -> str:
    answer = wechat.api("/card/create", card(**{"sku": {"quantity": 5}} | changes))
    assert answer["errcode"] == 0, answer
    return str(answer["card_id"])


def take(wechat: Sandbox, person: Person, card_id: str, **signed: str) -> str:
    ext = card_ext(wechat, card_id, **signed)
    return str(wechat.do(f"users/{person.openid}/cards", card_id=card_id, card_ext=ext)["code"])


def refusal(wechat: Sandbox, person: Person, card_id: str, ext: str) -> str:
    asked = {"card_id": card_id, "card_ext": ext}
    answer = wechat.http.post(f"/sandbox/users/{person.openid}/cards", json=asked)
    assert answer.status_code == 400
    return str(answer.json()["wrong"]["en"])


def code_answer(wechat: Sandbox, what: str, **asked: Any) -> int:
    return int(wechat.api(f"/card/code/{what}", asked)["errcode"])


def pushed(server: AccountServer, event: str) -> list[dict[str, Any]]:
    wait_until(lambda: any(p.fields.get("Event") == event for p in server.pushes), 30.0)
    return [p.fields for p in server.pushes if p.fields.get("Event") == event]


def test_a_card_goes_into_the_wallet_and_is_used_once(
    wechat: Sandbox, server: AccountServer, person: Person
) -> None:
    card_id = made(wechat)
    code = take(wechat, person, card_id, openid=person.openid)
    asked = {"code": code, "card_id": card_id}
    assert wechat.api("/card/code/get", asked)["user_card_status"] == "NORMAL"
    assert wechat.api("/card/code/consume", asked)["openid"] == person.openid
    assert code_answer(wechat, "consume", **asked) == 40099
    assert code_answer(wechat, "unavailable", **asked) == 40099
    assert wechat.api("/card/code/get", asked | {"check_consume": False})["user_card_status"] == "CONSUMED"
    assert wechat.get(f"users/{person.openid}/cards")["cards"][0]["status"] == "CONSUMED"
    for event in ("user_get_card", "user_consume_card"):
        [told] = pushed(server, event)
        assert (told["CardId"], told["UserCardCode"], told["FromUserName"]) == (card_id, code, person.openid)


@pytest.mark.parametrize("mode", ["aes", "plain"])
def test_a_card_thrown_away_is_told_and_no_longer_good(
    wechat: Sandbox, server: AccountServer, person: Person, mode: str
) -> None:
    wechat.do("mode", mode=mode)
    card_id = made(wechat)
    code = take(wechat, person, card_id)
    wechat.do(f"users/{person.openid}/cards/delete", code=code)
    [told] = pushed(server, "user_del_card")
    assert told["UserCardCode"] == code
    assert ("encrypt_type" in server.pushes[-1].query) == (mode == "aes")
    assert wechat.get(f"users/{person.openid}/cards")["cards"] == []
    assert code_answer(wechat, "consume", code=code) == 40127
    assert wechat.api("/card/code/get", {"code": code, "check_consume": False})["can_consume"] is False


def test_a_card_that_was_signed_wrongly_stays_out_of_the_wallet(wechat: Sandbox, person: Person) -> None:
    card_id = made(wechat)
    exts = {
        "jsapi_ticket": card_ext(wechat, card_id, kind="jsapi"),
        "signature is wrong": card_ext(wechat, "p-other"),
        "isn't this user": card_ext(wechat, card_id, openid="oOther"),
        "use_custom_code": card_ext(wechat, card_id, code="1234"),
        "timestamp": card_ext(wechat, card_id, timestamp="now"),
        "nonce_str": card_ext(wechat, card_id, nonce_str=""),
        "JSON": "{",
    }
    for why, ext in exts.items():
        assert why in refusal(wechat, person, card_id, ext)
    assert wechat.get(f"users/{person.openid}/cards")["cards"] == []


def test_a_signature_gives_one_card_once(wechat: Sandbox, person: Person) -> None:
    card_id = made(wechat)
    ext = card_ext(wechat, card_id)
    wechat.do(f"users/{person.openid}/cards", card_id=card_id, card_ext=ext)
    assert "nonce_str was used" in refusal(wechat, person, card_id, ext)


def test_codes_of_ones_own_are_signed_and_always_named_with_their_card(
    wechat: Sandbox, person: Person
) -> None:
    card_id = made(wechat, use_custom_code=True, bind_openid=True)
    assert "one openid" in refusal(wechat, person, card_id, card_ext(wechat, card_id, code="K7PM2QXW4T9C"))
    own = f"K7{int(time.time() * 1000)}"
    assert take(wechat, person, card_id, code=own, openid=person.openid) == own
    again = card_ext(wechat, card_id, code=own, openid=person.openid)
    assert "taken before" in refusal(wechat, person, card_id, again)
    assert code_answer(wechat, "consume", code=own) == 41012
    assert code_answer(wechat, "consume", code=own, card_id=card_id) == 0
    changed = json.loads(card_ext(wechat, card_id, code=f"{own}1", openid=person.openid)) | {
        "code": f"{own}2"
    }
    assert "signature is wrong" in refusal(wechat, person, card_id, json.dumps(changed))


def test_nobody_takes_more_than_their_share_or_than_there_are(wechat: Sandbox, person: Person) -> None:
    card_id = made(wechat, sku={"quantity": 2}, get_limit=1)
    take(wechat, person, card_id)
    assert "as many as one may" in refusal(wechat, person, card_id, card_ext(wechat, card_id))
    take(wechat, wechat.person("二"), card_id)
    third = wechat.person("三")
    assert "None is left" in refusal(wechat, third, card_id, card_ext(wechat, card_id))
    assert wechat.api("/card/modifystock", {"card_id": card_id, "reduce_stock_value": 1})["errcode"] == 40122
    assert wechat.api("/card/modifystock", {"card_id": card_id, "increase_stock_value": 1})["errcode"] == 0
    take(wechat, third, card_id)


def test_codes_have_their_errors(wechat: Sandbox, person: Person) -> None:
    assert code_answer(wechat, "get", code="0") == 40056
    code = take(wechat, person, made(wechat))
    assert code_answer(wechat, "get", code=code, card_id="p0") == 40073
    assert code_answer(wechat, "unavailable", code=code) == 0
    assert code_answer(wechat, "unavailable", code=code) == 0, "asked again it is no error"
    assert code_answer(wechat, "consume", code=code) == 40127
    assert wechat.get(f"users/{person.openid}/cards")["cards"][0]["status"] == "UNAVAILABLE"


def test_a_card_is_good_in_its_time_only(wechat: Sandbox, person: Person) -> None:
    code = take(
        wechat,
        person,
        made(wechat, date_info={"type": "DATE_TYPE_FIX_TERM", "fixed_term": 2, "fixed_begin_term": 1}),
    )
    assert code_answer(wechat, "consume", code=code) == 40127
    wechat.clock(2 * DAY_S)
    assert code_answer(wechat, "get", code=code) == 0
    wechat.clock(2 * DAY_S)
    assert (
        wechat.api("/card/code/get", {"code": code, "check_consume": False})["user_card_status"] == "EXPIRE"
    )
    assert code_answer(wechat, "consume", code=code) == 40127


@pytest.mark.parametrize(
    ("errcode", "changes"),
    [
        (45021, {"title": "长" * 10}),
        (45021, {"custom_url_name": "长" * 6}),
        (41011, {"notice": None}),
        (41011, {"logo_url": ""}),
        (40035, {"color": "#fff"}),
        (40072, {"code_type": "QR"}),
        (40122, {"sku": {"quantity": 100_000_001}}),
        (40122, {"sku": None}),
        (
            40079,
            {"date_info": {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": 2, "end_timestamp": 1}},
        ),
        (40079, {"date_info": {"type": "DATE_TYPE_FIX_TERM"}}),
        (41011, {"date_info": None}),
    ],
)
def test_a_card_that_lacks_or_overdoes_something_isnt_made(
    wechat: Sandbox, errcode: int, changes: dict[str, Any]
) -> None:
    assert wechat.api("/card/create", card(**changes))["errcode"] == errcode


def test_each_type_of_card_says_its_worth(wechat: Sandbox) -> None:
    base = card()["card"]["general_coupon"]["base_info"]

    def answer(kind: str, **worth: Any) -> int:
        whole = {"card_type": kind, kind.lower(): {"base_info": base} | worth}
        return int(wechat.api("/card/create", {"card": whole})["errcode"])

    assert answer("CASH", reduce_cost=2000, least_cost=10_000) == 0
    assert answer("CASH", least_cost=10_000) == 41011
    assert answer("DISCOUNT", discount=15) == 0
    assert answer("DISCOUNT", discount=100) == 41011
    assert answer("MEMBER_CARD") == 40071


def test_a_card_changes_for_those_who_hold_it_but_never_to_less(wechat: Sandbox, person: Person) -> None:
    now = int(time.time())
    dates = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": now - 5, "end_timestamp": now + DAY_S}
    card_id = made(wechat, date_info=dates)
    take(wechat, person, card_id)

    def update(**base: Any) -> int:
        return int(
            wechat.api("/card/update", {"card_id": card_id, "general_coupon": {"base_info": base}})["errcode"]
        )

    assert update(notice="请出示", date_info=dates | {"end_timestamp": now + 2 * DAY_S}) == 0
    [held] = wechat.get(f"users/{person.openid}/cards")["cards"]
    assert (held["body"]["base_info"]["notice"], held["ends"]) == ("请出示", now + 2 * DAY_S)
    assert update(date_info=dates) == 40079
    assert update(title="满50减20") == 40035
    assert update(notice="长" * 20) == 45021
    assert wechat.api("/card/update", {"card_id": "p0"})["errcode"] == 40073
    shown = wechat.api("/card/get", {"card_id": card_id})["card"]["general_coupon"]["base_info"]
    assert (shown["sku"], shown["status"]) == ({"quantity": 4, "total_quantity": 5}, "CARD_STATUS_VERIFY_OK")


def test_a_page_chooses_among_cards_only_with_its_signature_and_gets_the_code_sealed(
    wechat: Sandbox, person: Person
) -> None:
    card_id = made(wechat)
    code = take(wechat, person, card_id)
    path = f"/sandbox/users/{person.openid}/cards/choices"
    [found] = wechat.http.post(path, json=choice(wechat, card_id)).json()["cards"]
    assert wechat.api("/card/code/decrypt", {"encrypt_code": found["encrypt_code"]})["code"] == code
    assert wechat.api("/card/code/decrypt", {"encrypt_code": "x"})["errcode"] == 40116
    assert wechat.http.post(path, json=choice(wechat, kind="CASH")).json()["cards"] == []
    spoiled = choice(wechat, card_id) | {"cardId": ""}
    assert "cardSign is wrong" in wechat.http.post(path, json=spoiled).json()["wrong"]["en"]


def test_tokens_that_arent_good_open_no_door_of_cards(wechat: Sandbox) -> None:
    for token, errcode in (("", 41001), ("x", 40014), (f"88_{'a' * 96}", 40001)):
        assert wechat.api("/card/create", card(), access_token=token)["errcode"] == errcode
