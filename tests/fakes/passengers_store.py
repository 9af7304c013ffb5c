"""The store of passengers in memory, and a WeChat that knows whom its codes belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.passengers.domain import (
    CODE_IN_FLIGHT,
    Companion,
    ConsentEntry,
    Document,
    Erasure,
    Pairing,
    PairingState,
    Passenger,
    ServiceErasure,
    Session,
    WeChatAccount,
    WeChatIdentity,
)
from services.passengers.domain.sessions import IDLE
from services.passengers.errors import CodeRefused
from services.passengers.store import Audited, Resealed, SealedRow, Unmasking


class FakePassengersStore:
    """What `services.passengers.store.PassengersStore` does, without a database."""

    def __init__(self) -> None:
        self.people: dict[str, Passenger] = {}
        self.wechat: dict[str, WeChatAccount] = {}
        self.codes: dict[str, tuple[str, datetime]] = {}
        self.open_sessions: dict[str, Session] = {}
        self.computers: dict[str, Pairing] = {}
        self.with_them: dict[str, Companion] = {}
        self.papers: dict[str, Document] = {}
        self.keys: dict[str, str] = {}
        self.said: list[tuple[str, ConsentEntry]] = []
        self.log: list[Audited] = []
        self.shown: list[Unmasking] = []
        self.reports: dict[str, Erasure] = {}

    # --- accounts

    def lock_identities(self) -> None:
        pass  # write units of the fake take turns

    def passenger(self, passenger_id: str) -> Passenger | None:
        found = self.people.get(passenger_id)
        return self.passenger(found.merged_into) if found and found.merged_into else found

    def lock_passenger(self, passenger_id: str) -> Passenger | None:
        return self.passenger(passenger_id)

    def add_passenger(self, passenger: Passenger) -> None:
        self.people[passenger.id] = passenger

    def save_passenger(self, passenger: Passenger) -> None:
        self.people[passenger.id] = replace(passenger, created_at=self.people[passenger.id].created_at)

    def merge(self, gone: str, into: str) -> None:
        for kept in (self.wechat, self.open_sessions, self.with_them, self.papers):
            for key, one in kept.items():
                if one.passenger_id == gone:
                    kept[key] = replace(one, passenger_id=into)  # type: ignore[assignment]
        self.said = [(into if owner == gone else owner, entry) for owner, entry in self.said]
        for one in list(self.people.values()):
            if gone in (one.id, one.merged_into):
                self.people[one.id] = replace(one, merged_into=into)

    def earlier_ids(self, passenger_id: str) -> list[str]:
        return sorted(one.id for one in self.people.values() if one.merged_into == passenger_id)

    def erase(self, passenger_id: str) -> dict[str, int]:
        kinds = {
            "documents": self.papers,
            "companions": self.with_them,
            "sessions": self.open_sessions,
            "wechat_accounts": self.wechat,
        }
        counts = {
            name: _drop(kept, lambda one: one.passenger_id == passenger_id) for name, kept in kinds.items()
        }
        counts["consents"] = sum(owner == passenger_id for owner, _ in self.said)
        self.said = [(owner, entry) for owner, entry in self.said if owner != passenger_id]
        _drop(self.people, lambda one: passenger_id in (one.id, one.merged_into))
        return counts

    def dormant(self, before: datetime, limit: int) -> list[str]:
        following = {one.passenger_id for one in self.wechat.values() if one.subscribed}
        found = [
            one
            for one in self.people.values()
            if one.last_seen_at < before and not one.merged_into and one.id not in following
        ]
        return [one.id for one in sorted(found, key=lambda one: one.last_seen_at)][:limit]

    def account(self, openid: str) -> WeChatAccount | None:
        return self.wechat.get(openid)

    def accounts(self, passenger_id: str) -> list[WeChatAccount]:
        mine = [one for one in self.wechat.values() if one.passenger_id == passenger_id]
        return sorted(mine, key=lambda one: one.openid)

    def passenger_of_union(self, unionid: str) -> str | None:
        return next((one.passenger_id for one in self.wechat.values() if one.unionid == unionid), None)

    def add_account(self, account: WeChatAccount) -> None:
        assert account.openid not in self.wechat
        self.wechat[account.openid] = account

    def save_account(self, account: WeChatAccount) -> None:
        self.wechat[account.openid] = account

    # --- sessions

    def take_code(self, code_hash: str, request_id: str, now: datetime) -> str:
        owner, taken_at = self.codes.get(code_hash, (None, now))
        if owner is None or (owner == request_id and taken_at <= now - CODE_IN_FLIGHT):
            self.codes[code_hash] = (request_id, now)
            return request_id
        return "" if owner == request_id else owner

    def release_code(self, code_hash: str) -> None:
        self.codes.pop(code_hash, None)

    def session(self, token_hash: str) -> Session | None:
        return self.open_sessions.get(token_hash)

    def sessions(self, passenger_id: str) -> list[Session]:
        mine = [one for one in self.open_sessions.values() if one.passenger_id == passenger_id]
        return sorted(mine, key=lambda one: one.created_at, reverse=True)

    def add_session(self, session: Session) -> None:
        self.open_sessions[session.token_hash] = session

    def touch_session(self, session: Session, now: datetime) -> None:
        kept = self.open_sessions.get(session.token_hash)
        if kept and kept.last_seen_at < now:
            self.open_sessions[session.token_hash] = replace(kept, last_seen_at=now)
        person = self.people.get(session.passenger_id)
        if person and person.last_seen_at < now:
            self.people[person.id] = replace(person, last_seen_at=now)

    def end_session(self, token_hash: str) -> bool:
        return self.open_sessions.pop(token_hash, None) is not None

    def end_sessions(self, passenger_id: str) -> int:
        return _drop(self.open_sessions, lambda one: one.passenger_id == passenger_id)

    def add_pairing(self, pairing: Pairing) -> None:
        self.computers[pairing.code_hash] = pairing

    def pairing_of_code(self, code_hash: str) -> Pairing | None:
        return self.computers.get(code_hash)

    def pairing_of_watch(self, watch_hash: str) -> Pairing | None:
        return next((one for one in self.computers.values() if one.watch_hash == watch_hash), None)

    def settle_pairing(
        self,
        code_hash: str,
        before: PairingState,
        after: PairingState,
        passenger_id: str | None,
        now: datetime,
    ) -> bool:
        found = self.computers.get(code_hash)
        if found is None or found.state is not before or found.expires_at <= now:
            return False
        self.computers[code_hash] = replace(found, state=after, passenger_id=passenger_id)
        return True

    def purge_pairings(self, before: datetime, limit: int) -> int:
        return _drop(self.computers, lambda one: one.expires_at < before, limit)

    def purge_sessions(self, now: datetime, codes_before: datetime, limit: int) -> int:
        over = _drop(
            self.open_sessions, lambda one: one.expires_at <= now or one.last_seen_at <= now - IDLE, limit
        )
        return over + _drop(self.codes, lambda one: one[1] < codes_before, limit)

    # --- belongings

    def companions(self, passenger_id: str) -> list[Companion]:
        mine = [one for one in self.with_them.values() if one.passenger_id == passenger_id]
        return sorted(mine, key=lambda one: (one.created_at, one.id))

    def companion(self, passenger_id: str, companion_id: str) -> Companion | None:
        found = self.with_them.get(companion_id)
        return found if found and found.passenger_id == passenger_id else None

    def add_companion(self, companion: Companion, key_id: str) -> None:
        self.with_them[companion.id] = companion
        self.keys[companion.id] = key_id

    save_companion = add_companion

    def remove_companion(self, passenger_id: str, companion_id: str) -> bool:
        if self.companion(passenger_id, companion_id) is None:
            return False
        _drop(self.papers, lambda one: one.companion_id == companion_id)
        del self.with_them[companion_id]
        return True

    def documents(self, passenger_id: str) -> list[Document]:
        mine = [one for one in self.papers.values() if one.passenger_id == passenger_id]
        return sorted(mine, key=lambda one: (one.created_at, one.id))

    def document(self, passenger_id: str, document_id: str) -> Document | None:
        found = self.papers.get(document_id)
        return found if found and found.passenger_id == passenger_id else None

    def add_document(self, document: Document, key_id: str) -> None:
        self.papers[document.id] = document
        self.keys[document.id] = key_id

    def remove_document(self, passenger_id: str, document_id: str) -> bool:
        return self.document(passenger_id, document_id) is not None and bool(self.papers.pop(document_id))

    def remove_documents(self, passenger_id: str) -> int:
        return _drop(self.papers, lambda one: one.passenger_id == passenger_id)

    def find_documents(self, indexes: Collection[str], limit: int) -> list[Document]:
        found = [one for one in self.papers.values() if one.number_index in indexes]
        return sorted(found, key=lambda one: (one.created_at, one.id))[:limit]

    def purge_documents(self, expired_before: date, limit: int) -> int:
        return _drop(self.papers, lambda one: bool(one.expires_on and one.expires_on < expired_before), limit)

    def consents(self, passenger_id: str) -> list[ConsentEntry]:
        return sorted((entry for owner, entry in self.said if owner == passenger_id), key=lambda one: one.at)

    def add_consent(self, passenger_id: str, entry: ConsentEntry) -> None:
        self.said.append((passenger_id, entry))

    # --- records

    def audit(self, audited: Audited) -> None:
        self.log.append(audited)

    def audits(self, passenger_id: str) -> list[Audited]:
        return [one for one in self.log if one.passenger_id == passenger_id]

    def add_unmaskings(self, unmaskings: Sequence[Unmasking]) -> None:
        self.shown += unmaskings

    def unmaskings(self, passenger_id: str) -> list[Unmasking]:
        return [one for one in self.shown if one.passenger_id == passenger_id]

    def purge_records(self, before: datetime, limit: int) -> int:
        had = len(self.log) + len(self.shown)
        self.log = [one for one in self.log if one.at >= before]
        self.shown = [one for one in self.shown if one.at >= before]
        return had - len(self.log) - len(self.shown)

    def add_erasure(self, erasure: Erasure) -> None:
        self.reports[erasure.id] = replace(erasure, services=_by_name(erasure.services))

    def save_erasure_service(self, erasure_id: str, service: ServiceErasure) -> None:
        report = self.reports[erasure_id]
        known = {one.service: one for one in report.services}
        if service.service not in known or known[service.service].done_at is None:
            known[service.service] = service
        self.reports[erasure_id] = replace(report, services=_by_name(known.values()))

    def complete_erasure(self, erasure_id: str, at: datetime) -> None:
        self.reports[erasure_id] = replace(self.reports[erasure_id], completed_at=at)

    def erasure(self, erasure_id: str) -> Erasure | None:
        return self.reports.get(erasure_id)

    lock_erasure = erasure

    def erasures(self, open_only: bool, limit: int) -> list[Erasure]:
        found = [one for one in self.reports.values() if not (open_only and one.completed_at)]
        return sorted(found, key=lambda one: one.requested_at, reverse=not open_only)[:limit]

    # --- keys

    def key_counts(self) -> dict[str, int]:
        return dict(Counter(self.keys[key] for key in (*self.with_them, *self.papers)))

    def sealed_rows(self, table_name: str, key_id: str, after_id: str, limit: int) -> list[SealedRow]:
        rows = [
            SealedRow("companions", one.id, {"name_sealed": one.name_sealed})
            for one in self.with_them.values()
        ]
        if table_name == "documents":
            rows = [
                SealedRow(
                    "documents",
                    one.id,
                    {"number_sealed": one.number_sealed, "details_sealed": one.details_sealed},
                    one.kind,
                )
                for one in self.papers.values()
            ]
        found = [row for row in rows if self.keys[row.id] == key_id and row.id > after_id]
        return sorted(found, key=lambda row: row.id)[:limit]

    def reseal(self, table_name: str, rows: Sequence[Resealed], key_id: str) -> None:
        for row in rows:
            if table_name == "companions":
                one = self.with_them.get(row.was.id)
                if one and one.name_sealed == row.was.sealed["name_sealed"]:
                    self.with_them[one.id] = replace(one, **row.sealed)  # type: ignore[arg-type]
                    self.keys[one.id] = key_id
                continue
            paper = self.papers.get(row.was.id)
            if paper and paper.number_sealed == row.was.sealed["number_sealed"]:
                assert row.index is not None
                self.papers[paper.id] = replace(paper, **row.sealed, number_index=row.index)  # type: ignore[arg-type]
                self.keys[paper.id] = key_id


class FakeWeChat:
    """Knows whom each code belongs to, and gives it once, as WeChat does."""

    def __init__(self, **codes: WeChatIdentity | Exception) -> None:
        self.codes = codes
        self.asked: list[str] = []

    def identity_of(self, code: str) -> WeChatIdentity:
        self.asked.append(code)
        answer = self.codes.pop(code, CodeRefused())
        if isinstance(answer, Exception):
            raise answer
        return answer


def _drop(kept: dict[str, Any], rule: Callable[[Any], bool], limit: int = 10**9) -> int:
    gone = [key for key, one in kept.items() if rule(one)][:limit]
    for key in gone:
        del kept[key]
    return len(gone)


def _by_name(services: Collection[ServiceErasure]) -> tuple[ServiceErasure, ...]:
    return tuple(sorted(services, key=lambda one: one.service))
