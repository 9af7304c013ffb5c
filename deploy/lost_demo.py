"""Fills the demo's lost and found: what lies at its desks, with photos drawn here, and what people who called miss.

Through the use cases that staff's doors lead to, with keys by which a second run changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import Any, Final

from deploy.demo.lost import Lying, Missed, lying, missed
from deploy.demo.pictures import DRAWINGS, picture
from gateway.photos import darkroom
from kernel import sealing
from services.lostfound import schemas, usecases
from services.lostfound.schemas import reports
from services.lostfound.usecases import reporting

ACTOR: Final = "cli:demo"
PHOTOS: Final = 20
"""Things that have one; drawing and developing takes half a second each."""


def fill(uow: usecases.Work, here: usecases.Place, now: datetime, photos: int = PHOTOS) -> tuple[int, int]:
    """How many things and reports are new. now: the airport's time."""
    usecases.open_first_desks(uow, here)
    things = [*lying()]
    fresh = {
        desk: _import(uow, here, [each for each in things if each.desk == desk], now) for desk in ("t1", "t2")
    }
    filed = sum(_file(uow, here, each, now) for each in missed())
    ids = {reference: item_id for found in fresh.values() for reference, item_id in found.items()}
    drawn = [each for each in things if each.reference in ids and each.category in DRAWINGS]
    for each in sorted(drawn, key=lambda thing: thing.hours)[:photos]:
        _photograph(uow, here, each, ids[each.reference])
    return len(ids), filed


def _import(uow: usecases.Work, here: usecases.Place, things: list[Lying], now: datetime) -> dict[str, str]:
    """The ids of those that weren't there yet, by reference."""
    rows = [each.row(now) for each in things]
    asked = {"desk_id": things[0].desk, "rows": _sealed(here, rows), **_once(things[0].desk, now.isoformat())}
    report = usecases.import_items(uow, here, schemas.ImportItemsSchema().load(asked))
    assert not report["refused"], report["refused"]
    return {row["external_ref"]: row["item_id"] for row in report["registered"]}


def _photograph(uow: usecases.Work, here: usecases.Place, thing: Lying, item_id: str) -> None:
    photo = darkroom.develop(picture(thing.category, thing.colours, thing.reference))
    shot = {
        "jpeg": base64.b64encode(photo.jpeg).decode(),
        "thumbnail": base64.b64encode(photo.thumbnail).decode(),
    }
    asked = {"item_id": item_id, "photo": _sealed(here, shot), **_once("photo", thing.reference)}
    usecases.attach_photo(uow, here, schemas.AttachPhotoSchema().load(asked))


def _file(uow: usecases.Work, here: usecases.Place, each: Missed, now: datetime) -> bool:
    """Whether it is new: another demo's reports of the same callers are looked for by their phones."""
    looked = {"actor": ACTOR, "sealed": _sealed(here, {"phone": each.phone})}
    if reporting.search_reports(uow, here, reports.SearchReportsSchema().load(looked))["reports"]:
        return False
    asked = {
        "language": each.language,
        "loss": each.loss(now),
        "sealed": _sealed(here, each.private()),
        **_once("report", each.reference, now.isoformat()),
    }
    reporting.file_report(uow, here, reports.FileReportSchema().load(asked), now)
    return True


def _once(*what: str) -> dict[str, str]:
    """Who asks, and a request's id by what it is about."""
    print_ = hashlib.sha256("\n".join(("lost demo", *what)).encode()).hexdigest()
    return {"actor": ACTOR, "request_id": print_[:32]}


def _sealed(here: usecases.Place, content: Any) -> str:
    return sealing.seal(here.vault.sealing_key(), json.dumps(content))
