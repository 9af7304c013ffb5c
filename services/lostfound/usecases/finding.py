"""What finders announce, from wherever they are, until it comes to a desk or nobody waits for it any more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.ids import new_id
from services.lostfound import events
from services.lostfound.domain.references import new_reference
from services.lostfound.domain.reports import Find, loss_problem
from services.lostfound.errors import (
    BadRequest,
    FindClosed,
    FindNotFound,
    TooManyFinds,
)
from services.lostfound.schemas.claim_words import FindState
from services.lostfound.schemas.finds import FindPrivateSchema
from services.lostfound.usecases.claim_shared import tell_find, trace
from services.lostfound.usecases.desk_views import find_views
from services.lostfound.usecases.moving import lock_item
from services.lostfound.usecases.shared import Place, Tx, Work, loaded, once

_DAY: Final = timedelta(days=1)
_ACCOUNT: Final = "find"
_STRANGER: Final = "strangers find"
_STRANGERS_A_DAY: Final = 300


def announce_find(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """AnnouncedSchema. Owners whose reports it fits are told that something was found, and nothing of the finder.
    now: the airport's time.

    Raises BadSeal, BadRequest, TooManyFinds.
    """
    private = loaded(place, request["sealed"], FindPrivateSchema()) or {}

    def work(tx: Tx) -> dict[str, Any]:
        _refuse_too_many(tx, place, request)
        find_id, at = new_id(), tx.now()
        if loss_problem(request["found_at"], request["found_at"], now) is not None:
            raise BadRequest(fields={"found_at": ["Not a time at which something may have been found."]})
        document = private["document"]
        account = request["passenger_id"]
        find = Find(
            id=find_id,
            number=new_reference("F"),
            state=FindState.ANNOUNCED,
            version=1,
            passenger_id=None if account is None else tx.store.present(account),
            **{name: request[name] for name in ("language", "category", "description", "place", "found_at")},
            colours=tuple(request["colours"]),
            document_sealed=None if document is None else place.vault.seal(document, find_id),
            contact_sealed=place.vault.seal(private["contact"], find_id),
            item_id=None,
            note="",
            announced_at=at,
            closed_at=None,
        )
        tx.store.add_find(find)
        tell_find(tx, events.FIND_ANNOUNCED, find)
        return {"find_id": find.id, "number": find.number, "state": find.state.value}

    return once(uow, place, {**request, "address": "", "sealed": private}, "announce_find", work)


def list_finds(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """FindPageSchema."""
    most = request["limit"]
    with uow.read() as tx:
        finds = tx.store.list_finds(request["state"], request["cursor"], most + 1)
        views = find_views(tx, place, finds[:most])
    return {"finds": views, "next_cursor": finds[most - 1].id if len(finds) > most else None}


def get_find(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OneFindSchema. Raises FindNotFound."""
    with uow.read() as tx:
        find = tx.store.find(request["find_id"])
        if find is None:
            raise FindNotFound
        (view,) = find_views(tx, place, [find])
    return {"find": view}


def receive_find(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OneFindSchema: it is an item now, which is matched anew, and can be claimed.

    Raises FindNotFound, FindClosed, ItemNotFound.
    """

    def work(tx: Tx) -> dict[str, Any]:
        item = lock_item(tx, request["item_id"])
        find = _announced(tx, request["find_id"])
        done = replace(
            find,
            state=FindState.RECEIVED,
            version=find.version + 1,
            item_id=item.id,
            closed_at=tx.now(),
        )
        return _ended(tx, find, done, request["actor"])

    done = once(uow, place, request, "receive_find", work)
    return get_find(uow, place, done)


def close_find(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OneFindSchema. Raises FindNotFound, FindClosed."""

    def work(tx: Tx) -> dict[str, Any]:
        find = _announced(tx, request["find_id"])
        done = replace(
            find,
            state=FindState.CLOSED,
            version=find.version + 1,
            note=request["note"],
            closed_at=tx.now(),
        )
        return _ended(tx, find, done, request["actor"])

    done = once(uow, place, request, "close_find", work)
    return get_find(uow, place, done)


def give_up(tx: Tx, find_ids: Collection[str], note: str) -> None:
    """Wait no longer for these, of which some may have come or been closed; they match nothing any more."""
    for find_id in find_ids:
        find = tx.store.lock_find(find_id)
        if find is not None and find.state is FindState.ANNOUNCED:
            closed = replace(
                find, state=FindState.CLOSED, version=find.version + 1, note=note, closed_at=tx.now()
            )
            _ended(tx, find, closed, "service")


def _announced(tx: Tx, find_id: str) -> Find:
    find = tx.store.find(find_id)
    if find is None:
        raise FindNotFound
    if find.state is not FindState.ANNOUNCED:
        raise FindClosed(state=find.state.value)
    return find


def _ended(tx: Tx, find: Find, done: Find, actor: str) -> dict[str, Any]:
    tx.store.save_find(done, find.version)
    tell_find(tx, events.FIND_CHANGED, done)
    trace(tx, find.id, actor, done.state.value, done.note)
    return {"find_id": find.id}


def _refuse_too_many(tx: Tx, place: Place, request: Mapping[str, Any]) -> None:
    """By account where there is one, else by address, and all of those without one. Raises TooManyFinds."""
    account = request["passenger_id"]
    who = f"account {account}" if account is not None else request["address"]
    keys = place.vault.candidates(who, "finder")
    tx.store.lock_account(who)
    since = tx.now() - _DAY
    # A thousand addresses are cheap, and every announcement may send a message to somebody.
    crowd = account is None and tx.store.count_tries(_STRANGER, None, since) >= _STRANGERS_A_DAY
    if crowd or tx.store.count_tries(_what(account), keys, since) >= place.settings.finds_a_day:
        raise TooManyFinds(retry_after_s=3600)
    tx.store.add_try(_what(account), keys[0], tx.now())


def _what(account: str | None) -> str:
    return _STRANGER if account is None else _ACCOUNT
