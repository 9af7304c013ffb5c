"""A second person at somebody else's screen, with a code of their own."""

from __future__ import annotations

from typing import Any

import pytest

from kernel import ids
from services.staff import usecases
from services.staff.errors import TooManyAttempts, VouchRefused
from services.staff.schemas import Role
from tests.store.staff.people import House, code

DESK = [Role.DESK, Role.SUPERVISOR]


@pytest.fixture
def pair(house: House) -> tuple[str, str]:
    """Who is signed in, and a colleague of theirs."""
    return house.add("lin", Role.DESK), house.add("chen", Role.SUPERVISOR)


def vouch(house: House, actor: str, login: str = "chen", shown: str = "", **more: Any) -> dict[str, Any]:
    request = {
        "request_id": ids.new_id(),
        "actor": f"staff:{actor}",
        "login": login,
        "code": shown or code(),
        "roles": DESK,
        "about": "CSX-6B7K2M-4",
        **more,
    }
    return usecases.vouch(house.uow, house.cipher, request)["account"]  # type: ignore[no-any-return]


def test_a_colleague_vouches_and_the_trail_names_both(house: House, pair: tuple[str, str]) -> None:
    lin, chen = pair
    assert vouch(house, lin, " Chen ")["id"] == chen
    told = house.trail()[-1]
    assert (told["actor"], told["action"], told["subject"]) == (
        f"staff:{chen}",
        "staff.vouched",
        "CSX-6B7K2M-4",
    )
    assert told["detail"] == {"asked_by": f"staff:{lin}"}


def test_a_code_vouches_once_and_is_worth_no_sign_in_after(house: House, pair: tuple[str, str]) -> None:
    lin, _ = pair
    request = {"request_id": ids.new_id()}
    first = vouch(house, lin, **request)
    assert vouch(house, lin, **request) == first, "a repeat is the same answer"
    with pytest.raises(VouchRefused):
        vouch(house, lin)
    with pytest.raises(Exception, match="sign_in_refused"):
        house.finish(house.begin("chen"), code())


@pytest.mark.parametrize(
    "fault", ["oneself", "nobody", "other role", "wrong code", "recovery code", "not enrolled"]
)
def test_nobody_else_vouches(house: House, pair: tuple[str, str], fault: str) -> None:
    lin, chen = pair
    house.add("shop", Role.SHOP)
    house.add("new", Role.DESK, enrolled=False)
    login = {"oneself": "lin", "nobody": "zhang", "other role": "shop", "not enrolled": "new"}.get(
        fault, "chen"
    )
    shown = {"wrong code": "000000", "recovery code": "abcde-fghij"}.get(fault, "")
    with pytest.raises(VouchRefused) as told:
        vouch(house, lin, login, shown)
    assert told.value.data["reason"] == ("own" if fault == "oneself" else "code")
    assert chen


def test_guessing_a_colleagues_code_holds_up_the_guesser_alone(house: House, pair: tuple[str, str]) -> None:
    lin, _ = pair
    mei = house.add("mei", Role.DESK)
    for _ in range(5):
        with pytest.raises(VouchRefused):
            vouch(house, lin, shown="000000")
    with pytest.raises(TooManyAttempts):
        vouch(house, lin)
    assert vouch(house, mei), "another's witness isn't held up"
    assert house.sign_in("chen"), "nor is the colleague's own sign-in"
