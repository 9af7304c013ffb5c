"""What is told of things found on an airline's flights: to that airline, without anybody's name or place on a shelf."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from kernel.ids import new_id
from services.lostfound import events
from services.partners import usecases
from services.partners.domain.webhooks import airline_of, scope_of
from services.partners.errors import BadWebhook
from services.partners.schemas import Scope, WebhookEvent
from tests.store.partners.hooks import NOW, Played, listen, partner

LOST = tuple(each for each in WebhookEvent if scope_of(each) is Scope.LOSTFOUND_READ)
FLIGHT = "CZ3101-20261123-CSX-PEK"


@pytest.fixture
def uow(store_uow: Any) -> Any:
    return store_uow


def lost(name: str, about: str = "i1", version: int = 1, **data: Any) -> dict[str, Any]:
    """An envelope of lostfound's, with more in it than anybody may be told."""
    common = {
        "item_id": "i1",
        "category": "coat",
        "state": "stored",
        "flight_id": FLIGHT,
        "airline": "CZ",
        "desk_id": None,
        "passenger_id": "account-ann",
        "report_id": "r1",
        "desk": {"zh": "T2", "en": "T2"},
    }
    return {
        "id": new_id(),
        "name": name,
        "schema": 1,
        "aggregate": about,
        "aggregate_version": version,
        "at": "2026-11-23T08:00:00Z",
        "data": common | data,
    }


def told(played: Played) -> list[tuple[str, int]]:
    documents = [orjson.loads(body) for _, body, _ in played.heard]
    return [(each["event"], each["version"]) for each in documents]


def test_an_airline_hears_of_its_item_in_order_and_of_nobody_elses_business(uow: Any) -> None:
    issued, other, played = partner(uow), partner(uow, "MU"), Played(uow)
    listen(uow, issued.client_id, events=LOST)
    listen(uow, other.client_id, events=LOST)
    story = [
        lost("item_registered", what="registered"),
        lost("item_changed", version=3, what="accepted", desk_id="t2"),
        lost("item_changed", version=2, what="sent"),
        lost("item_changed", version=4, what="moved_shelf"),
    ]
    assert [usecases.note_event(uow, each, NOW) for each in story] == [1, 1, 1, 0]
    played.until_quiet()
    assert told(played) == [("item_registered", 1), ("item_changed", 2), ("item_changed", 3)]
    assert "account-ann" not in str(played.heard)
    data = orjson.loads(played.heard[2][1])["data"]
    assert data == {
        "item_id": "i1",
        "category": "coat",
        "state": "stored",
        "flight_id": FLIGHT,
        "airline": "CZ",
        "desk_id": "t2",
        "what": "accepted",
    }


def test_what_a_desk_has_from_a_flight_concerns_who_flew_it(uow: Any) -> None:
    issued, played = partner(uow), Played(uow)
    listen(uow, issued.client_id, events=LOST)
    claim = {"claim_id": "c1", "state": "approved", "airline": None}
    decided = lost(
        "claim_decided", "c1", **claim, decision="approved", reason=None, fetch_by="2026-12-01T00:00:00Z"
    )
    assert usecases.note_event(uow, decided, NOW) == 1
    for flight_id in (None, "MU5302-20261123-CSX-SHA", "nonsense"):
        elsewhere = lost("item_returned", "c2", **claim | {"flight_id": flight_id})
        assert usecases.note_event(uow, elsewhere, NOW) == 0
    played.until_quiet()
    assert told(played) == [("claim_decided", 1)]
    assert "fetch_by" not in orjson.loads(played.heard[0][1])["data"]


def test_each_event_needs_its_own_scope(uow: Any) -> None:
    reader = partner(uow, scopes=(Scope.LOSTFOUND_READ,))
    with pytest.raises(BadWebhook):
        listen(uow, reader.client_id, events=(WebhookEvent.ITEM_RETURNED, WebhookEvent.BOARDED))
    listen(uow, reader.client_id, events=(WebhookEvent.ITEM_RETURNED,))
    assert usecases.note_event(uow, lost("item_returned"), NOW) == 1


def test_every_event_that_is_told_is_published_and_heard() -> None:
    published = {value for name, value in inspect.getmembers(events) if name.isupper()}
    source = (Path(usecases.__file__).parents[1] / "service.py").read_text(encoding="utf-8")
    heard = set(re.findall(r'@handle_event\("lostfound", "(\w+)"\)', source))
    assert heard == {each.value for each in LOST} <= published


@pytest.mark.parametrize(
    ("flight_id", "airline"),
    [
        (FLIGHT, "CZ"),
        ("3U8633-20261123-CSX-CTU", "3U"),
        ("B735-20261123-CSX-TPE", "B7"),
        ("CZ3101", None),
        ("", None),
    ],
)
def test_a_flights_id_says_whose_it_is(flight_id: str, airline: str | None) -> None:
    assert airline_of(lost("item_registered", flight_id=flight_id, airline=None)) == airline
