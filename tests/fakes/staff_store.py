"""The store of staff in memory, and a hash of passwords that costs nothing but counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from services.staff.domain import Account, Bucket, Challenge, Entry, Row, Session, allowances
from services.staff.domain.trail import GENESIS, next_row
from services.staff.schemas import Role


class FakeAccounts:
    """What `services.staff.store.Accounts` does, without a database."""

    def __init__(self) -> None:
        self.kept: dict[str, Account] = {}
        self.recovery: set[tuple[str, str]] = set()
        self.devices: dict[tuple[str, str], datetime] = {}
        self.challenges: dict[str, Challenge] = {}
        self.buckets: dict[str, Bucket] = {}
        self.open: dict[str, Session] = {}

    def by_login(self, login: str) -> Account | None:
        return next((each for each in self.kept.values() if each.login == login), None)

    def get(self, account_id: str) -> Account | None:
        return self.kept.get(account_id)

    lock = get

    def lock_admins(self) -> list[Account]:
        return [each for each in self.kept.values() if each.is_admin]

    def page(self, text: str, role: Role | None, after: str, limit: int) -> list[Account]:
        sought = text.lower()
        found = [
            each
            for each in self.kept.values()
            if each.login > after
            and (sought in each.login or sought in each.name.lower())
            and (role is None or role in each.roles)
        ]
        return sorted(found, key=lambda each: each.login)[:limit]

    def logins(self, account_ids: list[str]) -> dict[str, str]:
        return {each: self.kept[each].login for each in account_ids if each in self.kept}

    def add(self, account: Account) -> bool:
        if self.by_login(account.login):
            return False
        self.kept[account.id] = account
        return True

    def save(self, account: Account) -> None:
        self.kept[account.id] = account

    def take_step(self, account_id: str, step: int) -> bool:
        account = self.kept.get(account_id)
        if account is None or account.last_step >= step:
            return False
        self.kept[account_id] = replace(account, last_step=step)
        return True

    def put_recovery(self, account_id: str, hashes: list[str]) -> None:
        self.recovery = {each for each in self.recovery if each[0] != account_id}
        self.recovery |= {(account_id, each) for each in hashes}

    def has_recovery(self, account_id: str, code_hash: str) -> bool:
        return (account_id, code_hash) in self.recovery

    def take_recovery(self, account_id: str, code_hash: str) -> bool:
        there = self.has_recovery(account_id, code_hash)
        self.recovery.discard((account_id, code_hash))
        return there

    def count_recovery(self, account_ids: list[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for account_id, _ in self.recovery:
            if account_id in account_ids:
                found[account_id] = found.get(account_id, 0) + 1
        return found

    def is_device(self, token_hash: str, account_id: str, now: datetime) -> bool:
        expires_at = self.devices.get((token_hash, account_id))
        return expires_at is not None and expires_at > now

    def add_device(self, token_hash: str, account_id: str, expires_at: datetime) -> None:
        self.devices.setdefault((token_hash, account_id), expires_at)

    def drop_device(self, token_hash: str, account_id: str) -> None:
        self.devices.pop((token_hash, account_id), None)

    def drop_devices(self, account_id: str) -> None:
        self.devices = {key: value for key, value in self.devices.items() if key[1] != account_id}

    def add_challenge(self, challenge: Challenge) -> None:
        self.challenges.setdefault(challenge.token_hash, challenge)

    def challenge(self, token_hash: str) -> Challenge | None:
        return self.challenges.get(token_hash)

    def take_challenge(self, token_hash: str) -> bool:
        return self.challenges.pop(token_hash, None) is not None

    def lock_bucket(self, key: str, now: datetime) -> Bucket:
        return self.buckets.setdefault(key, Bucket(key, 0, now))

    def count_attempt(self, key: str, now: datetime, quiet: timedelta) -> int:
        count = allowances.count_at(self.lock_bucket(key, now), now) + 1
        self.buckets[key] = Bucket(key, count, now)
        return count

    def forgive(self, key: str) -> None:
        self.buckets.pop(key, None)

    def give_back(self, key: str) -> None:
        bucket = self.buckets.get(key)
        if bucket and bucket.count > 0:
            self.buckets[key] = replace(bucket, count=bucket.count - 1)

    def add_session(self, session: Session) -> None:
        self.open[session.id] = session

    def session(self, token_hash: str) -> Session | None:
        return next((each for each in self.open.values() if each.token_hash == token_hash), None)

    def sessions(self, account_id: str) -> list[Session]:
        mine = [each for each in self.open.values() if each.account_id == account_id]
        return sorted(mine, key=lambda each: (each.created_at, each.id), reverse=True)

    def touch_session(self, session_id: str, now: datetime) -> None:
        if session_id in self.open:
            self.open[session_id] = replace(self.open[session_id], last_seen_at=now)

    def end_sessions(self, account_id: str, session_id: str | None = None) -> list[str]:
        ended = [each for each in self.sessions(account_id) if session_id in (None, each.id)]
        for each in ended:
            del self.open[each.id]
        return [each.token_hash for each in ended]

    def purge(self, now: datetime, idle: timedelta, quiet: timedelta) -> int:
        before = len(self.challenges) + len(self.devices) + len(self.buckets) + len(self.open)
        self.challenges = {k: v for k, v in self.challenges.items() if v.expires_at > now}
        self.devices = {k: v for k, v in self.devices.items() if v > now}
        self.buckets = {k: v for k, v in self.buckets.items() if v.last_at > now - quiet}
        self.open = {k: v for k, v in self.open.items() if v.expires_at > now and v.last_seen_at > now - idle}
        return before - len(self.challenges) - len(self.devices) - len(self.buckets) - len(self.open)


class FakeTrail:
    """What `services.staff.store.Trail` does."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def append(self, entry: Entry, at: datetime) -> Row:
        previous = self.rows[-1].hash if self.rows else GENESIS
        row = next_row(entry, len(self.rows) + 1, previous, at)
        self.rows.append(row)
        return row

    def head(self) -> tuple[int, str]:
        return (self.rows[-1].seq, self.rows[-1].hash) if self.rows else (0, GENESIS)

    def after(self, seq: int) -> Iterator[Row]:
        return iter([row for row in self.rows if row.seq > seq])

    def page(self, text: str, before: int | None, limit: int) -> list[Row]:
        found = [
            row
            for row in reversed(self.rows)
            if (before is None or row.seq < before)
            and any(column.startswith(text) for column in (row.actor, row.subject, row.action))
        ]
        return found[:limit]

    def about(self, account_id: str, before: int | None, limit: int) -> list[Row]:
        found = [
            row
            for row in reversed(self.rows)
            if (before is None or row.seq < before)
            and (row.actor == f"staff:{account_id}" or row.subject == account_id)
        ]
        return found[:limit]


class FakeStaffStore:
    """What `services.staff.store.StaffStore` is."""

    def __init__(self) -> None:
        self.accounts = FakeAccounts()
        self.trail = FakeTrail()


class QuickHasher:
    """Tells passwords apart at once, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def hash(self, password: str) -> str:
        return f"quick:{password[::-1]}"

    def verify(self, hashed: str, password: str) -> bool:
        self.asked += 1
        return hashed == f"quick:{password[::-1]}"
