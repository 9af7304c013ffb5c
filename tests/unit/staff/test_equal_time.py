"""Time tells nothing: an unknown login costs as much work as a wrong password and as a right one."""

from __future__ import annotations

import time
from typing import Any

from services.staff.hashing import Argon2id
from tests.fakes.staff_store import FakeStaffStore
from tests.fakes.uow import FakeUnitOfWork
from tests.store.staff.people import PASSWORD, House

ROUNDS = 5


class SkipsNobody(Argon2id):
    """The control: what verification without a stand-in for unknown logins would do."""

    def verify(self, hashed: str, password: str) -> bool:
        return hashed != "" and super().verify(hashed, password)


def work_of(hasher: Any) -> dict[str, float]:
    """The least CPU seconds of a first step, by who signs in: the machine's other work doesn't count."""
    house = House(FakeUnitOfWork(FakeStaffStore()))
    house.hasher = hasher
    house.add("anna")
    tries = {"unknown": ("nobody", PASSWORD), "wrong": ("anna", "other words"), "right": ("anna", PASSWORD)}
    spent: dict[str, list[float]] = {name: [] for name in tries}
    for number in range(ROUNDS):
        for name, (login, password) in tries.items():
            began = time.process_time()
            house.begin(login, password, address=f"10.0.{number}.1")
            spent[name].append(time.process_time() - began)
    return {name: min(seconds) for name, seconds in spent.items()}


def test_unknown_wrong_and_right_cost_the_same_work() -> None:
    spent = work_of(Argon2id())
    assert max(spent.values()) < 1.3 * min(spent.values()), spent


def test_control_without_the_stand_in_time_would_tell() -> None:
    spent = work_of(SkipsNobody())
    assert spent["unknown"] * 3 < spent["wrong"], spent
