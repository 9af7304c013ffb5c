"""An airport's lost and found, and requests as the schemas load them: a service's way to its use cases."""

from __future__ import annotations

import json
from typing import Any

from kernel import sealing
from kernel.ids import new_id
from services.airport import Airport
from services.lostfound import schemas, usecases
from services.lostfound.domain.items import Item, Move
from services.lostfound.settings import LostFoundSettings
from services.lostfound.usecases.moving import lock_item, move
from services.lostfound.vault import Vault

VAULT = Vault({"k1": bytes(range(32))})
LIU, WANG = "staff:liu", "staff:wang"
FOUND_AT = "2026-11-20T04:00:00Z"
SHELVES = ["A-1", "A-2", "B-1"]


def place(**settings: Any) -> usecases.Place:
    """A copy of the service."""
    return usecases.Place(Airport(), LostFoundSettings(**settings), VAULT)


PLACE = place()


def sealed(value: Any) -> str:
    """As a door sends it."""
    return sealing.seal(VAULT.sealing_key(), json.dumps(value))


def ask(schema: Any, **values: Any) -> dict[str, Any]:
    """A request of staff, loaded. Some number of the request and Liu unless they are said."""
    request: dict[str, Any] = schema.load({"request_id": new_id(), "actor": LIU, **values})
    return request


def jacket(**changes: Any) -> dict[str, Any]:
    """ItemSpecSchema as JSON."""
    return {
        "category": "coat",
        "colours": ["navy"],
        "brand": "Bosideng 波司登",
        "description": "男款羽绒服, hood with fur",
        "found_from": FOUND_AT,
        "place": "T2-GATE-34",
        "flight_id": "CZ3101-20261120-CSX-PEK",
        **changes,
    }


MARKS = "左袖口有一个烟洞, initials J.M. inside"
PASSPORT = {"kind": "passport", "holder_name": "MILLER JANE", "number": "E12345678"}
FINDER = {"name": "陈小明", "phone": "13800138000"}


def open_desks(uow: Any, *desk_ids: str) -> None:
    for desk_id in desk_ids or ("t1", "t2"):
        request = ask(
            schemas.AddDeskSchema(),
            desk_id=desk_id,
            name_zh=f"{desk_id}失物招领处",
            name_en=f"Lost and found {desk_id}",
            place=f"{desk_id.upper()}-ARRIVALS",
            shelves=SHELVES,
        )
        usecases.add_desk(uow, PLACE, request)


def register(uow: Any, personal: Any = None, **changes: Any) -> dict[str, Any]:
    """ItemSchema of a new item at desk t2. changes: of the request, or under `item` of what is written down."""
    spec = jacket(**changes.pop("item", {}))
    values = {"desk_id": "t2", "shelf": "A-1", "item": spec, **changes}
    if personal is not None:
        values["personal"] = sealed(personal)
    answer = usecases.register_item(uow, PLACE, ask(schemas.RegisterItemSchema(), **values))
    item: dict[str, Any] = answer["item"]
    return item


def send(uow: Any, *items: dict[str, Any], to_desk: str = "t1", **changes: Any) -> dict[str, Any]:
    ids = [item["id"] for item in items]
    request = ask(schemas.SendTransferSchema(), item_ids=ids, to_desk=to_desk, **changes)
    transfer: dict[str, Any] = usecases.send_transfer(uow, PLACE, request)["transfer"]
    return transfer


def accept(uow: Any, transfer: dict[str, Any], *numbers: str, **changes: Any) -> dict[str, Any]:
    values = {"actor": WANG, "transfer_id": transfer["id"], "numbers": list(numbers), **changes}
    return usecases.accept_transfer(uow, PLACE, ask(schemas.AcceptTransferSchema(), **values))


def propose(uow: Any, *items: dict[str, Any], way: str = "police", **changes: Any) -> dict[str, Any]:
    ids = [item["id"] for item in items]
    request = ask(schemas.ProposeDisposalSchema(), item_ids=ids, way=way, **changes)
    disposal: dict[str, Any] = usecases.propose_disposal(uow, PLACE, request)["disposal"]
    return disposal


def confirm(uow: Any, disposal: dict[str, Any], actor: str = WANG) -> dict[str, Any]:
    request = ask(schemas.DecideDisposalSchema(), actor=actor, disposal_id=disposal["id"])
    decided: dict[str, Any] = usecases.confirm_disposal(uow, PLACE, request)["disposal"]
    return decided


def happen(uow: Any, item_id: str, kind: schemas.CustodyKind, holder: str | None = None, **more: Any) -> Item:
    """What the other half of the service does with an item: reserve it, release it, hand it over."""
    with uow.write() as tx:
        return move(tx, lock_item(tx, item_id), Move(kind, more.pop("actor", LIU), holder, **more))


def full(uow: Any, item: dict[str, Any]) -> dict[str, Any]:
    """FullItemSchema."""
    return usecases.get_item(uow, PLACE, schemas.GetItemSchema().load({"item_id": item["id"]}))


def chain(uow: Any, item: dict[str, Any]) -> list[tuple[str, str]]:
    """What happened to it, and who had it then."""
    return [(row["kind"], row["to_holder"]) for row in full(uow, item)["custody"]]


def broken(uow: Any) -> list[dict[str, Any]]:
    """Chains that don't add up."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = usecases.verify_custody(uow, None, cursor)
        schemas.VerifiedSchema().load(answer)
        found += answer["broken"]
        cursor = answer["next_cursor"]
        if cursor is None:
            return found
