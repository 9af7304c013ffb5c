"""People who work here, and how they sign in, in words of the tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernel import clock, ids
from kernel.crypto import FieldCipher
from services.staff import usecases
from services.staff.domain import totp
from services.staff.schemas import Role
from tests.fakes.staff_store import QuickHasher

PASSWORD = "quiet river carries stones"
SECRET = b"12345678901234567890"


class House:
    """The use cases over one store."""

    def __init__(self, uow: Any) -> None:
        self.uow = uow
        self.hasher: Any = QuickHasher()
        self.cipher = FieldCipher({"k1": b"k" * 32})

    def add(self, login: str, *roles: Role, enrolled: bool = True, shops: Sequence[str] = ()) -> str:
        """An account with PASSWORD and SECRET; its id."""
        who = {"login": login, "name": login, "roles": list(roles or [Role.SUPPORT]), "shops": shops}
        wish = self.wish(**who, password=PASSWORD)
        given = (self.cipher, usecases.Enrolled(SECRET)) if enrolled else None
        account_id: str = usecases.add_account(self.uow, self.hasher, wish, given)["account"]["id"]
        return account_id

    def wish(self, **more: Any) -> dict[str, Any]:
        return {"request_id": ids.new_id(), "actor": "test", **more}

    def begin(self, login: str, password: str = PASSWORD, address: str = "10.0.0.1", device: str = "") -> str:
        """The first step; its challenge."""
        challenge = ids.new_secret()
        request = {
            "challenge": challenge,
            "login": login,
            "password": password,
            **_from(address, device),
        }
        usecases.begin_sign_in(self.uow, self.hasher, self.cipher, request)
        return challenge

    def finish(
        self, challenge: str, code: str, address: str = "10.0.0.1", device: str = "", **more: Any
    ) -> dict[str, Any]:
        """The second step, with `token` and `device` of the browser added to the answer."""
        token, new_device = ids.new_secret(), ids.new_secret()
        request = {
            "request_id": ids.new_id(),
            "challenge": challenge,
            "code": code,
            "token": token,
            "new_device": new_device,
            **_from(address, device),
            **more,
        }
        answer = usecases.finish_sign_in(self.uow, self.cipher, request)
        return {**answer, "token": request["token"], "device": request["new_device"]}

    def sign_in(self, login: str, **more: Any) -> dict[str, Any]:
        """Both steps with what is right; the code's use is forgotten, so that tests needn't wait for the next."""
        self.forget_codes(login)
        return self.finish(self.begin(login, **more), code(), **more)

    def forget_codes(self, login: str) -> None:
        with self.uow.write() as tx:
            account = tx.store.accounts.by_login(login)
            tx.store.accounts.save(type(account)(**{**vars(account), "last_step": 0}))

    def trail(self) -> list[dict[str, Any]]:
        """Oldest first."""
        found = usecases.list_audit(self.uow, {"text": "", "limit": 200, "cursor": ""})
        return list(reversed(found["rows"]))


def code(ahead: int = 0) -> str:
    return totp.code_at(SECRET, totp.step_at(clock.real_now()) + ahead)


def _from(address: str, device: str) -> dict[str, str]:
    return {"address": address, "agent": "a browser", "device": device}
