"""The copy of everything, the erasure everywhere, and the change of keys: fake, SQLite, PostgreSQL."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from kernel import clock, context
from kernel.errors import Unavailable
from kernel.ids import new_id
from kernel.sealing import seal
from services.passengers import schemas, usecases
from services.passengers.domain import HOLDERS, WeChatIdentity
from services.passengers.errors import ErasureNotFound, NoSession, PassengerNotFound
from services.passengers.schemas import DocumentKind
from services.passengers.store import Resealed
from services.passengers.vault import Vault
from tests.store.passengers.told import events, told
from tests.unit.passengers.examples import (
    NEW_KEY,
    OLD_KEY,
    OTHER_ID,
    RESIDENT_ID,
    VAULT,
    add_companion,
    add_document,
    agree,
    follower,
    request,
    sign_in,
    traveller,
)

BOTH = Vault({"k2": NEW_KEY, "k1": OLD_KEY})


def settled(uow: Any, openid: str = "o-1") -> str:
    """A traveller with something of every kind."""
    passenger_id = follower(uow, openid)
    traveller(uow, openid)
    agree(uow, passenger_id)
    add_document(uow, passenger_id, companion_id=add_companion(uow, passenger_id))
    add_document(uow, passenger_id, OTHER_ID)
    return passenger_id


def export(uow: Any, passenger_id: str, **copies: Any) -> dict[str, Any]:
    asked = request(schemas.WriteSchema, passenger_id=passenger_id)
    return usecases.request_export(uow, VAULT, copies, asked)


def erase(uow: Any, passenger_id: str) -> str:
    asked = request(schemas.WriteSchema, passenger_id=passenger_id)
    return str(usecases.request_erasure(uow, asked, 24)["erasure_id"])


def others_are_done(uow: Any, erasure_id: str) -> None:
    """Every holder but notify has spoken."""
    for service in HOLDERS:
        if service != "notify":
            data = {"erasure_id": erasure_id, "service": service, "counts": {}}
            usecases.note_erasure_done(uow, service, {"id": new_id(), "data": data})


def done(erasure_id: str, **counts: int) -> dict[str, Any]:
    return {"id": new_id(), "data": {"erasure_id": erasure_id, "service": "notify", "counts": counts}}


def test_a_copy_holds_everything_and_is_ready_to_travel(uow: Any) -> None:
    passenger_id = settled(uow)
    asked_about: list[str] = []
    answer = export(uow, passenger_id, notify=lambda who: asked_about.append(who) or {"follows": []})
    assert schemas.ExportSchema().validate(answer) == {}
    assert (answer["complete"], answer["missing"], asked_about) == (True, [], [passenger_id])
    assert answer["services"] == {"notify": {"follows": []}}
    own = orjson.loads(orjson.dumps(answer))["passengers"]
    assert {one["number"] for one in own["documents"]} == {RESIDENT_ID, OTHER_ID}
    assert [one["name"] for one in own["companions"]] == ["李四"]
    assert [one["openid"] for one in own["wechat_accounts"]] == ["o-1"]
    assert [one["kind"] for one in own["consents"]] == ["identity_documents"]
    assert {one["reason"] for one in own["documents_shown"]} == {"export"}
    actions = [one["action"] for one in own["done"]]
    assert actions[0] == "made"
    assert actions[-1] == "exported"


def test_a_copy_misses_no_table_that_knows_the_traveller(uow: Any) -> None:
    """Every kind of row that erasure counts is in the copy too."""
    passenger_id = settled(uow)
    own = export(uow, passenger_id)["passengers"]
    with uow.write() as tx:
        counted = tx.store.erase(passenger_id)
        assert all(counted.values()), "the control: there was something of each kind"
    assert set(counted) <= set(own)
    assert all(own[kind] for kind in counted)


def test_a_service_that_is_away_is_named(uow: Any) -> None:
    def away(_: str) -> dict[str, Any]:
        raise Unavailable

    answer = export(uow, settled(uow), notify=away, orders=lambda _: {"orders": [1]})
    assert (answer["complete"], answer["missing"]) == (False, ["notify"])
    assert answer["services"] == {"orders": {"orders": [1]}}


def test_services_are_asked_side_by_side_within_the_same_deadline(uow: Any) -> None:
    """Each waits until all the others are asked too: one after the other, nobody would ever answer."""
    everybody = threading.Barrier(6, timeout=30)
    deadlines: list[float | None] = []

    def copy(_: str) -> dict[str, Any]:
        everybody.wait()
        deadlines.append(context.current().expires_at)
        return {}

    passenger_id = settled(uow)
    asked = dict.fromkeys(("bus", "checkin", "notify", "payments", "shop", "staff"), copy)
    with context.entered(context.CallContext(expires_at=clock.monotonic() + 60)) as call:
        answer = export(uow, passenger_id, **asked)
    assert (answer["complete"], list(answer["services"])) == (True, list(asked))
    assert deadlines == [call.expires_at] * 6


def test_an_erasure_leaves_nothing_here_and_tells_everyone(uow: Any) -> None:
    token = sign_in(uow, WeChatIdentity("o-1"))["session"]["token"]
    passenger_id = settled(uow)
    other = settled(uow, "o-2")
    erasure_id = erase(uow, passenger_id)
    assert told(uow, "erasure_requested") == [
        {"erasure_id": erasure_id, "passenger_id": passenger_id, "earlier_ids": []}
    ]
    assert told(uow, "sessions_ended")[-1] == {"passenger_id": passenger_id}
    with pytest.raises(NoSession):
        usecases.get_session(uow, token)
    with pytest.raises(PassengerNotFound):
        export(uow, passenger_id)
    with uow.read() as tx:
        assert tx.store.account("o-1") is None
        assert tx.store.documents(passenger_id) == tx.store.companions(passenger_id) == []
        kept = repr(tx.store.audits(passenger_id))
    assert "erased" in kept
    for secret in ("o-1", "李四", "张三", RESIDENT_ID):
        assert secret not in kept
    assert len(usecases.list_documents(uow, VAULT, other)["documents"]) == 2


def test_whoever_was_erased_comes_back_as_somebody_new(uow: Any) -> None:
    passenger_id = settled(uow)
    erase(uow, passenger_id)
    assert traveller(uow) != passenger_id


def test_an_erasure_names_who_was_merged_before(uow: Any) -> None:
    elder, younger = traveller(uow, "o-old"), traveller(uow, "o-new", "u-1")
    traveller(uow, "o-old", "u-1")
    erase(uow, younger)
    assert told(uow, "erasure_requested")[0]["passenger_id"] == elder
    assert told(uow, "erasure_requested")[0]["earlier_ids"] == [younger]
    for passenger_id in (elder, younger):
        with pytest.raises(PassengerNotFound):
            usecases.get_passenger(uow, passenger_id)


def test_a_repeated_request_erases_once(uow: Any) -> None:
    asked = request(schemas.WriteSchema, passenger_id=settled(uow))
    answers = [usecases.request_erasure(uow, asked, 24) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(told(uow, "erasure_requested")) == 1
    with pytest.raises(PassengerNotFound):
        erase(uow, asked["passenger_id"])


def test_the_report_is_complete_when_every_service_has_spoken_once(uow: Any) -> None:
    erasure_id = erase(uow, settled(uow))
    report = usecases.get_erasure(uow, erasure_id)
    assert schemas.ErasureSchema().validate(report) == {}
    assert report["completed_at"] is None
    own, notify = (next(s for s in report["services"] if s["service"] == n) for n in ("passengers", "notify"))
    assert own["counts"]["documents"] == 2
    assert notify == {"service": "notify", "done_at": None, "counts": {}}
    others_are_done(uow, erasure_id)
    said = done(erasure_id, messages=3)
    for event in (said, said, done(erasure_id, messages=0)):
        usecases.note_erasure_done(uow, "notify", event)
    report = usecases.get_erasure(uow, erasure_id)
    assert report["completed_at"] is not None
    assert next(s for s in report["services"] if s["service"] == "notify")["counts"] == {"messages": 3}
    assert usecases.list_erasures(uow, open_only=True, limit=10) == {"erasures": []}
    assert len(usecases.list_erasures(uow, open_only=False, limit=10)["erasures"]) == 1


def test_a_word_about_an_unknown_report_is_no_error(uow: Any) -> None:
    usecases.note_erasure_done(uow, "notify", done("no such report"))
    with pytest.raises(ErasureNotFound):
        usecases.get_erasure(uow, "no such report")


def test_an_erasure_that_nobody_confirms_becomes_overdue_and_is_seen(uow: Any) -> None:
    asked = request(schemas.WriteSchema, passenger_id=settled(uow))
    usecases.request_erasure(uow, asked, 24)
    assert usecases.count_overdue(uow) == 0
    late = request(schemas.WriteSchema, passenger_id=settled(uow, "o-2"))
    erasure_id = usecases.request_erasure(uow, late, -1)["erasure_id"]
    assert usecases.count_overdue(uow) == 1
    listed = usecases.list_erasures(uow, open_only=True, limit=10)
    assert schemas.ErasuresSchema().validate(listed) == {}
    assert [one["overdue"] for one in listed["erasures"]] == [False, True]
    others_are_done(uow, erasure_id)
    assert usecases.count_overdue(uow) == 1
    usecases.note_erasure_done(uow, "notify", done(erasure_id))
    assert usecases.count_overdue(uow) == 0


def test_who_neither_follows_nor_comes_for_years_is_erased(uow: Any) -> None:
    gone, follows, comes = traveller(uow, "o-gone"), follower(uow, "o-follows"), traveller(uow, "o-comes")
    with uow.write() as tx:
        for passenger_id in (gone, follows):
            passenger = tx.store.lock_passenger(passenger_id)
            tx.store.save_passenger(replace(passenger, last_seen_at=tx.now() - timedelta(days=1096)))
    assert [usecases.erase_dormant(uow, 1095, 24) for _ in range(2)] == [1, 0]
    assert [data["passenger_id"] for data in told(uow, "erasure_requested")] == [gone]
    for passenger_id in (follows, comes):
        assert usecases.get_passenger(uow, passenger_id)


# --- keys ----------------------------------------------------------------------------------------------


def find(uow: Any, vault: Vault, number: str = RESIDENT_ID) -> int:
    sealed = seal(vault.sealing_key(), number)
    return len(usecases.find_documents(uow, vault, DocumentKind.RESIDENT_ID, sealed)["found"])


def test_rotated_rows_open_and_are_found_with_the_new_key_alone(uow: Any) -> None:
    passengers = [settled(uow, f"o-{number}") for number in range(4)]
    steps = list(usecases.rotate_keys(uow, BOTH, chunk=3))
    assert (steps[0].done, steps[0].left) == (0, 12)
    assert (steps[-1].done, steps[-1].left, steps[-1].unreadable) == (12, 0, 0)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    new_only = Vault({"k2": NEW_KEY})
    assert find(uow, new_only) == 4
    for passenger_id in passengers:
        assert len(usecases.list_documents(uow, new_only, passenger_id)["documents"]) == 2
        assert usecases.list_companions(uow, new_only, passenger_id)["companions"][0]["name"] == "李四"


def test_a_rotation_that_is_cut_off_goes_on_where_it_was(uow: Any) -> None:
    for number in range(4):
        settled(uow, f"o-{number}")
    steps = usecases.rotate_keys(uow, BOTH, chunk=2)
    for step in steps:
        if step.done >= 4:
            break
    steps.close()
    assert find(uow, BOTH) == 4, "half-way, numbers are found under either key"
    assert next(usecases.rotate_keys(uow, BOTH, chunk=2)).left == 8
    assert list(usecases.rotate_keys(uow, BOTH, chunk=2))[-1].left == 0
    assert list(usecases.rotate_keys(uow, BOTH, chunk=2))[-1].done == 0


def test_what_is_added_and_removed_meanwhile_is_neither_lost_nor_brought_back(uow: Any) -> None:
    passenger_id = settled(uow)
    first, second = usecases.list_documents(uow, VAULT, passenger_id)["documents"]
    steps = usecases.rotate_keys(uow, BOTH, chunk=1)
    next(steps)
    asked = request(schemas.DocumentIdSchema, passenger_id=passenger_id, document_id=second["id"])
    usecases.remove_document(uow, asked)
    add_document(uow, passenger_id, OTHER_ID, vault=BOTH)
    assert list(steps)[-1].left == 0
    shown = usecases.list_documents(uow, Vault({"k2": NEW_KEY}), passenger_id)["documents"]
    assert first["id"] in {one["id"] for one in shown}
    assert len(shown) == 2


def test_a_row_changed_between_reading_and_writing_keeps_its_newer_value(uow: Any) -> None:
    passenger_id = traveller(uow)
    companion_id = add_companion(uow, passenger_id, "李四")
    with uow.read() as tx:
        (row,) = tx.store.sealed_rows("companions", "k1", "", 10)
    change = request(
        schemas.ChangeCompanionSchema, passenger_id=passenger_id, companion_id=companion_id, name="王五"
    )
    usecases.change_companion(uow, VAULT, change)
    stale = Resealed(row, {"name_sealed": BOTH.seal("李四", companion_id)})
    with uow.write() as tx:
        tx.store.reseal("companions", [stale], "k2")
    assert usecases.list_companions(uow, BOTH, passenger_id)["companions"][0]["name"] == "王五"
    assert list(usecases.rotate_keys(uow, BOTH, 10))[-1].left == 0


def test_a_row_that_no_key_opens_is_counted_and_the_others_are_done(uow: Any) -> None:
    settled(uow, "o-1")
    lost = Vault({"k0": bytes(32)})
    passenger_id = traveller(uow, "o-2")
    add_companion(uow, passenger_id, vault=lost)
    last = list(usecases.rotate_keys(uow, BOTH, chunk=2))[-1]
    assert (last.done, last.left, last.unreadable) == (3, 1, 1)


# --- the consent to messages about flights, which travels with the traveller --------------------------


def flight_messages(uow: Any) -> list[str]:
    return [data["flight_messages"] for name, data in events(uow) if name == "passenger_changed"]


def test_the_consent_to_flight_messages_is_told_when_it_changes(uow: Any) -> None:
    me = traveller(uow)
    agree(uow, me, "privacy_policy")
    assert flight_messages(uow) == ["never"]
    agree(uow, me, "flight_messages")
    agree(uow, me, "flight_messages")
    assert flight_messages(uow) == ["never", "given"]
    asked = request(schemas.WithdrawConsentSchema, passenger_id=me, kind="flight_messages")
    usecases.withdraw_consent(uow, asked)
    assert flight_messages(uow) == ["never", "given", "withdrawn"]


def test_following_gives_the_consent_once_and_not_against_a_withdrawal(uow: Any) -> None:
    me = traveller(uow)

    def follow(**values: Any) -> bool:
        version = schemas.CURRENT_CONSENTS[schemas.ConsentKind.FLIGHT_MESSAGES]
        given = {"kind": "flight_messages", "version": version, "unless_withdrawn": True} | values
        told = usecases.give_consent(uow, request(schemas.GiveConsentSchema, passenger_id=me, **given))
        return any(one["in_force"] for one in told["consents"] if one["kind"] == "flight_messages")

    assert follow()
    assert follow()
    assert len(usecases.list_consents(uow, me)["history"]) == 1
    asked = request(schemas.WithdrawConsentSchema, passenger_id=me, kind="flight_messages")
    usecases.withdraw_consent(uow, asked)
    assert not follow()
    assert follow(unless_withdrawn=False)
