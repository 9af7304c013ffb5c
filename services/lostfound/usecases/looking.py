"""What staff and travellers look at: items, custody, photos, the public list, the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from services.lostfound.domain.custody import verify
from services.lostfound.domain.items import Item
from services.lostfound.domain.keys import normal
from services.lostfound.domain.numbers import as_number
from services.lostfound.domain.words import asked_words
from services.lostfound.errors import BadNumber, BadRequest, ItemNotFound, PhotoNotFound
from services.lostfound.schemas.vocabulary import (
    AREAS,
    CATEGORIES,
    COLOURS,
    GROUPS,
    RETENTION,
    Rule,
    Size,
)
from services.lostfound.store import Desk, ItemQuery
from services.lostfound.usecases.item_views import (
    custody_views,
    item_view,
    item_views,
    personal_view,
    public_view,
    words,
)
from services.lostfound.usecases.shared import Place, Tx, Work

VERIFY_PAGE = 200
_MOST_PUBLIC = 5000
_NUMBERLIKE = re.compile(r"[A-Za-z0-9 -]{5,40}")


def get_item(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """FullItemSchema. Raises ItemNotFound, BadNumber."""
    with uow.read() as tx:
        item = _item(tx, place, request)
        return {
            "item": item_view(tx, item),
            "personal": personal_view(place, item),
            "custody": custody_views(tx.store.custody(item.id)),
        }


def search_items(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ItemPageSchema."""
    with uow.read() as tx:
        query = _query(place, request, tx.now())
        found = tx.store.find_items(query, request["limit"] + 1)
        page = found[: request["limit"]]
        more = len(found) > len(page)
        return {"items": item_views(tx, page), "next_cursor": page[-1].id if more else None}


def list_custody(uow: Work, item_id: str) -> dict[str, Any]:
    """CustodySchema. Raises ItemNotFound."""
    with uow.read() as tx:
        if tx.store.item(item_id) is None:
            raise ItemNotFound(item_id=item_id)
        return {"custody": custody_views(tx.store.custody(item_id))}


def verify_custody(uow: Work, item_id: str | None, cursor: str | None) -> dict[str, Any]:
    """VerifiedSchema: chains read and hashed again. Raises ItemNotFound."""
    with uow.read() as tx:
        if item_id is None:
            items = tx.store.items_after(cursor or "", VERIFY_PAGE)
        else:
            items = list(tx.store.items([item_id]).values())
            if not items:
                raise ItemNotFound(item_id=item_id)
        chains = tx.store.custody_of([item.id for item in items])
        found = [(item, verify(item, chains[item.id])) for item in items]
    return {
        "items": len(items),
        "rows": sum(map(len, chains.values())),
        "broken": [
            {"item_id": item.id, "number": item.number, "seq": broken.seq, "why": broken.why}
            for item, broken in found
            if broken is not None
        ],
        "next_cursor": items[-1].id if item_id is None and len(items) == VERIFY_PAGE else None,
    }


def get_photo(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """PhotoResultSchema. Raises PhotoNotFound."""
    column = "jpeg_sealed" if request["size"] is Size.FULL else "thumbnail_sealed"
    with uow.look_up() as store:
        found = store.photo(request["photo_id"], column)
    if found is None:
        raise PhotoNotFound
    item_id, sealed = found
    return {
        "photo_id": request["photo_id"],
        "item_id": item_id,
        "jpeg": place.vault.open(sealed, request["photo_id"]),
    }


def list_public(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """PublicPageSchema. Pages are counted, not marked: an id would tell when an item was registered."""
    skip = _skip(request["cursor"])
    category = request["category"]
    if category is not None and not CATEGORIES[category].listed:
        return {"items": [], "next_cursor": None}
    months = None if request["month"] is None else _month(place, request["month"])
    with uow.look_up() as store:
        found = store.public_items(category, months, skip, request["limit"] + 1)
    page = found[: request["limit"]]
    after = skip + len(page)
    return {
        "items": [public_view(place, item) for item in page],
        "next_cursor": str(after) if len(found) > len(page) and after < _MOST_PUBLIC else None,
    }


def list_vocabulary(uow: Work, place: Place) -> dict[str, Any]:
    """VocabularySchema."""
    with uow.read() as tx:
        desks = tx.store.desks()
    return {
        "groups": [{"code": each.code, "name": words(each)} for each in GROUPS.values()],
        "categories": [
            {
                **{name: getattr(each, name) for name in ("code", "group", "rule", "listed", "valuable")},
                "name": words(each),
            }
            for each in CATEGORIES.values()
        ],
        "colours": [{"code": each.code, "name": words(each), "hex": each.hex} for each in COLOURS.values()],
        "areas": [{"code": each.code, "name": words(each)} for each in AREAS.values()],
        "places": [
            {"code": each.code, "name": words(each), "area": each.area, "parent": each.parent}
            for each in place.places.values()
        ],
        "retention": [_rule(each) for each in RETENTION.values()],
        "desks": [desk_view(each) for each in desks],
    }


def desk_view(desk: Desk) -> dict[str, Any]:
    """DeskSchema."""
    return {
        "id": desk.id,
        "name": {"zh": desk.name_zh, "en": desk.name_en},
        "place": desk.place,
        "shelves": list(desk.shelves),
    }


def day_begins(place: Place, day: date) -> datetime:
    """Midnight of the airport."""
    return datetime.combine(day, time.min, place.zone)


def _item(tx: Tx, place: Place, request: Mapping[str, Any]) -> Item:
    if request["item_id"] is not None:
        item = tx.store.item(request["item_id"])
    else:
        item = tx.store.item_by_number(as_number(request["number"], place.airport.iata))
    if item is None:
        raise ItemNotFound
    return item


def _query(place: Place, request: Mapping[str, Any], now: datetime) -> ItemQuery:
    text = request["q"].strip()
    try:
        number = as_number(text, place.airport.iata)
    except BadNumber:
        number = None
    whole, beginnings = asked_words(text)
    from_day, to_day = request["from_day"], request["to_day"]
    return ItemQuery(
        number=number,
        indexes=_indexes(place, text),
        whole=tuple(whole),
        beginnings=tuple(beginnings),
        states=tuple(request["states"]),
        **{name: request[name] for name in ("category", "desk_id", "airline", "flight_id", "missing")},
        overdue_at=now if request["overdue"] else None,
        since=from_day and day_begins(place, from_day),
        until=to_day and day_begins(place, to_day + timedelta(days=1)),
        before=request["cursor"],
    )


def _indexes(place: Place, text: str) -> tuple[str, ...]:
    """By which a document or a serial number is found, if the text may be one."""
    if not _NUMBERLIKE.fullmatch(text) or not any(character.isdigit() for character in text):
        return ()
    plain = normal(text)
    return tuple(
        index for column in ("serial", "document") for index in place.vault.candidates(plain, column)
    )


def _month(place: Place, month: str) -> tuple[datetime, datetime]:
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=32)).replace(day=1)
    return day_begins(place, first), day_begins(place, after)


def _skip(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and int(cursor) < _MOST_PUBLIC):
        raise BadRequest(fields={"cursor": ["Not one of ours."]})
    return int(cursor)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": words(rule),
        "keeps_hours": int(rule.keeps.total_seconds()) // 3600,
        "then": rule.then.value,
        "reason": {"zh": rule.reason_zh, "en": rule.reason_en},
        "practice": rule.practice,
        "law": {"zh": rule.law_zh, "en": rule.law_en},
    }
