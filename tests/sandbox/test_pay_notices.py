"""What WeChat Pay tells the merchant: signed and sealed, again until it is heard, and now and then a probe."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from deploy.processes import wait_until
from deploy.sandbox.pay.notices import REPEATS_S
from deploy.sandbox.pay.signatures import PROBE
from tests.sandbox.account_server import AccountServer, Page, Seen
from tests.sandbox.merchant import Merchant, paid
from tests.support.folders import temporary_folder
from tests.support.sandbox import Person, Sandbox


def came(
    server: AccountServer, number: str, merchant: Merchant, count: int, within_s: float = 5.0
) -> list[Seen]:
    """The first `count` notifications about an order; each was signed, probes aside."""
    found: list[Seen] = []

    def enough() -> bool:
        found[:] = [
            one for one in server.seen if one.path == "/pay" and told(merchant, one)["out_trade_no"] == number
        ]
        return len([one for one in found if not is_probe(one)]) >= count

    assert wait_until(enough, within_s, every_s=0.02), f"{len(found)} of {count} came"
    genuine = [one for one in found if not is_probe(one)]
    for one in genuine:
        merchant.verify(one.headers, one.body.encode())
    return genuine


def is_probe(seen: Seen) -> bool:
    return seen.headers["wechatpay-signature"].startswith(PROBE)


def told(merchant: Merchant, seen: Seen) -> dict[str, Any]:
    return merchant.open(seen.body)


def test_a_payment_is_told_at_once(merchant: Merchant, person: Person, server: AccountServer) -> None:
    number = paid(merchant, person)
    (seen,) = came(server, number, merchant, 1)
    said = json.loads(seen.body)
    assert (said["event_type"], said["resource_type"]) == ("TRANSACTION.SUCCESS", "encrypt-resource")
    assert (said["resource"]["algorithm"], said["resource"]["original_type"]) == (
        "AEAD_AES_256_GCM",
        "transaction",
    )
    assert number not in seen.body
    assert told(merchant, seen) == merchant.query(number).json
    assert merchant.wechat.pay_notices(out_trade_no=number)[0]["state"] == "heard"


def test_a_seal_is_bound_to_what_it_is_about(
    merchant: Merchant, person: Person, server: AccountServer
) -> None:
    (seen,) = came(server, paid(merchant, person), merchant, 1)
    said = json.loads(seen.body)
    said["resource"]["associated_data"] = "refund"
    with pytest.raises(InvalidTag):
        merchant.open(json.dumps(said))


def test_it_comes_again_by_the_schedule_until_it_is_heard(
    merchant: Merchant, person: Person, server: AccountServer, wechat: Sandbox
) -> None:
    server.pages["/pay"] = Page('{"code":"FAIL"}', status=503)
    number = paid(merchant, person)
    bodies = [came(server, number, merchant, 1)[0].body]
    for count, pause_s in enumerate(REPEATS_S[:4], 2):
        tried(wechat, number, count - 1)
        wechat.clock(pause_s - 3)
        assert not more_than(count - 1, server, number, merchant)
        wechat.clock(4)
        bodies.append(came(server, number, merchant, count)[-1].body)
    assert set(bodies) == {bodies[0]}
    tried(wechat, number, 5)
    server.pages["/pay"] = Page("", status=200)
    wechat.clock(REPEATS_S[4])
    came(server, number, merchant, 6)
    assert tried(wechat, number, 6)["state"] == "heard"


def tried(wechat: Sandbox, number: str, tries: int) -> dict[str, Any]:
    """The notification about an order, once that many answers to it are noted."""
    assert wait_until(
        lambda: wechat.pay_notices(out_trade_no=number)[0]["tries"] >= tries, 30.0, every_s=0.01
    )
    return wechat.pay_notices(out_trade_no=number)[0]


def more_than(count: int, server: AccountServer, number: str, merchant: Merchant) -> bool:
    """Whether more than `count` notifications come about an order, within a moment."""
    return wait_until(lambda: len(seen_of(server, number, merchant)) > count, 0.15, every_s=0.05)


def seen_of(server: AccountServer, number: str, merchant: Merchant) -> list[Seen]:
    return [
        one
        for one in server.seen
        if one.path == "/pay" and told(merchant, one)["out_trade_no"] == number and not is_probe(one)
    ]


def test_after_a_day_it_is_given_up(
    merchant: Merchant, person: Person, server: AccountServer, wechat: Sandbox
) -> None:
    server.pages["/pay"] = Page("", status=302)
    number = paid(merchant, person)
    for count, pause_s in enumerate(REPEATS_S, 1):
        came(server, number, merchant, count)
        tried(wechat, number, count)
        wechat.clock(pause_s + 1)
    came(server, number, merchant, len(REPEATS_S) + 1)
    assert tried(wechat, number, len(REPEATS_S) + 1)["state"] == "given up"
    assert any(
        "given up" in one["en"] and one["detail"]["out_trade_no"] == number
        for one in wechat.log("pay", "bad")
    )
    assert 24 * 3600 < sum(REPEATS_S) < 25 * 3600


def test_what_answers_too_late_has_not_heard(
    merchant: Merchant, person: Person, server: AccountServer, wechat: Sandbox
) -> None:
    server.pages["/pay"] = Page("late\n" * 3, stream_s=0.3)
    number = paid(merchant, person)
    notice = tried(wechat, number, 1)
    assert (notice["state"], notice["answered"]) == ("waiting", "too late")


def test_refunds_are_told_with_how_they_ended(
    merchant: Merchant, person: Person, server: AccountServer, wechat: Sandbox
) -> None:
    number = paid(merchant, person)
    for status in ("SUCCESS", "ABNORMAL", "CLOSED"):
        merchant.refund(number, f"{number}-{status}", 100)
        wechat.end_refund(f"{number}-{status}", status)
    kinds = {}
    for seen in came(server, number, merchant, 4):
        said = told(merchant, seen)
        kinds[json.loads(seen.body)["event_type"]] = said.get("refund_status")
        if "refund_status" in said:
            assert said["amount"] == {"total": 4000, "refund": 100, "payer_total": 4000, "payer_refund": 100}
            assert ("success_time" in said) == (said["refund_status"] == "SUCCESS")
    assert kinds == {
        "TRANSACTION.SUCCESS": None,
        "REFUND.SUCCESS": "SUCCESS",
        "REFUND.ABNORMAL": "ABNORMAL",
        "REFUND.CLOSED": "CLOSED",
    }


def test_a_refund_without_an_address_is_told_to_nobody(
    merchant: Merchant, person: Person, wechat: Sandbox
) -> None:
    number = paid(merchant, person)
    merchant.refund(number, f"{number}-1", 100, notify_url=None)
    wechat.end_refund(f"{number}-1")
    assert "nobody is told" in wechat.log("pay", "warn")[-1]["en"]
    assert wechat.pay_notices("REFUND.SUCCESS", number) == []


def test_a_refund_is_done_by_itself_as_the_clock_goes_on(
    merchant: Merchant, person: Person, server: AccountServer, wechat: Sandbox
) -> None:
    number = paid(merchant, person)
    merchant.refund(number, f"{number}-1", 100)
    wechat.clock(3.5)
    assert told(merchant, came(server, number, merchant, 2)[-1])["refund_status"] == "SUCCESS"


def test_a_lost_one_never_comes(
    merchant: Merchant, person: Person, server: AccountServer, wechat: Sandbox
) -> None:
    code_url = merchant.native().json["code_url"]
    one = person.pay({"code_url": code_url}, how="lost")["out_trade_no"]
    wechat.lose_notification()
    two, three = (paid(merchant, person) for _ in range(2))
    came(server, three, merchant, 1)
    wechat.clock(sum(REPEATS_S))
    for number in (one, two):
        assert wechat.pay_notices(out_trade_no=number)[0]["state"] == "lost"
        assert seen_of(server, number, merchant) == []
        assert merchant.query(number).json["trade_state"] == "SUCCESS"


def test_paying_twice_pays_once_and_tells_twice(
    merchant: Merchant, person: Person, server: AccountServer, wechat: Sandbox
) -> None:
    order = person.pay({"code_url": merchant.native().json["code_url"]}, how="twice")
    first, again = came(server, order["out_trade_no"], merchant, 2)
    assert json.loads(first.body)["id"] == json.loads(again.body)["id"]
    refusals = [one for one in wechat.log("pay", "bad") if one["detail"].get("errcode") == "ORDERPAID"]
    assert refusals[-1]["title"] == "pay"
    assert len([one for one in person.payments if one["out_trade_no"] == order["out_trade_no"]]) == 1


@pytest.mark.parametrize(("status", "level"), [(401, "ok"), (204, "bad")])
def test_a_probe_comes_first_and_must_be_refused(
    merchant: Merchant, person: Person, server: AccountServer, wechat: Sandbox, status: int, level: str
) -> None:
    server.pages["/pay"] = Page("", status=status)
    wechat.probe_next_notification()
    number = paid(merchant, person)
    came(server, number, merchant, 1)
    both = [one for one in server.seen if told(merchant, one)["out_trade_no"] == number]
    assert is_probe(both[0])
    assert both[0].body == both[1].body
    verdict = [one for one in wechat.log("pay") if one["title"] == PROBE][-1]
    assert (verdict["level"], verdict["detail"]["status"]) == (level, status)


def test_orders_refunds_and_what_is_still_to_be_told_outlive_a_restart(server: AccountServer) -> None:
    server.pages["/pay"] = Page("", status=500)
    with temporary_folder("airport-sandbox-pay-") as folder:
        with Sandbox(folder, server.url, SANDBOX_PROBE_EVERY="0") as wechat:
            merchant, person = Merchant(wechat), wechat.person("Ann")
            number = paid(merchant, person)
            merchant.refund(number, f"{number}-1", 100)
            came(server, number, merchant, 1)
            known = wechat.environ
        server.pages["/pay"] = Page("", status=204)
        with Sandbox(folder, server.url, SANDBOX_PROBE_EVERY="0") as wechat:
            same = ("WECHATPAY_MCHID", "WECHATPAY_SERIAL", "WECHATPAY_APIV3_KEY", "WECHATPAY_PUBLIC_KEY_ID")
            assert [wechat.environ[key] for key in same] == [known[key] for key in same]
            merchant = Merchant(wechat)
            assert merchant.query(number).json["trade_state"] == "REFUND"
            wechat.clock(30)
            came(server, number, merchant, 3)
            assert wechat.pay_order(number)["refunds"][0]["status"] == "SUCCESS"
