"""The shop desk: takings, after-sales, invoices, campaigns and the till."""

from __future__ import annotations

import re

import pytest

from gateway.staff.shop_reading import maybe_yuan, read_moment, read_time, read_whole, read_yuan
from kernel import clock
from kernel.instants import instant
from services.airport import Airport
from tests.gateway.staff import shop_goods as goods
from tests.gateway.staff.house import House, keys_of
from tests.gateway.staff.test_shop_picking import HOME, at_the_tea_house, post, sent

pytestmark = pytest.mark.anyio


def test_what_people_type_is_read() -> None:
    sums = {"12": 1200, "12.5": 1250, "¥1,234.56": 123_456, " 8元": 800, "0.01": 1}
    assert {text: read_yuan(text) for text in sums} == sums
    for text in ("", "12.345", "-1", "1.2.3", "١٢", "1e3", "999999999"):
        assert read_yuan(text) == text
    assert maybe_yuan(" ") is None
    assert [read_whole(text) for text in ("7", "-3", "", "7.5", "9" * 12)] == [7, -3, None, "7.5", "9" * 12]
    assert [read_time(text) for text in ("8:30", "23：59", "24:00", "x")] == ["08:30", "23:59", "24:00", "x"]
    zone = Airport().zoneinfo
    assert read_moment("2026-12-01T08:00", zone) == "2026-12-01T00:00:00Z"
    assert read_moment("", zone) is None
    assert read_moment("tomorrow", zone) == "tomorrow"


async def test_takings_are_drawn_counted_and_held_against_the_ledger(house: House) -> None:
    async with house.at_work(at_the_tea_house(house)) as client:
        page = (await client.get(f"{HOME}/takings?day=2026-11-20")).text
        assert "¥7,560.00" in page
        plot = re.search(r"<svg class=\"plot.*?</svg>", page, re.S)
        assert plot
        assert "<title>Paid by hour" in plot[0]
        assert "08:00: 0 / 720" in plot[0], "the plot is told in words, too"
        assert "plot__bar--bad" in plot[0]
        assert "Every sum matches" in page
        house.shop.unmatched = [
            {"order_id": "o1", "out_trade_no": None, "amount_fen": 100, "refund_fen": 0, "known_fen": 0, "known_refund_fen": 0}
        ]  # fmt: skip
        page = (await client.get(f"{HOME}/takings")).text
        assert "One order doesn't match" in page
        assert page.count("is-out") == 2
        for day in ("yesterday", "1000-01-01", "2999-01-01"):
            assert (await client.get(f"{HOME}/takings?day={day}")).status_code == 200
        file = await client.get(f"{HOME}/takings?day=2026-11-20&as=csv")
        assert "'=HYPERLINK()" in file.content.decode("utf-8-sig")
        assert "2026-11-20,42,7800,240,7560,90" in file.content.decode("utf-8-sig")


async def test_a_case_is_decided_once_with_no_more_than_was_paid(house: House) -> None:
    here = f"{HOME}/cases/c1"
    async with house.at_work(at_the_tea_house(house)) as client:
        assert "K-6B7K2M-4" in (await client.get(f"{HOME}/cases")).text
        page = (await client.get(here)).text
        assert 'value="118"' in page
        much = await post(client, here, here, decision="accept", refund="500", words="")
        assert much.status_code == 400
        odd = await post(client, here, here, decision="accept", refund="all", words="")
        assert odd.status_code == 400
        done = await post(client, here, here, decision="accept", refund="59", words="Half of it.")
        assert done.status_code == 303
        assert sent(house, "decide_case")["refund_fen"] == 5_900
        after = (await client.get(here)).text
        assert "Half of it." in after
        assert 'name="decision"' not in after
        house.shop.cases = [goods.case()]
        await post(client, here, here, decision="refuse", refund="118", words="Opened.")
        told = sent(house, "decide_case")
        assert (told["accept"], told["refund_fen"]) == (False, 0)
        photo = await client.get(f"{here}/photos/x?size=small")
        assert photo.headers["content-type"] == "image/jpeg"


async def test_what_a_coupon_paid_for_is_taken_back_without_speaking_of_money(house: House) -> None:
    here = f"{HOME}/cases/c1"
    house.shop.cases = [goods.case() | {"asked_fen": 0}]
    async with house.at_work(at_the_tea_house(house)) as client:
        page = (await client.get(here)).text
        assert 'type="hidden" name="refund" value="0"' in page
        await post(client, here, here, decision="accept", refund="0", words="")
        told = sent(house, "decide_case")
        assert (told["accept"], told["refund_fen"]) == (True, 0)
        house.shop.cases[0]["state"] = "refunded"
        assert "Taken back, paid by coupon" in (await client.get(here)).text


async def test_an_invoice_says_what_went_back_since(house: House) -> None:
    house.shop.invoices = [
        goods.invoice() | {"changed_fen": 5_900},
        goods.invoice("i2", "issued") | {"changed_fen": 1_200, "number": "25432000000012345678"},
    ]
    async with house.at_work(at_the_tea_house(house)) as client:
        asked = (await client.get(f"{HOME}/invoices?state=asked")).text
        assert "59.00 went back since it was asked for" in asked
        issued = (await client.get(f"{HOME}/invoices?state=issued")).text
        assert "12.00 of it went back after it was issued" in issued


async def test_invoices_are_taken_as_a_file_and_marked(house: House) -> None:
    here = f"{HOME}/invoices"
    async with house.at_work(at_the_tea_house(house)) as client:
        file = (await client.get(f"{here}?as=csv&state=asked")).content.decode("utf-8-sig")
        assert "长沙某某科技有限公司,91430100MA4L16JQ9X,finance@example.com,256" in file
        assert house.staff.list_audit({})["rows"][0]["action"] == "export.taken"
        refused = await post(client, here, f"{here}/i1/issue", number="12")
        assert refused.status_code == 400
        assert (await post(client, here, f"{here}/i1/refuse", words=" ")).status_code == 400
        done = await post(client, here, f"{here}/i1/issue", number="2443 2000 0000 1234 5678")
        assert done.status_code == 303
        assert house.shop.invoices[0]["number"] == "24432000000012345678"
        assert "Issued" in (await client.get(here)).text


async def test_what_stands_still_in_wechats_wallet_is_seen_and_tried_again(house: House) -> None:
    errand = {
        "kind": "card",
        "campaign_id": "k1",
        "coupon_id": None,
        "attempts": 1,
        "reason": "wechat_43009",
        "created_at": instant(clock.now()),
        "not_before_at": instant(clock.now()),
    }
    other = errand | {"id": 3, "campaign_id": "k2", "reason": "consumed_elsewhere"}
    house.desks.errands = [errand | {"id": 1}, errand | {"id": 2}, other]
    one = f"{HOME}/campaigns/k1"
    async with house.at_work(at_the_tea_house(house)) as client:
        page = (await client.get(one)).text
        for words in (
            "could not be made or changed",
            "2 times",
            "lacks a right for cards (WeChat says 43009)",
        ):
            assert words in page, words
        assert "instead of at the till" not in page, "that is another campaign's"
        again = await post(client, one, f"{one}/cards")
        assert again.headers["location"] == f"{one}?done=cards"
        assert "needs attention" not in (await client.get(f"{one}?done=cards")).text
        assert (await post(client, one, f"{HOME}/campaigns/nobodys/cards")).status_code == 404
    assert house.desks.errands == [other]
    (row,) = house.staff.list_audit({})["rows"][:1]
    assert (row["action"], row["subject"], row["detail"]) == ("campaign.cards_retried", "k1", {"count": 2})


async def test_a_campaign_is_made_begun_and_paused(house: House) -> None:
    page = f"{HOME}/campaigns/new"
    form = {
        "title_zh": "八五折",
        "title_en": "15% off",
        "kind": "percent",
        "pct": "15",
        "cap": "50",
        "value": "99",
        "threshold": "",
        "stock": "200",
        "per_person": "1",
        "starts": "2026-12-01T00:00",
        "ends": "2026-12-31T23:59",
        "valid": "days",
        "valid_days": "14",
        "valid_from": "2026-12-01T00:00",
        "services": ["shop", "bus"],
        "shop_ids": "tea-t2",
    }
    async with house.at_work(at_the_tea_house(house)) as client:
        keys = keys_of((await client.get(page)).text)
        made = await client.post(page, data={**keys, **form})
        assert made.headers["location"] == f"{HOME}/campaigns/k9?done=1"
        told = sent(house, "save_campaign")
        draft = told["campaign"]
        assert isinstance(draft, dict)
        assert (draft["value_fen"], draft["pct"], draft["cap_fen"], draft["threshold_fen"]) == (
            None,
            15,
            5_000,
            0,
        )
        assert (draft["valid_days"], draft["valid_from"]) == (14, None), "only what was chosen counts"
        assert draft["scope"] == {"services": ["shop", "bus"], "shop_ids": ["tea-t2"], "categories": []}
        keys = keys_of((await client.get(page)).text)
        bad = await client.post(page, data={**keys, **form, "pct": "150", "services": ""})
        assert bad.status_code == 400
        assert "Percent off: " in bad.text
        assert 'value="150"' in bad.text
        one = f"{HOME}/campaigns/k1"
        shown = (await client.get(one)).text
        assert "¥20.00 off · from ¥100.00 on" in shown
        assert "Claimed, not used yet: 70" in shown
        assert (await post(client, one, f"{one}/state", state="paused")).status_code == 303
        assert "Paused" in (await client.get(one)).text
        assert (await post(client, one, f"{one}/state", state="gone")).status_code == 400
    async with house.at_work("he.yu", language="zh") as client:
        assert "8.5折" in (await client.get(f"{HOME}/campaigns")).text


async def test_a_coupon_at_the_till_is_looked_at_used_and_undone(house: House) -> None:
    here = f"{HOME}/till"
    sale = {"amount": "128", "receipt": "R-17", "code": "ABCD EFGH JKLM"}
    used_up = {"amount": "128", "receipt": "R-17", "codes": "ABCDEFGHJKLM"}
    async with house.at_work(at_the_tea_house(house)) as client:
        looked = await post(client, here, here, **sale)
        assert "¥108.00" in looked.text
        assert "redeem_at_till" not in {method for _, method, _, _ in house.rpc.calls}
        small = await post(client, here, here, **{**sale, "amount": "20"})
        assert "It can't be used here" in small.text
        assert "/till/redeem" not in small.text
        used = await client.post(f"{here}/redeem", data={**keys_of(looked.text), **used_up})
        assert "Used. Take this much:" in used.text
        told = sent(house, "redeem_at_till")
        assert (told["codes"], told["amount_fen"], told["shop_id"]) == (["ABCDEFGHJKLM"], 12_800, "tea-t2")
        again = await client.post(f"{here}/redeem", data={**keys_of(looked.text), **used_up})
        assert again.status_code == 200
        first, second = (
            request["request_id"] for _, method, request, _ in house.rpc.calls if method == "redeem_at_till"
        )
        assert first == second, "a form that is sent twice is used once"
        back = await client.post(
            f"{here}/undo", data={**keys_of(used.text), "coupon_ids": "uA ", "receipt": "R-17"}
        )
        assert "the customer's again" in back.text
        assert (await post(client, here, here, amount="free", receipt="", code="")).status_code == 400


async def test_coupons_are_scanned_one_after_the_other_and_used_together(house: House) -> None:
    here, sale = f"{HOME}/till", {"amount": "128", "receipt": "R-18"}
    async with house.at_work(at_the_tea_house(house)) as client:
        first = await post(client, here, here, **sale, code="ABCD EFGH JKLM")
        assert 'name="codes" value="ABCDEFGHJKLM"' in first.text
        both = await post(client, here, here, **sale, codes="ABCDEFGHJKLM", code="BCDE")
        assert 'name="codes" value="ABCDEFGHJKLM BCDE"' in both.text
        assert "Use the coupons, take ¥88.00" in both.text
        twice = await post(client, here, here, **sale, codes="ABCDEFGHJKLM", code="A card's code")
        assert 'name="codes" value="ABCDEFGHJKLM"' in twice.text, "one coupon by two codes is one"
        wrong = await post(client, here, here, **sale, codes="ABCDEFGHJKLM", code="XYZ")
        assert wrong.status_code == 400
        assert 'value="XYZ"' in wrong.text
        assert "take ¥108.00" in wrong.text, "what was scanned before stays"
        one = await post(client, here, here, **sale, codes="ABCDEFGHJKLM BCDE", drop="ABCDEFGHJKLM")
        assert 'name="codes" value="BCDE"' in one.text
        none = await post(client, here, here, **sale, codes="BCDE", drop="BCDE")
        assert ('value="128"' in none.text, "/till/redeem" in none.text) == (True, False)
        used = await client.post(
            f"{here}/redeem", data={**keys_of(both.text), **sale, "codes": "ABCDEFGHJKLM BCDE"}
        )
        assert sent(house, "redeem_at_till")["codes"] == ["ABCDEFGHJKLM", "BCDE"]
        assert 'name="coupon_ids" value="uA uB "' in used.text
        assert 'value="128"' not in used.text, "the next customer's sum is another"
