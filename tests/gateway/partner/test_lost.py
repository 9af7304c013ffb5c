"""Airlines and what they find on board, through the door: signed, sealed, described, in the reader's language."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from services.lostfound.errors import ItemNotFound, NotCounted
from services.partners.schemas import Scope
from tests.gateway.fakes import flight
from tests.gateway.partner.airline import Airline
from tests.gateway.partner.lost import Cabin, cabin, item
from tests.gateway.partner.test_described import PATHS, validate

pytestmark = pytest.mark.anyio
ITEMS = "/partner/v1/lost-items"
COAT: dict[str, Any] = {
    "reference": "SEAT-31A",
    "category": "coat",
    "found_from": "2026-11-23T04:00:00Z",
    "seat": "31A",
    "private": {"marks": "a torn pocket"},
}


async def post(
    at: Cabin, path: str, document: Any, by: Airline | None = None, **changes: str
) -> httpx.Response:
    by = by or at.airline
    body = orjson.dumps(document)
    return await at.http.post(path, content=body, headers=by.headers("POST", path, "", body, **changes))


async def read(at: Cabin, path: str, by: Airline | None = None, **wish: str) -> httpx.Response:
    return await (by or at.airline).get(path, **wish)


async def test_what_was_found_goes_on_sealed_with_its_flights_id_and_comes_back_item_by_item() -> None:
    known = flight("CZ3101")
    day = known["id"].split("-")[1]
    async with cabin() as at:
        at.lost.results = [
            {"index": 0, "reference": "SEAT-31A", "outcome": "registered", "item": item(), "reasons": None},
            {
                "index": 1,
                "reference": None,
                "outcome": "refused",
                "item": None,
                "reasons": {
                    "reference": ["Missing data for required field."],
                    "flight_id": ["No flight of yours."],
                },
            },
        ]
        strange = f"CZ9999-{day}"
        sent = {"items": [COAT | {"flight_id": f"CZ3101-{day}"}, {"flight_id": strange}]}
        answer = await post(at, ITEMS, sent)
        chinese = await post(at, ITEMS, sent, **{"Accept-Language": "zh"})
    asked = at.lost.asked["register_found"]
    assert asked["items"][0] == COAT | {"flight_id": known["id"]}
    assert asked["items"][1] == {"flight_id": strange}
    assert asked["partner"]["airlines"] == ["CZ"]
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["results"]
    assert (first["outcome"], first["item"]["number"]) == ("registered", "CSX-6B7K2M-4")
    assert second["errors"] == [
        {"field": "flight_id", "detail": "is no flight of yours"},
        {"field": "reference", "detail": "is required"},
    ]
    assert chinese.json()["results"][1]["errors"][0]["detail"] == "不是贵公司的航班"
    validate(PATHS[ITEMS]["post"], 200, answer.content)


async def test_an_airline_reads_its_items_hands_one_on_and_sees_claims() -> None:
    day = flight("CZ3101")["id"].split("-")[1]
    async with cabin() as at:
        listed = await read(at, ITEMS, state="stored", limit="10", flight_id=f"CZ3101-{day}")
        one = await read(at, f"{ITEMS}/CSX-6B7K2M-4")
        hand_path = f"{ITEMS}/CSX-6B7K2M-4/handed-to-desk"
        handed = await post(at, hand_path, {"desk_id": "t2"})
        claims = await read(at, "/partner/v1/lost-claims", flight_id=f"CZ3101-{day}")
        unknown = await read(at, "/partner/v1/lost-claims", flight_id=f"CZ9999-{day}")
        codes = await read(at, "/partner/v1/lost-codes")
    asked = at.lost.asked
    assert (
        asked["list_found"]["flight_id"] == asked["list_flight_claims"]["flight_id"] == flight("CZ3101")["id"]
    )
    assert [each.value for each in asked["list_found"]["states"]] == ["stored"]
    assert (asked["hand_to_desk"]["item"], asked["hand_to_desk"]["desk_id"]) == ("CSX-6B7K2M-4", "t2")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "checkin.flight_not_found")
    for path, method, answer in (
        (ITEMS, "get", listed),
        (f"{ITEMS}/{{item}}", "get", one),
        (f"{ITEMS}/{{item}}/handed-to-desk", "post", handed),
        ("/partner/v1/lost-claims", "get", claims),
        ("/partner/v1/lost-codes", "get", codes),
    ):
        assert answer.status_code == 200, answer.text
        validate(PATHS[path][method], 200, answer.content)


async def test_without_scope_signature_or_sense_nothing_is_asked() -> None:
    every = set(Scope)
    async with cabin() as at:
        blind = await at.other("CZ", scopes=tuple(every - {Scope.LOSTFOUND_READ}))
        mute = await at.other("CZ", scopes=tuple(every - {Scope.LOSTFOUND_WRITE}))
        hand = f"{ITEMS}/CSX-6B7K2M-4/handed-to-desk"
        for path in (ITEMS, f"{ITEMS}/CSX-6B7K2M-4", "/partner/v1/lost-codes"):
            assert (await read(at, path, by=blind)).status_code == 403
        for path, document in ((ITEMS, {"items": [COAT]}), (hand, {"desk_id": "t2"})):
            assert (await post(at, path, document, by=mute)).status_code == 403
            forged = await post(at, path, document, **{"X-Signature": "0" * 64})
            assert (forged.status_code, forged.json()["code"]) == (401, "partners.bad_signature")
        for path, document in (
            (ITEMS, {"items": []}),
            (ITEMS, {"items": [COAT] * 101}),
            (ITEMS, {"items": [COAT], "partner": {}}),
            (hand, {}),
            (hand, {"desk_id": 7}),
            (hand, {"desk_id": "t2", "actor": "staff:li"}),
        ):
            refused = await post(at, path, document)
            assert (refused.status_code, refused.json()["code"]) == (400, "gateway.bad_body"), document
        assert (await read(at, f"{ITEMS}/%2e%2e")).status_code == 404
    assert at.lost.asked == {}


async def test_what_the_service_refuses_is_a_problem() -> None:
    async with cabin() as at:
        at.lost.fails = {"get_found": ItemNotFound(), "hand_to_desk": NotCounted(number="CSX-6B7K2M-4")}
        missing = await read(at, f"{ITEMS}/CSX-6B7K2M-4")
        uncounted = await post(at, f"{ITEMS}/CSX-6B7K2M-4/handed-to-desk", {"desk_id": "t2"})
    assert (missing.status_code, missing.json()["code"]) == (404, "lostfound.item_not_found")
    assert (uncounted.status_code, uncounted.json()["code"]) == (409, "lostfound.not_counted")


async def test_who_may_read_lost_items_only_may_listen_to_them_only() -> None:
    hooks = "/partner/v1/webhooks"
    async with cabin() as at:
        lost = await at.other("CZ", scopes=(Scope.LOSTFOUND_READ,))
        made = await post(at, hooks, {"url": "https://hooks.example/a", "events": ["item_returned"]}, by=lost)
        refused = await post(at, hooks, {"url": "https://hooks.example/a", "events": ["boarded"]}, by=lost)
        listed = await read(at, hooks, by=lost)
    assert made.json()["webhook"]["events"] == ["item_returned"]
    assert (refused.status_code, refused.json()["code"]) == (400, "partners.bad_webhook")
    assert listed.json()["webhooks"] == [made.json()["webhook"]]
