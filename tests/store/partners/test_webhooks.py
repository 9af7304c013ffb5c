"""Webhooks over the fake and both databases, with a clock that is played."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from kernel.ids import new_id
from services.partners import usecases
from services.partners.domain.webhooks import webhook_key
from services.partners.errors import BadWebhook, ClientNotFound, TooManyWebhooks, WebhookNotFound
from services.partners.schemas import DeliveryState, Scope, WebhookEvent
from services.partners.usecases import Courier, NewWebhook
from tests.store.partners.hooks import CIPHER, NOW, URL, Played, away, event, listen, partner

HOUR = timedelta(hours=1)


@pytest.fixture
def uow(store_uow: Any) -> Any:
    return store_uow


def listed(
    uow: Any, client_id: str, webhook_id: str, state: DeliveryState | None = None
) -> list[dict[str, Any]]:
    request = {"client_id": client_id, "webhook_id": webhook_id, "state": state, "before": None, "limit": 50}
    found: list[dict[str, Any]] = usecases.list_deliveries(uow, request)["deliveries"]
    return found


def replay(uow: Any, client_id: str, webhook_id: str, at: Any, **which: Any) -> int:
    request = {"client_id": client_id, "webhook_id": webhook_id, "delivery_id": None, "since": None, **which}
    return int(usecases.replay_deliveries(uow, request, at)["replayed"])


def versions(played: Played, traveller: str = "t1") -> list[int]:
    """What the receiver was told of a traveller, in order."""
    documents = [orjson.loads(body) for _, body, _ in played.heard]
    return [each["version"] for each in documents if each["data"]["traveller_id"] == traveller]


def test_what_happened_arrives_signed_and_without_what_is_nobodys_business(uow: Any) -> None:
    issued, played = partner(uow), Played(uow)
    webhook_id = listen(uow, issued.client_id)
    assert usecases.note_event(uow, event(), NOW) == 1
    played.until_quiet()
    ((url, body, headers),) = played.heard
    assert url == URL
    document = orjson.loads(body)
    assert (document["event"], document["version"], document["data"]["seat"]) == ("checked_in", 1, "31A")
    assert not {"accounts", "booking_id"} & document["data"].keys()
    assert headers["X-Delivery"] == document["id"]
    digest = hashlib.sha256(body).hexdigest()
    text = f"POST\n/airport\nfrom=csx\n{digest}\n{headers['X-Timestamp']}\n{headers['X-Nonce']}"
    key = hmac.new(issued.signing_key.encode(), f"webhook\n{webhook_id}".encode(), hashlib.sha256).hexdigest()
    assert key == webhook_key(issued.signing_key, webhook_id)
    assert headers["X-Signature"] == hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
    (shown,) = listed(uow, issued.client_id, webhook_id)
    assert (shown["state"], shown["last_result"], shown["attempts"]) == ("delivered", "204", 1)


def test_while_keys_are_exchanged_both_sign(uow: Any) -> None:
    issued, played = partner(uow), Played(uow)
    webhook_id = listen(uow, issued.client_id)
    fresh = usecases.rotate_credential(uow, CIPHER, issued.client_id, HOUR, "test", NOW)
    usecases.note_event(uow, event(), NOW)
    played.until_quiet()
    ((_, body, headers),) = played.heard
    text = (
        f"POST\n/airport\nfrom=csx\n{hashlib.sha256(body).hexdigest()}\n"
        f"{headers['X-Timestamp']}\n{headers['X-Nonce']}"
    )
    keys = [webhook_key(each.signing_key, webhook_id).encode() for each in (fresh, issued)]
    assert set(headers["X-Signature"].split(",")) == {
        hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in keys
    }


def test_a_traveller_is_told_of_in_order_whatever_order_events_come_in(uow: Any) -> None:
    issued, played = partner(uow), Played(uow)
    listen(uow, issued.client_id)
    for number in (3, 1, 2):
        usecases.note_event(uow, event(version=number), NOW)
    usecases.note_event(uow, event(traveller="t2", version=7), NOW)
    assert played.deliver() == 0, "what came just now waits a moment for what comes before it"
    played.until_quiet()
    assert (versions(played), versions(played, "t2")) == ([1, 2, 3], [7])


def test_nobody_is_told_of_the_next_before_the_one_before_has_arrived(uow: Any) -> None:
    issued, played = partner(uow), Played(uow)
    listen(uow, issued.client_id)
    for number in (1, 2):
        usecases.note_event(uow, event(version=number), NOW)
    usecases.note_event(uow, event(traveller="t2"), NOW)
    failed: list[bytes] = []

    def first_time_wrong(url: str, body: bytes) -> int:
        if orjson.loads(body)["data"]["traveller_id"] == "t1" and not failed:
            failed.append(body)
            return 500
        return 200

    played.answer = first_time_wrong
    played.until_quiet()
    assert (versions(played), versions(played, "t2")) == ([1], [1]), "others don't wait"
    played.now += timedelta(seconds=6)
    played.until_quiet()
    assert versions(played) == [1, 1, 2]
    assert played.heard[-2][2]["X-Delivery"] == orjson.loads(failed[0])["id"], "the same delivery again"


def test_a_receiver_that_is_away_is_tried_for_three_days_and_then_listed(uow: Any) -> None:
    issued, played = partner(uow), Played(uow)
    webhook_id = listen(uow, issued.client_id)
    for number in (1, 2):
        usecases.note_event(uow, event(version=number), NOW)
    played.answer = away
    tried = []
    while waiting := listed(uow, issued.client_id, webhook_id, DeliveryState.WAITING):
        assert played.now - NOW < timedelta(hours=80)
        if played.deliver():
            tried.append(played.now - NOW)
        else:
            played.now = max(datetime.fromisoformat(each["due_at"]) for each in waiting)
    assert set(versions(played)) == {1, 2}
    assert timedelta(hours=72) <= max(tried) < timedelta(hours=73)
    assert 75 <= len(tried) <= 90, "seconds at first, then every hour"
    parked = listed(uow, issued.client_id, webhook_id, DeliveryState.PARKED)
    assert [each["last_result"] for each in parked] == ["connection", "connection"]
    played.answer = lambda url, body: 200
    played.heard.clear()
    assert played.deliver() == 0
    assert replay(uow, issued.client_id, webhook_id, played.now, since=NOW) == 2
    played.until_quiet()
    assert versions(played) == [1, 2]


def test_one_delivery_is_replayed_by_its_id_and_none_of_others(uow: Any) -> None:
    issued, other, played = partner(uow), partner(uow, "MU"), Played(uow)
    webhook_id = listen(uow, issued.client_id)
    for number in (1, 2):
        usecases.note_event(uow, event(version=number), NOW)
    played.until_quiet()
    first = orjson.loads(played.heard[0][1])["id"]
    assert replay(uow, issued.client_id, webhook_id, played.now, delivery_id=first) == 1
    played.until_quiet()
    assert versions(played) == [1, 2, 1]
    assert played.heard[2][2]["X-Delivery"] == first
    with pytest.raises(WebhookNotFound):
        replay(uow, issued.client_id, webhook_id, played.now, delivery_id="nothing")
    for work in (
        lambda: replay(uow, other.client_id, webhook_id, played.now, since=NOW),
        lambda: listed(uow, other.client_id, webhook_id),
        lambda: usecases.remove_webhook(uow, other.client_id, webhook_id, NOW),
    ):
        with pytest.raises(WebhookNotFound):
            work()


def test_a_partner_hears_of_its_own_airlines_and_of_what_it_asked_for(uow: Any) -> None:
    mine, theirs, handler = partner(uow), partner(uow, "MU"), partner(uow, "*")
    listen(uow, mine.client_id, events=(WebhookEvent.BOARDED,))
    listen(uow, theirs.client_id)
    listen(uow, handler.client_id, airline="CZ")
    listen(uow, handler.client_id, airline="CA")
    nobody = partner(uow, scopes=(Scope.FLIGHTS_READ, Scope.LOSTFOUND_READ))
    with pytest.raises(BadWebhook):
        listen(uow, nobody.client_id)
    assert usecases.note_event(uow, event("checked_in"), NOW) == 1
    assert usecases.note_event(uow, event("boarded", version=2), NOW) == 2
    assert usecases.note_event(uow, event(airline="3U"), NOW) == 0
    usecases.revoke_partner(uow, mine.client_id, "test", NOW)
    assert usecases.note_event(uow, event("boarded", version=3), NOW) == 1
    played = Played(uow)
    played.until_quiet()
    assert len(played.heard) == 3, "who was revoked is told nothing that waited, either"


def test_the_same_event_again_is_nothing_new(uow: Any) -> None:
    issued, played = partner(uow), Played(uow)
    listen(uow, issued.client_id)
    once = event()
    for _ in range(2):
        usecases.note_event(uow, once, NOW)
    played.until_quiet()
    assert len(played.heard) == 1


def test_two_couriers_do_not_send_at_once(uow: Any) -> None:
    issued, first, second = partner(uow), Played(uow), Played(uow)
    listen(uow, issued.client_id)
    usecases.note_event(uow, event(), NOW)
    for each in (first, second):
        each.now += timedelta(seconds=1)
    claimed = first.courier.claim(10)
    assert (len(claimed), first.courier.claim(10), second.courier.claim(10)) == (1, [], [])
    first.deliver(claimed)
    first.courier.leave()
    usecases.note_event(uow, event(version=2), NOW)
    third = Courier(uow, CIPHER, Played(uow)._receivers(), lambda: NOW + timedelta(seconds=1))
    assert len(third.claim(10)) == 1


def test_a_receiver_has_no_more_than_its_share_under_way(uow: Any) -> None:
    dead, alive = partner(uow), partner(uow)
    listen(uow, dead.client_id, url="https://dead.example/")
    listen(uow, alive.client_id, url="https://alive.example/")
    for number in range(24):
        usecases.note_event(uow, event(traveller=f"t{number}"), NOW)
    played = Played(uow)
    played.now += timedelta(seconds=1)
    under_way = played.courier.claim(100)
    assert (
        sorted(each.url for each in under_way)
        == ["https://alive.example/"] * 4 + ["https://dead.example/"] * 4
    )
    hanging = [each for each in under_way if "dead" in each.url]
    played.deliver(each for each in under_way if each not in hanging)
    for _ in range(8):
        played.deliver()
    assert len(played.heard) == 24, "all of the other's arrive while four of this one's hang"


def test_what_is_removed_is_told_nothing_more(uow: Any) -> None:
    issued, played = partner(uow), Played(uow)
    webhook_id = listen(uow, issued.client_id)
    usecases.note_event(uow, event(), NOW)
    usecases.remove_webhook(uow, issued.client_id, webhook_id, NOW)
    played.until_quiet()
    assert played.heard == []
    assert usecases.list_webhooks(uow, issued.client_id) == {"webhooks": []}


def test_what_can_not_be_a_webhook_is_refused(uow: Any) -> None:
    issued = partner(uow)
    for url in (
        "http://hooks.example/",
        "https://user@hooks.example/",
        "https://hooks.example:22/",
        "https:///x",
    ):
        with pytest.raises(BadWebhook):
            listen(uow, issued.client_id, url=url)
    with pytest.raises(BadWebhook):
        listen(uow, issued.client_id, airline="MU")
    with pytest.raises(ClientNotFound):
        listen(uow, "nobody")
    request_id, new = new_id(), NewWebhook(issued.client_id, URL, (WebhookEvent.BOARDED,))
    made = [usecases.create_webhook(uow, request_id, new, NOW, allow_private=False) for _ in range(2)]
    assert made[0] == made[1]
    for _ in range(9):
        listen(uow, issued.client_id)
    with pytest.raises(TooManyWebhooks):
        listen(uow, issued.client_id)


def test_old_deliveries_are_forgotten_and_waiting_ones_are_not(uow: Any) -> None:
    issued, played = partner(uow), Played(uow)
    webhook_id = listen(uow, issued.client_id)
    usecases.note_event(uow, event(), NOW)
    played.until_quiet()
    usecases.note_event(uow, event(version=2), NOW)
    usecases.purge(uow, NOW + timedelta(days=13))
    assert len(listed(uow, issued.client_id, webhook_id)) == 2
    usecases.purge(uow, NOW + timedelta(days=15))
    (left,) = listed(uow, issued.client_id, webhook_id)
    assert (left["version"], left["state"]) == (2, "waiting")
