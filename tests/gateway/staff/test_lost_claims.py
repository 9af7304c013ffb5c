"""Claims at the desk: compared, decided, handed over to whoever says the code, with a receipt."""

from __future__ import annotations

import re

import httpx
import orjson
import pytest

from gateway.staff.lost_claims import CLAIM_STATES, REASONS
from gateway.staff.lost_compare import Compared
from services.lostfound.schemas.claim_words import ClaimState, RefusalReason
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of
from tests.unit.lostfound import claims as half

pytestmark = pytest.mark.anyio
HOME = "/staff/lost"
SIGNED = orjson.dumps(half.SIGNATURE).decode()
SHOWN = {
    "doc_kind": "id_card",
    "holder_name": "李娜",
    "doc_number": "430102199001011234",
    "signature": SIGNED,
}


def claimed(house: House, **more: object) -> tuple[dict[str, str], dict[str, str]]:
    """A jacket that somebody claims: the item, the claim."""
    item = half.found(house.lost.uow, **more)
    return item, half.claimed(house.lost.uow, item)


async def do(client: httpx.AsyncClient, claim: dict[str, str], what: str, **fields: str) -> httpx.Response:
    here = f"{HOME}/claims/{claim['number']}"
    page = (await client.get(here)).text
    version = re.search(r'name="version" value="(\d+)"', page)
    return await client.post(
        f"{here}/{what}", data={**keys_of(page), "version": version[1] if version else "", **fields}
    )


async def give(client: httpx.AsyncClient, number: str, **fields: str) -> httpx.Response:
    page = (await client.get(f"{HOME}/handover?number={number}")).text
    form = {**keys_of(page), "item": number, **SHOWN, **fields}
    return await client.post(f"{HOME}/handover", data=form, files={"photo": ("", b"")})


async def test_a_claim_stands_beside_the_item_and_what_they_share_is_marked(house: House) -> None:
    item, claim = claimed(house, personal={"marks": "green thread on left cuff", "serial": "SN-12 34"})
    async with house.at_work("lin", Role.DESK) as client:
        queue = (await client.get(f"{HOME}/claims?state=submitted")).text
        assert claim["number"] in queue
        assert "To decide" in queue
        page = (await client.get(f"{HOME}/claims/{claim['number']}")).text
        assert "<mark>green thread</mark>" in page
        assert item["number"] in page
        assert "before the first hint" in page
    noted = [call for _, method, call, _ in house.rpc.calls if method == "record_action"]
    assert noted[0]["subject"] == claim["number"]


async def test_an_approved_claim_is_fetched_with_its_code_and_the_receipt_bears_the_signature(
    house: House,
) -> None:
    item, claim = claimed(house)
    async with house.at_work("lin", Role.DESK) as client:
        assert (await do(client, claim, "approve", note="the thread")).status_code == 303
        code = half.see(house.lost.uow, claim["id"])["code"]
        wrong = await give(client, item["number"], code="AAAA2222")
        assert wrong.status_code == 400
        assert 'id="wrong-code"' in wrong.text
        assert 'value="李娜"' in wrong.text, "what was typed stays"
        done = await give(client, item["number"].lower(), code=f" {code.lower()} ")
        assert done.status_code == 303, done.text
        receipt = (await client.get(done.headers["location"])).text
        assert 'd="M10 20L30 40L50 20"' in receipt
        assert "430102199001011234" not in receipt
        again = await give(client, item["number"], code=code)
        assert "was handed over already" in again.text
    (wish, *_) = [call for _, method, call, _ in house.rpc.calls if method == "hand_over"]
    assert "李娜" not in orjson.dumps(wish).decode()
    assert "4301021990" not in orjson.dumps(wish).decode()


async def test_who_cannot_sign_on_the_screen_signs_on_paper(house: House) -> None:
    item, claim = claimed(house)
    async with house.at_work("lin", Role.DESK, language="zh") as client:
        await do(client, claim, "approve")
        code = half.see(house.lost.uow, claim["id"])["code"]
        nothing = await give(client, item["number"], code=code, signature="")
        assert nothing.status_code == 400
        assert 'id="wrong-signature"' in nothing.text
        done = await give(client, item["number"], code=code, signature="", paper="H-0412")
        assert "H-0412" in (await client.get(done.headers["location"])).text


@pytest.mark.parametrize(
    "signature",
    [
        "[]",
        "{",
        '{"width":1e999}',
        '{"width":9,"height":9,"strokes":[[["a",1]]]}',
        '{"width":9,"height":9,"strokes":[[[9999,1]]]}',
    ],
)
async def test_strange_strokes_are_no_signature(signature: str, house: House) -> None:
    item, claim = claimed(house)
    half.decide(house.lost.uow, claim)
    async with house.at_work("lin", Role.DESK) as client:
        code = half.see(house.lost.uow, claim["id"])["code"]
        assert (await give(client, item["number"], code=code, signature=signature)).status_code == 400


async def test_a_refusal_needs_a_reason_and_the_claimant_reads_it(house: House) -> None:
    _, claim = claimed(house)
    async with house.at_work("lin", Role.DESK) as client:
        none = await do(client, claim, "refuse")
        assert none.status_code == 400
        assert "Choose a reason." in none.text
        assert (await do(client, claim, "refuse", reason="returned_to_other")).status_code == 400
        assert (await do(client, claim, "refuse", reason="not_enough", note="which cuff?")).status_code == 303
        page = (await client.get(f"{HOME}/claims/{claim['number']}")).text
        assert "which cuff?" in page
        assert "<mark>green" not in page, "marks are shown while a claim is open"
    assert half.see(house.lost.uow, claim["id"])["reason"] == "not_enough"


async def test_two_who_decide_at_once_decide_once(house: House) -> None:
    _, claim = claimed(house)
    async with house.at_work("lin", Role.DESK) as client:
        page = (await client.get(f"{HOME}/claims/{claim['number']}")).text
        half.decide(house.lost.uow, claim, "refuse", reason="wrong_proof")
        late = await client.post(
            f"{HOME}/claims/{claim['number']}/approve", data={**keys_of(page), "version": "1"}
        )
        assert late.status_code == 409


async def test_a_phone_number_is_shown_to_who_says_why(house: House) -> None:
    item = half.found(house.lost.uow)
    contact = {"name": "Jane Harris", "phone": "13800138000", "email": ""}
    report = half.file(house.lost.uow, None, private={"marks": "green thread", "contact": contact})
    claim = half.claim(house.lost.uow, None, report_id=report["id"], item_number=item["number"])
    async with house.at_work("lin", Role.DESK) as client:
        page = (await client.get(f"{HOME}/claims/{claim['number']}")).text
        assert "13800138000" not in page
        assert (await do(client, claim, "contact", why="")).status_code == 400
        assert "13800138000" in (await do(client, claim, "contact", why="to ask for the size")).text
        await do(client, claim, "approve")
        done = await give(client, item["number"])
        assert done.status_code == 303, "no account, no code"


async def test_a_number_that_nobody_may_fetch_says_so(house: House) -> None:
    item = half.found(house.lost.uow)
    async with house.at_work("lin", Role.DESK) as client:
        page = await client.get(f"{HOME}/handover?number={item['number']}")
        assert "is approved. Look at its claims first" in page.text
        assert (await client.get(f"{HOME}/handover?number=CSX-000000-0")).status_code == 404


def test_words_of_both_languages_are_marked_where_they_are_shared() -> None:
    row = Compared("marks", "左袖口有烟洞，initials <JM>", "袖口 烟洞 JM in the collar", secret=True)
    item, report, _ = row.marked
    assert str(item) == "左<mark>袖口</mark>有<mark>烟洞</mark>，initials &lt;<mark>JM</mark>&gt;"
    assert report.startswith("<mark>袖口 烟洞 JM</mark>"), "neighbours are one mark"
    assert "<mark>in</mark>" not in report
    assert Compared("serial", "SN-12 34", "sn1234", exact=True).same
    assert Compared("serial", "SN-12 34", "sn1235", exact=True).same is False
    assert Compared("serial", "SN-12 34", "", exact=True).same is None


def test_every_state_and_reason_has_its_words() -> None:
    assert set(CLAIM_STATES) == {each.value for each in ClaimState}
    assert set(REASONS) == {each.value for each in RefusalReason}


async def test_a_claim_by_number_of_another_kind_of_thing_is_wondered_at(house: House) -> None:
    _, odd = claimed(house, category="camera")
    item = half.found(house.lost.uow)
    report = half.file(house.lost.uow, half.BEN)
    half.settle(house.lost.uow)
    hints = half.hints(house.lost.uow, report["id"], half.BEN)["hints"]
    (hint,) = (each for each in hints if each["category"] == "coat")
    right = half.claim(house.lost.uow, half.BEN, match_id=hint["match_id"])
    async with house.at_work("lin", Role.DESK) as client:
        page = (await client.get(f"{HOME}/claims/{odd['number']}")).text
        assert "found: Camera or drone; reported: Coat or jacket" in page
        assert "no match was seen" in page
        page = (await client.get(f"{HOME}/claims/{right['number']}")).text
    assert item["number"] in page
    assert "Another kind of thing" not in page
    assert "no match was seen" not in page
