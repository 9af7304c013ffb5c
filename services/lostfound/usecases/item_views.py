"""Items as schemas says. What is personal is masked here, and never in an answer that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.instants import instant, instant_or_none
from services.lostfound.domain.custody import Row
from services.lostfound.domain.items import Item
from services.lostfound.domain.masking import mask_number, mask_phone
from services.lostfound.domain.retention import due, is_overdue
from services.lostfound.schemas.vocabulary import AREAS, CATEGORIES
from services.lostfound.usecases.shared import (
    Place,
    Tx,
)

_AS_THEY_ARE = (
    "id",
    "number",
    "version",
    "category",
    "brand",
    "description",
    "valuable",
    "place",
    "place_note",
    "flight_id",
    "seat",
    "bus_departure_id",
    "has_marks",
    "has_serial",
    "document_kind",
    "holder",
    "desk_id",
    "airline",
    "shelf",
    "registered_by",
    "rule",
    "external_ref",
)
_INSTANTS = ("found_from", "found_to", "registered_at", "changed_at", "keep_until")
_PERHAPS = ("counted_at", "published_at", "notice_until", "missing_at")


def item_views(tx: Tx, items: Sequence[Item]) -> list[dict[str, Any]]:
    """ItemSchema of each."""
    photos = tx.store.photo_ids([item.id for item in items])
    now = tx.now()
    return [_view(item, photos.get(item.id, []), now) for item in items]


def item_view(tx: Tx, item: Item) -> dict[str, Any]:
    """ItemSchema."""
    return item_views(tx, [item])[0]


def _view(item: Item, photos: list[str], now: datetime) -> dict[str, Any]:
    step = due(item)
    return {
        **{name: getattr(item, name) for name in _AS_THEY_ARE},
        **{name: instant(getattr(item, name)) for name in _INSTANTS},
        **{name: instant_or_none(getattr(item, name)) for name in _PERHAPS},
        "state": item.state.value,
        "colours": list(item.colours),
        "cash": [dict(vars(each)) for each in item.cash],
        "finder_kind": item.finder_kind.value,
        "due": None if step is None else step.value,
        "overdue": is_overdue(item, now),
        "photos": photos,
    }


def personal_view(place: Place, item: Item) -> dict[str, Any]:
    """ShownPersonalSchema: marks and names whole, as a claim is compared with them; numbers masked."""
    if item.personal_sealed is None:
        return {"marks": "", "serial": "", "document": None, "finder": None}
    personal = place.vault.open(item.personal_sealed, item.id)
    document, finder = personal["document"], personal["finder"]
    return {
        "marks": personal["marks"],
        "serial": personal["serial"],
        "document": document and {**document, "number": mask_number(document["number"])},
        "finder": finder and {"name": finder["name"], "phone": mask_phone(finder["phone"])},
    }


def custody_views(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """CustodyRowSchema of each."""
    return [
        {
            **{
                name: getattr(row, name)
                for name in ("seq", "from_holder", "to_holder", "actor", "witness", "note", "hash")
            },
            "kind": row.kind.value,
            "at": instant(row.at),
        }
        for row in rows
    ]


def public_view(place: Place, item: Item) -> dict[str, Any]:
    """PublicItemSchema: no id, no number, no day, nothing that staff wrote."""
    known = place.places.get(item.place)
    area = AREAS[known.area if known is not None else "elsewhere"]
    category = CATEGORIES[item.category]
    return {
        "category": item.category,
        "category_name": words(category),
        "colours": list(item.colours),
        "month": item.found_from.astimezone(place.zone).strftime("%Y-%m"),
        "area": words(area),
    }


def words(named: Any) -> dict[str, str]:
    """WordsSchema of something with zh and en."""
    return {"zh": named.zh, "en": named.en}
