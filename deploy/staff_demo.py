"""Staff of a demo: one account for each role, with passwords and authenticators' secrets kept in var/demo-staff.json.

The file is readable by its owner only, and nothing but `airport staff code` reads it: a real account's secret is on a
phone and, encrypted, in the database, from where no command takes it.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Final

from kernel.ids import new_id
from services.staff import usecases
from services.staff.domain import totp
from services.staff.schemas import Role

_NAMES: Final = {
    Role.DESK: "林小满",
    Role.SUPERVISOR: "陈志远",
    Role.INSPECTOR: "周建国",
    Role.SHOP: "何雨桐",
    Role.LOUNGE: "苏婉清",
    Role.FEEDBACK: "唐晓峰",
    Role.EDITOR: "谢文静",
    Role.FLIGHT_DESK: "彭海涛",
    Role.CHECKIN_DESK: "罗思琪",
    Role.SUPPORT: "Anna Berg",
    Role.ADMIN: "刘敏",
}
_SHOPS: Final = ("t2-lianlian", "t2-xiangye-tea", "t2i-xiangye", "t2i-xingnang")
"""Where the demo's one of the shops works: cables and tea, before border control and behind it. Supervisors see to all
of them."""


def kept_in() -> Path:
    """Where a demo's secrets are."""
    return Path(os.environ.get("AIRPORT_VAR") or "var") / "demo-staff.json"


def make(uow: usecases.Work, hasher: usecases.Passwords, cipher: usecases.Cipher, actor: str) -> list[str]:
    """Make what is missing; the logins of all."""
    known = read()
    for role, name in _NAMES.items():
        login = f"demo.{role.value}"
        with uow.read() as tx:
            if tx.store.accounts.by_login(login) is not None:
                continue
        fresh = {"password": secrets.token_urlsafe(12), "secret": totp.secret_text(secrets.token_bytes(20))}
        # Written first: an account whose secret is nowhere could not be used.
        known.setdefault(login, fresh)
        _write(known)
        wish = {
            "request_id": new_id(),
            "actor": actor,
            "login": login,
            "name": name,
            "roles": [role],
            "shops": _SHOPS if role is Role.SHOP else (),
            "password": known[login]["password"],
        }
        enrolled = usecases.Enrolled(totp.secret_bytes(known[login]["secret"]))
        usecases.add_account(uow, hasher, wish, (cipher, enrolled))
    return sorted(known)


def code_of(login: str, now: datetime) -> str | None:
    """The code that the demo's authenticator shows now; None for a login that isn't the demo's."""
    found = read().get(login)
    return None if found is None else totp.code_at(totp.secret_bytes(found["secret"]), totp.step_at(now))


def read() -> dict[str, dict[str, str]]:
    """Password and secret by login."""
    path = kept_in()
    if not path.exists():
        return {}
    found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write(known: dict[str, dict[str, str]]) -> None:
    path = kept_in()
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    draft.rename(path)
