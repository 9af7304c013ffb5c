"""Who somebody is: accounts appear, follow, merge; language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.ids import new_id
from kernel.inbox import answer_once
from kernel.outbox import Event
from services.passengers.domain import (
    Document,
    Passenger,
    WeChatAccount,
    WeChatIdentity,
    after_writing,
    merge_order,
)
from services.passengers.events import PASSENGERS_MERGED, SCHEMA_VERSION
from services.passengers.schemas import Language
from services.passengers.usecases.shared import (
    Tx,
    Work,
    changed,
    known,
    mine,
    note,
    passenger_view,
    sessions_ended,
)
from services.passengers.vault import Vault


def get_passenger(uow: Work, passenger_id: str) -> dict[str, Any]:
    """PassengerResultSchema. Raises PassengerNotFound."""
    with uow.read() as tx:
        return {"passenger": passenger_view(tx, known(tx, passenger_id))}


def set_language(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """PassengerResultSchema. From now on the language stays, whatever they write in.

    Raises PassengerNotFound, RequestReused, RequestInFlight.
    """
    language: Language = request["language"]

    def work(tx: Tx) -> dict[str, Any]:
        passenger = mine(tx, request["passenger_id"])
        chosen = replace(passenger, language=language, language_chosen=True)
        if chosen != passenger:
            changed(tx, chosen)
            note(tx, passenger.id, "language_set", language=language.value)
        return {}

    answer_once(uow, request["request_id"], "set_language", request, work)
    return get_passenger(uow, request["passenger_id"])


def note_follower(uow: Work, vault: Vault, request: Mapping[str, Any]) -> dict[str, Any]:
    """What WeChat told us about an openid: FollowerResultSchema of the traveller, who is made if new.

    The language they wrote in becomes that of their messages until they choose one.
    request["at"]: WeChat's time; news that is older than what we know changes nothing, so that a late
    "subscribed" can't undo an "unsubscribed". Raises RequestReused, RequestInFlight.
    """

    def work(tx: Tx) -> dict[str, Any]:
        who = WeChatIdentity(request["openid"], request["unionid"])
        passenger, news = identified(tx, who, request["language"])
        account = tx.store.account(who.openid)
        assert account is not None
        if account.news_at is None or request["at"] >= account.news_at:
            news |= account.subscribed != request["subscribed"]
            tx.store.save_account(_told(account, request["subscribed"], request["at"]))
            before, passenger = passenger, after_writing(passenger, request["written_in"])
            news |= passenger != before
        passenger = replace(passenger, last_seen_at=max(passenger.last_seen_at, tx.now()))
        if news:
            changed(tx, passenger)
        else:
            tx.store.save_passenger(passenger)
        return {
            "passenger_id": passenger.id,
            "language": passenger.language.value,
            "language_chosen": passenger.language_chosen,
        }

    print_ = vault.fingerprint(request)
    return answer_once(uow, request["request_id"], "note_wechat_follower", print_, work)


def identified(tx: Tx, who: WeChatIdentity, language: Language) -> tuple[Passenger, bool]:
    """The traveller that WeChat means, held; made, joined or merged where that is news (the second value).

    Who is known already costs one row's lock. Everything else goes one by one behind `lock_identities`, as
    two copies that look and then make would make two travellers of one person.
    """
    account = tx.store.account(who.openid)
    if account is not None and who.unionid in (None, account.unionid):
        passenger = tx.store.lock_passenger(account.passenger_id)
        if passenger is not None:
            return passenger, False
    tx.store.lock_identities()
    account = tx.store.account(who.openid)
    if account is None:
        return _joined(tx, who, language), True
    passenger = mine(tx, account.passenger_id)
    if who.unionid in (None, account.unionid):
        return passenger, False
    same_person = tx.store.passenger_of_union(who.unionid) if who.unionid else None
    tx.store.save_account(replace(account, unionid=who.unionid))
    if same_person is None or same_person == passenger.id:
        return passenger, True
    return _merged(tx, passenger, mine(tx, same_person)), True


def _joined(tx: Tx, who: WeChatIdentity, language: Language) -> Passenger:
    """A new account: of the traveller with this unionid, else of a new one."""
    owner = tx.store.passenger_of_union(who.unionid) if who.unionid else None
    passenger = None if owner is None else tx.store.lock_passenger(owner)
    if passenger is None:
        passenger = Passenger(new_id(), language, created_at=tx.now(), last_seen_at=tx.now())
        tx.store.add_passenger(passenger)
        note(tx, passenger.id, "made", language=language.value)
    tx.store.add_account(WeChatAccount(who.openid, who.unionid, passenger.id, False, None, None))
    return passenger


def _merged(tx: Tx, one: Passenger, other: Passenger) -> Passenger:
    """Two travellers of one unionid are one person: the elder keeps the id, and the language unless only the younger chose."""
    gone, into = merge_order(one, other)
    earlier = tx.store.earlier_ids(gone.id)
    tx.store.merge(gone.id, into.id)
    for repeated in _repeated(tx.store.documents(into.id)):
        tx.store.remove_document(into.id, repeated.id)
    into = replace(into, last_seen_at=max(gone.last_seen_at, into.last_seen_at))
    if gone.language_chosen and not into.language_chosen:
        into = replace(into, language=gone.language, language_chosen=True)
    note(tx, into.id, "merged", gone=gone.id)
    data = {"from": gone.id, "into": into.id, "earlier_ids": earlier}
    # Its version is the one that the change below will have: the same news, told in two ways.
    tx.outbox.add(Event(PASSENGERS_MERGED, into.id, into.version + 1, data, schema=SCHEMA_VERSION))
    sessions_ended(tx, gone, {"passenger_id": gone.id})
    return into


def _repeated(documents: list[Document]) -> list[Document]:
    """Documents that both travellers had kept; the first of each stays."""
    seen: set[tuple[str, str | None]] = set()
    repeated = []
    for document in documents:
        key = (document.number_index, document.companion_id)
        if key in seen:
            repeated.append(document)
        seen.add(key)
    return repeated


def _told(account: WeChatAccount, subscribed: bool, at: datetime) -> WeChatAccount:
    since = account.subscribed_at if account.subscribed else at
    return replace(account, subscribed=subscribed, subscribed_at=since if subscribed else None, news_at=at)
