"""A loss, a found thing, and requests as the schemas load them: a service's way to its use cases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from kernel.clock import real_now
from kernel.ids import new_id
from kernel.tables import OUTBOX
from services.lostfound import schemas, usecases
from services.lostfound.schemas import claims, finds, reports
from services.lostfound.usecases import claiming, deciding, ending, finding, handing, matching, reporting
from tests.unit.lostfound.examples import PLACE, SHELVES, sealed

ANN, BEN = "account-ann", "account-ben"
DESK, OTHER_DESK = "staff:li", "staff:wang"
MARKS = "Left cuff mended with green thread, initials JH inside the collar"
PASSPORT = {"kind": "passport", "holder_name": "ZHANG SAN", "number": "E12345678"}
SIGNATURE = {"width": 400, "height": 200, "strokes": [[[10, 20], [30, 40], [50, 20]]]}
IDENTITY = {"kind": "passport", "holder_name": "HARRIS JANE", "number": "543210987"}
HEARD: dict[str, Any] = {
    "item_registered": lambda uow, at, data: matching.hear_item(uow, at, data["item_id"], data["what"]),
    "item_changed": lambda uow, at, data: matching.hear_item(uow, at, data["item_id"], data["what"]),
    "report_filed": lambda uow, at, data: matching.hear_report(uow, at, data["report_id"]),
    "report_changed": lambda uow, at, data: matching.hear_report(uow, at, data["report_id"]),
    "find_announced": lambda uow, at, data: matching.hear_find(uow, at, data["find_id"]),
    "find_changed": lambda uow, at, data: matching.hear_find(uow, at, data["find_id"]),
    "item_returned": lambda uow, at, data: ending.end_rests(uow, data["report_id"]),
}


def hours_ago(hours: float) -> str:
    return (real_now() - timedelta(hours=hours)).astimezone(UTC).isoformat()


def events(uow: Any, *names: str) -> list[dict[str, Any]]:
    """What was told, oldest first: all, or those of these names."""
    with uow.read() as tx:
        bodies = list(tx.connection.execute(select(OUTBOX.c.body).order_by(OUTBOX.c.id)).scalars())
    told = [json.loads(body) for body in bodies]
    return [each for each in told if not names or each["name"] in names]


def settle(uow: Any, at: usecases.Place = PLACE, seen: int = 0) -> None:
    """Let the service hear what it told itself, until there is no more."""
    while True:
        told = events(uow)
        for each in told[seen:]:
            if each["name"] in HEARD:
                HEARD[each["name"]](uow, at, each["data"])
        if len(told) == seen:
            return
        seen = len(told)


def found(uow: Any, at: usecases.Place = PLACE, **more: Any) -> dict[str, Any]:
    """A jacket that somebody found at gate 34, unless told otherwise. personal: marks, serial, document."""
    open_desk(uow, at)
    personal = more.pop("personal", {"marks": "green thread on left cuff; JH in collar"})
    item = {
        "category": "coat",
        "colours": ["navy"],
        "brand": "Patagonia",
        "description": "藏青色羽绒服，女款",
        "found_from": hours_ago(4),
        "place": "T2-GATE-34",
        "flight_id": "CZ3101-20261124-CSX-PEK",
        **more,
    }
    request = {
        "request_id": new_id(),
        "actor": DESK,
        "desk_id": "t2",
        "item": item,
        "personal": sealed(personal),
    }
    answer = usecases.register_item(uow, at, schemas.RegisterItemSchema().load(request))
    view: dict[str, Any] = answer["item"]
    return view


def open_desk(uow: Any, at: usecases.Place = PLACE) -> None:
    request = {
        "request_id": new_id(),
        "actor": DESK,
        "desk_id": "t2",
        "name_zh": "T2失物招领处",
        "name_en": "Lost and found T2",
        "place": "T2-ARRIVALS",
        "shelves": SHELVES,
    }
    usecases.add_desk(uow, at, schemas.AddDeskSchema().load(request))


def file(
    uow: Any, who: str | None = ANN, at: usecases.Place = PLACE, private: Any = None, **more: Any
) -> dict[str, Any]:
    """The report of whoever lost that jacket. who: None: staff file it for somebody who called."""
    loss = {
        "category": "coat",
        "colours": ["navy"],
        "brand": "Patagonia",
        "description": "Dark blue down jacket, women's",
        "lost_from": hours_ago(7),
        "lost_to": hours_ago(3),
        "places": ["T2-GATE-34", "T2-SECURITY"],
        "flight_id": "CZ3101-20261124-CSX-PEK",
        **more,
    }
    request = {
        "request_id": new_id(),
        "language": "en",
        "loss": loss,
        "sealed": sealed({"marks": MARKS} if private is None else private),
        **asker(who),
    }
    answer = reporting.file_report(uow, at, reports.FileReportSchema().load(request), real_now())
    shape = reports.OneDeskReportSchema() if who is None else reports.OneReportSchema()
    assert shape.validate(answer) == {}
    view: dict[str, Any] = answer["report"]
    return view


def asker(who: str | None) -> dict[str, Any]:
    return {"actor": DESK} if who is None else {"passenger_id": who}


def hints(uow: Any, report_id: str, who: str = ANN, at: usecases.Place = PLACE) -> dict[str, Any]:
    request = {"passenger_id": who, "report_id": report_id}
    answer = matching.list_hints(uow, at, reports.ListHintsSchema().load(request))
    assert reports.HintsSchema().validate(answer) == {}
    return answer


def claim(
    uow: Any, who: str | None = ANN, at: usecases.Place = PLACE, proof: Any = None, **by: Any
) -> dict[str, Any]:
    """by: match_id, or report_id and item_number."""
    request = {"request_id": new_id(), "sealed": sealed(proof or {"marks": MARKS}), **asker(who), **by}
    answer = claiming.submit_claim(uow, at, claims.SubmitClaimSchema().load(request))
    shape = claims.OneDeskClaimSchema() if who is None else claims.OneClaimSchema()
    assert shape.validate(answer) == {}
    view: dict[str, Any] = answer["claim"]
    return view


def claimed(uow: Any, item: dict[str, Any], who: str = ANN, at: usecases.Place = PLACE) -> dict[str, Any]:
    """A claim on this item by somebody who was told its number."""
    report = file(uow, who, at)
    return claim(uow, who, at, report_id=report["id"], item_number=item["number"])


def see(uow: Any, claim_id: str, who: str | None = ANN, at: usecases.Place = PLACE) -> dict[str, Any]:
    request = {"claim_id": claim_id, **asker(who)}
    view: dict[str, Any] = claiming.get_claim(uow, at, claims.GetClaimSchema().load(request))["claim"]
    return view


def decide(
    uow: Any,
    claim: dict[str, Any],
    decision: str = "approve",
    actor: str = DESK,
    at: usecases.Place = PLACE,
    **more: Any,
) -> dict[str, Any]:
    request = {
        "request_id": new_id(),
        "actor": actor,
        "claim_id": claim["id"],
        "version": claim["version"],
        "decision": decision,
        **more,
    }
    answer = deciding.decide_claim(uow, at, claims.DecideClaimSchema().load(request), real_now())
    assert claims.DecidedSchema().validate(answer) == {}
    return answer


def withdraw(uow: Any, claim_id: str, who: str = ANN, at: usecases.Place = PLACE) -> dict[str, Any]:
    request = {"request_id": new_id(), "claim_id": claim_id, "passenger_id": who}
    return claiming.withdraw_claim(uow, at, claims.WithdrawClaimSchema().load(request))


def hand_over(
    uow: Any, item: dict[str, Any], code: str = "", actor: str = DESK, at: usecases.Place = PLACE, **more: Any
) -> dict[str, Any]:
    private = {"identity": IDENTITY, "signature": SIGNATURE}
    request = {
        "request_id": new_id(),
        "actor": actor,
        "item": item["number"],
        "code": code,
        "sealed": sealed(private),
        **more,
    }
    answer = handing.hand_over(uow, at, claims.HandOverSchema().load(request))
    assert claims.HandedOverSchema().validate(answer) == {}
    return answer


def announce(uow: Any, at: usecases.Place = PLACE, private: Any = None, **more: Any) -> dict[str, Any]:
    """Somebody picked up a passport in London."""
    contact = {"name": "Tom Reed", "phone": "+44 20 7946 0000"}
    request = {
        "request_id": new_id(),
        "address": "192.0.2.7",
        "language": "en",
        "category": "passport",
        "description": "A Chinese passport, red cover",
        "place": "Heathrow Express, London",
        "found_at": hours_ago(1),
        "sealed": sealed(private or {"document": PASSPORT | {"number": "E****5678"}, "contact": contact}),
        **more,
    }
    answer = finding.announce_find(uow, at, finds.AnnounceFindSchema().load(request), real_now())
    assert finds.AnnouncedSchema().validate(answer) == {}
    return answer


def at_time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def state_of(uow: Any, item: dict[str, Any]) -> str:
    with uow.read() as tx:
        kept = tx.store.item(item["id"])
    return str(kept.state.value)


def windows(uow: Any, claim_id: str, at: Any = PLACE, now: datetime | None = None) -> list[dict[str, Any]]:
    request = claims.ListWindowsSchema().load({"claim_id": claim_id, "passenger_id": ANN})
    answer = deciding.list_windows(uow, at, request, now or datetime.now(UTC))
    assert claims.WindowsSchema().validate(answer) == {}
    free: list[dict[str, Any]] = answer["windows"]
    return free


def choose(uow: Any, claim_id: str, starts_at: str, who: str = ANN, at: Any = PLACE) -> dict[str, Any]:
    request = {"request_id": new_id(), "claim_id": claim_id, "starts_at": starts_at, "passenger_id": who}
    answer = deciding.choose_pickup(uow, at, claims.ChoosePickupSchema().load(request), datetime.now(UTC))
    view: dict[str, Any] = answer["claim"]
    return view


def handover(uow: Any, claim_id: str, who: str | None = None) -> Any:
    request = claims.GetClaimSchema().load({"claim_id": claim_id, **asker(who)})
    return handing.get_handover(uow, PLACE, request)["handover"]
