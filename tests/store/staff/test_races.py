"""Two browsers at the same moment: a code lets one in; allowances hold; the chain has no fork."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from services.staff import usecases
from services.staff.errors import LastAdmin, SignInRefused, TooManyAttempts
from services.staff.schemas import Role
from tests.store.staff.people import House, code

AT_ONCE = 8


def together(work: Callable[[int], Any], times: int = AT_ONCE) -> list[Any]:
    """What each of them came to: its result, or the error."""
    start = Barrier(times)

    def run(number: int) -> Any:
        start.wait()
        try:
            return work(number)
        except (SignInRefused, TooManyAttempts, LastAdmin) as exc:
            return exc

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_one_code_shown_by_many_at_once_lets_one_in(real_house: House) -> None:
    account_id = real_house.add("anna")
    shown = code()
    challenges = [real_house.begin("anna", address=f"10.0.1.{n}") for n in range(AT_ONCE)]
    ended = together(lambda n: real_house.finish(challenges[n], shown, address=f"10.0.1.{n}"))
    assert sum(isinstance(each, dict) for each in ended) == 1
    assert len(usecases.list_sessions(real_house.uow, account_id)["sessions"]) == 1


def test_attempts_at_once_do_not_slip_through_the_allowance(real_house: House) -> None:
    real_house.add("anna")
    ended = together(lambda n: real_house.begin("anna", f"wrong words {n}"), 12)
    assert sum(isinstance(each, str) for each in ended) == 5
    assert real_house.hasher.asked == 5


def test_two_admins_do_not_end_each_other(real_house: House) -> None:
    admins = [real_house.add(login, Role.ADMIN) for login in ("one", "two")]

    def disable(number: int) -> Any:
        wish = real_house.wish(account_id=admins[number], active=False)
        return usecases.set_active(real_house.uow, wish)

    ended = together(disable, 2)
    assert sum(isinstance(each, LastAdmin) for each in ended) == 1


def test_the_chain_has_no_fork_however_many_write_at_once(real_house: House) -> None:
    def act(number: int) -> Any:
        wish = {"action": "export.taken", "subject": str(number), "detail": {}}
        return usecases.record_action(real_house.uow, real_house.wish(**wish))

    together(act)
    state = usecases.verify_audit(real_house.uow)
    assert (state["rows"], state["broken_at"]) == (AT_ONCE, None)
