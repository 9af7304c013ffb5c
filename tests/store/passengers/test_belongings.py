"""Companions, documents and consents, over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kernel import context
from kernel.context import CallContext
from kernel.sealing import seal
from services.passengers import schemas, usecases
from services.passengers.domain import ConsentEntry
from services.passengers.errors import (
    BadSeal,
    CompanionNotFound,
    ConsentNeeded,
    ConsentOutdated,
    DocumentExists,
    DocumentNotFound,
    IdCheckDigit,
    TooMany,
)
from services.passengers.schemas import MAX_COMPANIONS, ConsentKind, DocumentKind
from services.passengers.vault import Vault
from tests.unit.passengers.examples import (
    NEW_KEY,
    OLD_KEY,
    OTHER_ID,
    PASSPORT,
    RESIDENT_ID,
    TODAY,
    VALID_MRZ,
    VAULT,
    add_companion,
    add_document,
    agree,
    request,
    traveller,
)


@pytest.fixture
def mine(uow: Any) -> str:
    """A traveller who agreed to documents being kept."""
    passenger_id = traveller(uow)
    agree(uow, passenger_id)
    return passenger_id


def documents(uow: Any, passenger_id: str) -> list[dict[str, Any]]:
    answer = usecases.list_documents(uow, VAULT, passenger_id)
    assert schemas.DocumentsSchema().validate(answer) == {}
    found: list[dict[str, Any]] = answer["documents"]
    return found


def of(passenger_id: str, schema: Any = schemas.DocumentIdSchema, **values: Any) -> dict[str, Any]:
    return request(schema, passenger_id=passenger_id, **values)


def test_a_document_is_shown_masked(uow: Any, mine: str) -> None:
    added = add_document(uow, mine)
    assert documents(uow, mine) == [added]
    assert added["masked_number"] == "1*************002X"
    assert (added["holder_name"], added["checked"]) == ("张三", "check_digit")


def test_neither_number_nor_name_is_kept_as_it_is(uow: Any, mine: str) -> None:
    add_document(uow, mine)
    add_companion(uow, mine, "李四")
    with uow.read() as tx:
        kept = repr([*tx.store.documents(mine), *tx.store.companions(mine), *tx.store.audits(mine)])
    assert "1*************002X" in kept, "the control: the rows were read"
    for secret in (RESIDENT_ID, "张三", "李四", "1949-12-31"):
        assert secret not in kept


def test_a_passports_lines_are_kept_as_one_document(uow: Any, mine: str) -> None:
    added = add_document(uow, mine, VALID_MRZ, kind="passport", holder_name=None)
    assert (added["masked_number"], added["holder_name"]) == ("L*****2C3", "ERIKSSON/ANNA MARIA")
    assert (added["expires_on"], added["checked"]) == ("2031-04-15", "mrz")
    shown = usecases.unmask_document(
        uow, VAULT, of(mine, schemas.UnmaskSchema, document_id=added["id"], reason="check_in")
    )
    assert schemas.UnmaskedSchema().validate(shown) == {}
    assert shown == {"number": PASSPORT, "nationality": "UTO", "birth_date": "1974-08-12"}


def test_a_wrong_number_is_not_kept_and_the_reason_is_told(uow: Any, mine: str) -> None:
    with pytest.raises(IdCheckDigit):
        add_document(uow, mine, RESIDENT_ID[:-1] + "1")
    assert documents(uow, mine) == []


def test_what_was_sealed_for_nobody_here_is_refused(uow: Any, mine: str) -> None:
    elsewhere = seal(Vault({"k1": NEW_KEY}).sealing_key(), RESIDENT_ID)
    for sealed in (elsewhere, RESIDENT_ID):
        asked = of(mine, schemas.AddDocumentSchema, kind="resident_id", sealed=sealed)
        with pytest.raises(BadSeal):
            usecases.add_document(uow, VAULT, asked, TODAY)


def test_a_repeated_request_adds_one_document_although_its_seal_differs(uow: Any, mine: str) -> None:
    asked = of(mine, schemas.AddDocumentSchema, kind="resident_id", holder_name="张三", sealed="x")
    added = [
        usecases.add_document(uow, VAULT, {**asked, "sealed": seal(VAULT.sealing_key(), RESIDENT_ID)}, TODAY)
        for _ in range(2)
    ]
    assert added[0] == added[1]
    assert len(documents(uow, mine)) == 1


def test_one_number_is_kept_once_however_it_is_typed(uow: Any, mine: str) -> None:
    add_document(uow, mine)
    with pytest.raises(DocumentExists):
        add_document(uow, mine, RESIDENT_ID.lower())
    rotated = Vault({"k2": NEW_KEY, "k1": OLD_KEY})
    with pytest.raises(DocumentExists):
        add_document(uow, mine, vault=rotated)
    add_document(uow, mine, OTHER_ID)


def test_without_consent_no_document_is_kept(uow: Any) -> None:
    passenger_id = traveller(uow)
    with pytest.raises(ConsentNeeded) as caught:
        add_document(uow, passenger_id)
    assert caught.value.data == {"kind": "identity_documents"}
    agree(uow, passenger_id, "privacy_policy")
    with pytest.raises(ConsentNeeded):
        add_document(uow, passenger_id)


def test_unmasking_is_logged_with_who_and_why_before_the_number_is_told(uow: Any, mine: str) -> None:
    added = add_document(uow, mine)
    asked = of(mine, schemas.UnmaskSchema, document_id=added["id"], reason="handover")
    with context.entered(CallContext(principal="staff:li")):
        for _ in range(2):
            assert usecases.unmask_document(uow, VAULT, asked)["number"] == RESIDENT_ID
    with uow.read() as tx:
        (shown,) = tx.store.unmaskings(mine)
    assert (shown.document_id, shown.reason, shown.actor) == (added["id"], "handover", "staff:li")


def test_a_number_is_found_by_whoever_knows_it_also_while_keys_change(uow: Any, mine: str) -> None:
    added = add_document(uow, mine)
    expected = [{"passenger_id": mine, "document_id": added["id"], "companion_id": None}]
    rotated = Vault({"k2": NEW_KEY, "k1": OLD_KEY})
    for vault in (VAULT, rotated):
        sealed = seal(vault.sealing_key(), "11010519491231002x")
        found = usecases.find_documents(uow, vault, DocumentKind.RESIDENT_ID, sealed)
        assert schemas.FoundDocumentsSchema().validate(found) == {}
        assert found["found"] == expected
    nothing = usecases.find_documents(
        uow, VAULT, DocumentKind.RESIDENT_ID, seal(VAULT.sealing_key(), OTHER_ID)
    )
    assert nothing == {"found": []}


def test_a_companions_document_goes_with_the_companion(uow: Any, mine: str) -> None:
    companion_id = add_companion(uow, mine)
    add_document(uow, mine)
    add_document(uow, mine, OTHER_ID, companion_id=companion_id)
    assert [one["companion_id"] for one in documents(uow, mine)] == [None, companion_id]
    usecases.remove_companion(uow, of(mine, schemas.CompanionIdSchema, companion_id=companion_id))
    assert [one["companion_id"] for one in documents(uow, mine)] == [None]


def test_a_companion_is_changed_in_part(uow: Any, mine: str) -> None:
    companion_id = add_companion(uow, mine, "李四")
    for change, expected in (({"kind": "child"}, ("李四", "child")), ({"name": "王五"}, ("王五", "child"))):
        asked = of(mine, schemas.ChangeCompanionSchema, companion_id=companion_id, **change)
        changed = usecases.change_companion(uow, VAULT, asked)
        assert schemas.CompanionResultSchema().validate(changed) == {}
        assert (changed["companion"]["name"], changed["companion"]["kind"]) == expected


def test_there_are_so_many_companions_and_no_more(uow: Any, mine: str) -> None:
    for number in range(MAX_COMPANIONS):
        add_companion(uow, mine, "甲" * (number + 1))
    with pytest.raises(TooMany):
        add_companion(uow, mine, "乙")


@pytest.mark.parametrize("name", ["", "a1", "<b>", "x" * 65, "a\nb"])
def test_what_is_no_name_is_refused_at_the_door(name: str) -> None:
    problems = schemas.AddCompanionSchema().validate(
        {"request_id": "x" * 8, "passenger_id": "p", "name": name}
    )
    assert set(problems) == {"name"}


ANOTHERS: dict[str, tuple[type[Exception], Callable[[Any, str, str, str], Any]]] = {
    "remove_document": (
        DocumentNotFound,
        lambda uow, who, document, _: usecases.remove_document(uow, of(who, document_id=document)),
    ),
    "unmask_document": (
        DocumentNotFound,
        lambda uow, who, document, _: usecases.unmask_document(
            uow, VAULT, of(who, schemas.UnmaskSchema, document_id=document, reason="booking")
        ),
    ),
    "remove_companion": (
        CompanionNotFound,
        lambda uow, who, _, companion: usecases.remove_companion(
            uow, of(who, schemas.CompanionIdSchema, companion_id=companion)
        ),
    ),
    "change_companion": (
        CompanionNotFound,
        lambda uow, who, _, companion: usecases.change_companion(
            uow, VAULT, of(who, schemas.ChangeCompanionSchema, companion_id=companion, name="x")
        ),
    ),
    "add_document": (
        CompanionNotFound,
        lambda uow, who, _, companion: add_document(uow, who, OTHER_ID, companion_id=companion),
    ),
}


@pytest.mark.parametrize("name", ANOTHERS)
def test_what_is_anothers_is_answered_as_what_does_not_exist(uow: Any, mine: str, name: str) -> None:
    document, companion = add_document(uow, mine)["id"], add_companion(uow, mine)
    other = traveller(uow, "o-2")
    agree(uow, other)
    error, call = ANOTHERS[name]
    said = []
    for ids in ((document, companion), ("nothing", "nothing")):
        with pytest.raises(error) as caught:
            call(uow, other, *ids)
        said.append(caught.value.to_document())  # type: ignore[attr-defined]
    assert said[0] == said[1]
    assert len(documents(uow, mine)) == 1
    with uow.read() as tx:
        assert tx.store.unmaskings(mine) == []


@pytest.mark.parametrize("name", ANOTHERS)
def test_the_control_the_owner_may(uow: Any, mine: str, name: str) -> None:
    document, companion = add_document(uow, mine)["id"], add_companion(uow, mine)
    assert ANOTHERS[name][1](uow, mine, document, companion)


# --- consents ------------------------------------------------------------------------------------------


def state(answer: dict[str, Any], kind: str = "identity_documents") -> dict[str, Any]:
    assert schemas.ConsentsSchema().validate(answer) == {}
    (found,) = (one for one in answer["consents"] if one["kind"] == kind)
    return dict(found)


def test_a_consent_has_its_version_and_time_and_is_given_once(uow: Any) -> None:
    passenger_id = traveller(uow)
    assert state(usecases.list_consents(uow, passenger_id))["at"] is None
    for _ in range(2):
        answer = agree(uow, passenger_id)
    assert state(answer)["in_force"]
    assert len(answer["history"]) == 1


def test_nobody_agrees_to_a_text_that_is_not_shown_now(uow: Any) -> None:
    asked = of(traveller(uow), schemas.GiveConsentSchema, kind="privacy_policy", version="2019-01")
    with pytest.raises(ConsentOutdated) as caught:
        usecases.give_consent(uow, asked)
    assert caught.value.data == {"current": schemas.CURRENT_CONSENTS[ConsentKind.PRIVACY_POLICY]}


def test_withdrawing_deletes_the_documents_and_keeps_the_history(uow: Any, mine: str) -> None:
    add_document(uow, mine)
    for _ in range(2):
        asked = of(mine, schemas.WithdrawConsentSchema, kind="identity_documents")
        answer = usecases.withdraw_consent(uow, asked)
    assert documents(uow, mine) == []
    assert not state(answer)["granted"]
    assert [one["granted"] for one in answer["history"]] == [True, False]
    agree(uow, mine)
    assert documents(uow, mine) == []


def test_withdrawing_something_else_leaves_the_documents(uow: Any, mine: str) -> None:
    agree(uow, mine, "flight_messages")
    add_document(uow, mine)
    usecases.withdraw_consent(uow, of(mine, schemas.WithdrawConsentSchema, kind="flight_messages"))
    assert len(documents(uow, mine)) == 1


def test_a_changed_text_asks_for_a_new_consent(uow: Any) -> None:
    passenger_id = traveller(uow)
    with uow.write() as tx:
        entry = ConsentEntry(ConsentKind.IDENTITY_DOCUMENTS, "2019-01", True, tx.now())
        tx.store.add_consent(passenger_id, entry)
    with pytest.raises(ConsentNeeded):
        add_document(uow, passenger_id)
    assert state(agree(uow, passenger_id))["in_force"]


def test_expired_documents_and_old_records_are_purged(uow: Any, mine: str) -> None:
    expired = add_document(uow, mine, expires_on=TODAY.isoformat())
    add_document(uow, mine, OTHER_ID)
    with uow.write() as tx:
        kept_days = (tx.now().date() - TODAY).days
        tx.store.purge_documents(TODAY, 10)
        assert len(tx.store.documents(mine)) == 2, "its last day isn't over"
        tx.store.purge_documents(TODAY + timedelta(days=1), 10)
        assert expired["id"] not in {one.id for one in tx.store.documents(mine)}
        assert tx.store.audits(mine)
        assert tx.store.purge_records(tx.now() + timedelta(days=1), 100) > 0
        assert tx.store.audits(mine) == []
    assert kept_days < 180
