"""Lost and found as JSON: as described, once for each key, whose it is, and nothing said that a thief could use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from kernel import clock
from kernel.errors import Unavailable
from tests.contract.test_openapi import check
from tests.gateway.photos.pictures import quarters, saved
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.lostfound import DESKS, SECRETS, text_of
from tests.gateway.web.travellers import ANNA, BEN

pytestmark = pytest.mark.anyio
LOST = "/api/v1/lostfound"
LEAK = {
    "brand": "Rimowa Essential Cabin", "marks": "blue ribbon", "serial": "92552005", "shelf": "A-7", "place": "T2-BELT-7",
    "number": "CSX-6B7K2M-4", "photo": "photo-of-item", "finder": "staff:wang",
}  # fmt: skip
"""What is known of a found thing, said by a service that says too much."""


def loss(**more: Any) -> dict[str, Any]:
    now = clock.now()
    since = {"lost_from": text_of(now - timedelta(hours=3)), "lost_to": text_of(now - timedelta(hours=1))}
    return {"category": "suitcase", "colours": ["black"], "places": ["AIRCRAFT"], **since, **more}


def report(**private: Any) -> dict[str, Any]:
    return {"loss": loss(), "private": {"marks": "a red thread", **private}}


def find(**more: Any) -> dict[str, Any]:
    contact = {"email": "joe@example.org"}
    paper = {"kind": "passport", "number": "E98****32", "holder_name": "BERG ANNA"}
    told = {"category": "passport", "place": "London", "found_at": text_of(clock.now())}
    return {**told, "private": {"contact": contact, "document": paper}, **more}


async def test_every_answer_is_as_described(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    kept = flights.lostfound
    filed = await anna.post(f"{LOST}/reports", json=report())
    assert filed.status_code == 201, filed.text
    one = filed.json()["report"]["id"]
    match_id, other = kept.match(one), kept.match(one)
    claimed = await anna.post(
        f"{LOST}/claims", json={"match_id": match_id, "private": {"marks": "a red thread"}}
    )
    assert claimed.status_code == 201, claimed.text
    claim = claimed.json()["claim"]["id"]
    kept.decide(claim)
    window = (await anna.get(f"{LOST}/claims/{claim}/windows")).json()["windows"][0]["starts_at"]
    check(filed.json(), "post", f"{LOST}/reports", 201)
    check(claimed.json(), "post", f"{LOST}/claims", 201)
    report_path, claim_path = f"{LOST}/reports/{{report_id}}", f"{LOST}/claims/{{claim_id}}"
    steps: list[tuple[str, str, str, Any]] = [
        ("get", "/vocabulary", f"{LOST}/vocabulary", None),
        ("get", "/items?category=coat&month=2026-11", f"{LOST}/items", None),
        ("post", "/finds", f"{LOST}/finds", find()),
        ("get", "/reports", f"{LOST}/reports", None),
        ("get", f"/reports/{one}", report_path, None),
        ("patch", f"/reports/{one}", report_path, {"version": 1, "loss": loss(brand="Tumi")}),
        ("get", f"/reports/{one}/hints", f"{report_path}/hints", None),
        ("delete", f"/reports/{one}/hints/{other}", f"{report_path}/hints/{{match_id}}", None),
        ("get", "/claims", f"{LOST}/claims", None),
        ("get", f"/claims/{claim}", claim_path, None),
        ("put", f"/claims/{claim}/pickup", f"{claim_path}/pickup", {"starts_at": window}),
        ("delete", f"/claims/{claim}", claim_path, None),
        ("post", f"/reports/{one}/closure", f"{report_path}/closure", {"why": "found_elsewhere"}),
    ]
    kept.hand_in("coat", "navy")
    for method, address, described, sent in steps:
        answer = await anna.request(method, f"{LOST}{address}", json=sent)
        assert answer.status_code in {200, 201}, (address, answer.text)
        check(answer.json(), method, described, answer.status_code)


async def test_what_is_private_goes_on_sealed(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    contact = {"phone": "+8613800138000"}
    await anna.post(f"{LOST}/reports", json=report(serial="SN-4711", contact=contact))
    await anna.post(f"{LOST}/finds", json=find())
    (kept,) = flights.lostfound.private.values()
    assert (kept["serial"], kept["contact"]["phone"]) == ("SN-4711", "+8613800138000")
    for secret in ("red thread", "SN-4711", "13800138000", "joe@", "E98", "BERG"):
        assert secret not in repr(flights.calls), secret


async def test_a_key_files_once_and_claims_once(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    key = {"Idempotency-Key": "once-and-only"}
    filed = [await anna.post(f"{LOST}/reports", json=report(), headers=key) for _ in range(2)]
    assert filed[0].json() == filed[1].json()
    assert len(flights.lostfound.reports) == 1
    match_id = flights.lostfound.match(filed[0].json()["report"]["id"])
    wish = {"match_id": match_id, "private": {"serial": "4711"}}
    for _ in range(2):
        assert (await anna.post(f"{LOST}/claims", json=wish, headers=key)).status_code == 201
    assert len(flights.lostfound.claims) == 1


async def test_photos_are_made_harmless_and_shown_to_their_owner(
    anna: httpx.AsyncClient, ben: httpx.AsyncClient, flights: FakeFlights
) -> None:
    one = flights.lostfound.filed(ANNA)
    picture = saved(quarters(400, 300), "PNG")
    path = f"{LOST}/reports/{one}/photos"
    sent = await anna.post(path, content=picture, headers={"Content-Type": "image/png"})
    assert sent.status_code == 201, sent.text
    check(sent.json(), "post", f"{LOST}/reports/{{report_id}}/photos", 201)
    photo = f"{LOST}/photos/{sent.json()['photo_id']}"
    shown = await anna.get(photo)
    assert (shown.content[:3], shown.headers["Cache-Control"]) == (b"\xff\xd8\xff", "private, no-store")
    assert (await ben.get(photo)).status_code == 404
    bad = await anna.post(path, content=b"<svg/>", headers={"Content-Type": "image/png"})
    assert (bad.status_code, bad.json()["code"]) == (400, "photos.unknown_format")
    odd = await anna.post(path, content=b"<svg/>", headers={"Content-Type": "image/svg+xml"})
    assert odd.status_code == 415


async def test_anothers_reports_and_claims_are_like_none(
    ben: httpx.AsyncClient, flights: FakeFlights
) -> None:
    one = flights.lostfound.filed(ANNA)
    claim = flights.lostfound.claimed(ANNA, one)
    for kind, known in (("reports", one), ("claims", claim)):
        theirs, none = [await ben.get(f"{LOST}/{kind}/{name}") for name in (known, "f" * 32)]
        assert (theirs.status_code, theirs.json()["code"]) == (404, none.json()["code"])
    assert (await ben.get(f"{LOST}/reports/{one}/hints")).status_code == 404
    assert (await ben.delete(f"{LOST}/claims/{claim}")).status_code == 404
    assert (await ben.get(f"{LOST}/reports")).json()["reports"] == []


async def test_without_an_account_one_may_look_and_announce_and_nothing_else(
    program: httpx.AsyncClient, flights: FakeFlights
) -> None:
    assert (await program.get(f"{LOST}/items")).status_code == 200
    assert (await program.get(f"{LOST}/vocabulary")).status_code == 200
    assert (await program.post(f"{LOST}/finds", json=find())).status_code == 201
    for path in ("reports", "claims", f"reports/{'f' * 32}/hints"):
        assert (await program.get(f"{LOST}/{path}")).status_code == 401, path
    assert (await program.post(f"{LOST}/reports", json=report())).status_code == 401


async def test_no_other_site_files_claims_or_announces_for_an_account(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for path, body in (("reports", report()), ("finds", find())):
        answer = await anna.post(f"{LOST}/{path}", json=body, headers=foreign)
        assert answer.status_code == 403, path
    assert (flights.lostfound.reports, flights.lostfound.announced) == ({}, [])


async def test_one_address_announces_only_so_much_in_an_hour(program: httpx.AsyncClient) -> None:
    codes = [(await program.post(f"{LOST}/finds", json=find())).status_code for _ in range(21)]
    assert codes == [201] * 20 + [429]


@pytest.mark.parametrize(
    "wrong",
    [
        {"loss": loss(category="spaceship")},
        {"loss": loss(colours=["red"] * 4)},
        {"loss": loss(lost_to="2001-01-01T00:00:00Z")},
        {"loss": loss(price_fen=1)},
        {"private": {"marks": "x"}},
        {"loss": loss(), "private": {"marks": 7}},
        {"loss": loss(), "passenger_id": BEN},
    ],
)
async def test_bad_bodies_are_told_by_field(
    anna: httpx.AsyncClient, flights: FakeFlights, wrong: dict[str, Any]
) -> None:
    answer = await anna.post(f"{LOST}/reports", json=wrong)
    assert (answer.status_code, bool(answer.json()["errors"])) == (400, True)
    assert flights.lostfound.reports == {}


async def test_no_answer_says_what_a_thief_could_use(
    anna: httpx.AsyncClient, program: httpx.AsyncClient, flights: FakeFlights
) -> None:
    kept = flights.lostfound
    one = kept.filed(ANNA)
    kept.match(one)
    kept.hints[one][0] |= LEAK
    kept.hand_in("suitcase", "black")
    kept.public[0] |= LEAK
    kept.strict = False
    claim = kept.claimed(ANNA, kept.filed(ANNA, "coat"))
    kept.claims[claim] |= LEAK | {"number": "C-1"}
    for client in (anna, program):
        for path in ("items", "vocabulary", "items?category=suitcase"):
            text = (await client.get(f"{LOST}/{path}")).text
            told = text if path != "vocabulary" else text.partition('"desks"')[2]
            assert not [secret for secret in SECRETS if secret in told], path
    for path in (f"reports/{one}/hints", f"claims/{claim}", "claims", f"reports/{one}"):
        answer = await anna.get(f"{LOST}/{path}")
        assert answer.status_code == 200, path
        assert not [secret for secret in SECRETS if secret in answer.text], path
    assert "A-7" in repr(DESKS), "control: the service does say it"


async def test_refusals_come_by_name(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    one = flights.lostfound.filed(ANNA)
    stale = await anna.patch(f"{LOST}/reports/{one}", json={"version": 9, "loss": loss()})
    assert (stale.status_code, stale.json()["code"]) == (409, "lostfound.changed_meanwhile")
    two_ways = {"match_id": "m", "report_id": one, "item_number": "CSX-1", "private": {"marks": "x"}}
    assert (await anna.post(f"{LOST}/claims", json=two_ways)).status_code == 400
    flights.lostfound.refuses = Unavailable(service="lostfound", retry_after_s=2)
    assert (await anna.post(f"{LOST}/reports", json=report())).status_code == 503
