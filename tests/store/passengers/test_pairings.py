"""A computer signed in by the phone, over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.errors import ServiceError
from kernel.ids import new_id
from services.passengers import schemas, usecases
from services.passengers.domain import PairingState
from services.passengers.domain.pairings import LASTS
from services.passengers.errors import NoSession, PairingOver
from services.passengers.secrecy import token_hash
from tests.unit.passengers.examples import VAULT, request, traveller


@pytest.fixture
def begun(uow: Any) -> dict[str, Any]:
    answer = usecases.begin_pairing(uow, "Chrome · Windows")
    assert schemas.BegunPairingSchema().validate(answer) == {}
    return answer


def decide(uow: Any, begun: dict[str, Any], passenger_id: str, number: str | None = None) -> bool:
    typed = begun["number"] if number is None else number
    asked = request(schemas.DecidePairingSchema, passenger_id=passenger_id, code=begun["code"], number=typed)
    return bool(usecases.decide_pairing(uow, asked)["approved"])


def claim(uow: Any, begun: dict[str, Any], previous: str | None = None) -> dict[str, Any]:
    asked = schemas.ClaimPairingSchema().load({"watch": begun["watch"], "previous_token": previous})
    return usecases.claim_pairing(uow, VAULT, asked)


def state(uow: Any, begun: dict[str, Any]) -> str:
    return str(usecases.pairing_state(uow, begun["watch"])["state"])


def test_who_scans_and_types_the_number_is_signed_in_on_the_computer(uow: Any, begun: dict[str, Any]) -> None:
    ann = traveller(uow)
    assert state(uow, begun) == "waiting"
    shown = usecases.get_pairing(uow, begun["code"])
    assert shown["browser"] == "Chrome · Windows"
    assert begun["number"] not in map(str, shown.values()), "only the computer shows the number"
    assert decide(uow, begun, ann)
    assert state(uow, begun) == "approved"
    answer = claim(uow, begun)
    assert schemas.SignedInSchema().validate(answer) == {}
    assert usecases.get_session(uow, answer["session"]["token"])["passenger"]["id"] == ann
    assert state(uow, begun) == "used"
    assert claim(uow, begun) == answer, "a page that is loaded twice gets one session"


def test_nobody_is_signed_in_before_the_phone_agrees(uow: Any, begun: dict[str, Any]) -> None:
    with pytest.raises(PairingOver):
        claim(uow, begun)
    assert decide(uow, begun, traveller(uow))
    assert claim(uow, begun)["session"]["token"], "what was refused too early is no answer to keep"


@pytest.mark.parametrize("number", ["", "wrong"])
def test_one_wrong_number_or_a_no_ends_it(uow: Any, begun: dict[str, Any], number: str) -> None:
    ann = traveller(uow)
    assert not decide(uow, begun, ann, number)
    assert state(uow, begun) == "refused"
    with pytest.raises(PairingOver):
        decide(uow, begun, ann)
    with pytest.raises(PairingOver):
        claim(uow, begun)


def test_a_code_is_good_for_one_traveller(uow: Any, begun: dict[str, Any]) -> None:
    assert decide(uow, begun, traveller(uow, "o-1"))
    with pytest.raises(PairingOver):
        decide(uow, begun, traveller(uow, "o-2"))
    with pytest.raises(PairingOver):
        usecases.get_pairing(uow, begun["code"])


def test_what_is_not_agreed_to_in_five_minutes_is_over(uow: Any, begun: dict[str, Any]) -> None:
    ann = traveller(uow)
    assert decide(uow, begun, ann)
    hashed = token_hash(begun["code"])
    with uow.write() as tx:
        late = tx.now() + LASTS
        ends = (hashed, PairingState.APPROVED, PairingState.USED, ann)
        assert not tx.store.settle_pairing(*ends, late)
        assert tx.store.settle_pairing(*ends, late - timedelta(seconds=1))
        assert tx.store.purge_pairings(late + timedelta(hours=1), 10) == 1
    assert state(uow, begun) == "over"


def test_the_computers_session_of_before_ends_and_a_repeat_after_signing_out_opens_nothing(
    uow: Any, begun: dict[str, Any]
) -> None:
    ann = traveller(uow)
    decide(uow, begun, ann)
    first = claim(uow, begun)["session"]["token"]
    again = usecases.begin_pairing(uow, "Chrome · Windows")
    decide(uow, again, ann)
    claim(uow, again, previous=first)
    with pytest.raises(NoSession):
        usecases.get_session(uow, first)
    with pytest.raises(NoSession):
        claim(uow, begun)


def test_no_secret_of_it_is_kept(uow: Any, begun: dict[str, Any]) -> None:
    with uow.read() as tx:
        kept = repr(tx.store.pairing_of_code(token_hash(begun["code"])))
    assert begun["code"] not in kept
    assert begun["watch"] not in kept


def test_unknown_codes_are_like_old_ones(uow: Any) -> None:
    answers: set[str] = set()
    for ask in (
        lambda: usecases.get_pairing(uow, "nothing"),
        lambda: claim(uow, {"watch": new_id()}),
        lambda: decide(uow, {"code": "nothing", "number": "12"}, traveller(uow)),
    ):
        with pytest.raises(ServiceError) as refused:
            ask()
        answers.add(refused.value.code)
    assert answers == {"passengers.pairing_over"}
