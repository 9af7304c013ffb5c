"""The examples of docs/partner-api.md, sent as they stand there."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from kernel import clock
from services.checkin.schemas import ListOutcome
from services.partners import usecases
from services.partners.domain.webhooks import content
from services.partners.schemas import WebhookEvent
from tests.fakes.partners import FakePartnersStore
from tests.fakes.uow import FakeUnitOfWork
from tests.gateway.partner.checkin import gate, head
from tests.store.partners.hooks import NOW, Played, event, listen, partner

pytestmark = pytest.mark.anyio
GUIDE = (Path(__file__).parents[3] / "docs" / "partner-api.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def example(word: str) -> Any:
    """The JSON example that has this word."""
    (found,) = [block for block in blocks("json") if word in block]
    return orjson.loads(found)


async def test_lists_aircraft_and_scans_of_the_guide_are_taken() -> None:
    async with gate() as at:
        whole = await at.send("PUT", "passengers", example('"bookings"'))
        changed = await at.send("POST", "passengers", example('"changes"'))
        aircraft = await at.send("PUT", "configuration", example('"cabins"'))
        scanned = await at.send("POST", "boarding/scans", example('"code"'))
    assert (whole.json()["outcome"], whole.json()["added"]) == (ListOutcome.APPLIED.value, 1), whole.text
    assert (changed.json()["outcome"], changed.json()["deleted"]) == ("applied", 1), changed.text
    assert (aircraft.json()["outcome"], aircraft.json()["seats"]) == ("applied", 14), aircraft.text
    assert scanned.json()["scan"]["result"] in ("not_checked_in", "wrong_flight"), scanned.text


async def test_the_message_of_the_guide_waits_for_its_second_part() -> None:
    (text,) = blocks("teletype")
    text = re.sub(r"^CZ3101/.*(?= PART1$)", head(), text, flags=re.MULTILINE)
    async with gate() as at:
        answer = await at.send("POST", "/partner/v1/teletype", text)
    assert (answer.json()["outcome"], answer.json()["missing"]) == ("waiting", [2]), answer.text


def test_a_webhook_is_recognised_by_the_guides_own_code() -> None:
    code = next(block for block in blocks("python") if "def is_ours" in block)
    names: dict[str, Any] = {"hmac": hmac, "hashlib": hashlib, "time": time}
    exec(code, names)
    is_ours: Callable[..., bool] = names["is_ours"]
    uow: Any = FakeUnitOfWork(FakePartnersStore())
    issued, played = partner(uow), Played(uow)
    played.now = clock.real_now()
    listen(uow, issued.client_id)
    usecases.note_event(uow, event(), NOW)
    played.until_quiet()
    ((_, body, headers),) = played.heard
    place = ("POST", "/airport", "from=csx")
    assert is_ours(issued.signing_key, place, headers, body)
    assert not is_ours(issued.signing_key, place, headers, body + b" ")
    assert not is_ours("another key", place, headers, body)


def test_the_guide_shows_a_delivery_as_it_is_sent_and_names_every_event() -> None:
    shown = example('"occurred_at"')
    made = content("d1", event("boarded", device="gate-12"))
    assert shown.keys() == made.keys()
    assert shown["data"].keys() == made["data"].keys()
    told = GUIDE.partition("## 8. Webhooks")[2].partition("```json")[0]
    assert all(f"`{each.value}`" in told for each in WebhookEvent)
