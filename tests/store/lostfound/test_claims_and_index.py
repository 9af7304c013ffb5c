"""Claims with the matching as it is: what its index holds, what a change of keys needs, how documents meet. Over both
databases, and for the forms of numbers and names over none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from kernel import sealing
from kernel.crypto import FieldCipher
from kernel.resealing import reseal
from services.airport import Airport
from services.lostfound import usecases
from services.lostfound.schemas import reports
from services.lostfound.settings import LostFoundSettings
from services.lostfound.store.sealed import SEALED
from services.lostfound.usecases import indexing, matching, reporting
from services.lostfound.usecases.indexing import name_forms, number_forms
from services.lostfound.vault import Vault
from tests.unit.lostfound.claims import (
    ANN,
    BEN,
    DESK,
    PASSPORT,
    SIGNATURE,
    announce,
    claim,
    decide,
    events,
    file,
    found,
    hand_over,
    hints,
    see,
    settle,
)
from tests.unit.lostfound.examples import VAULT

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def at(vault: Vault) -> usecases.Place:
    return usecases.Place(Airport(), LostFoundSettings(), vault)


def test_an_english_report_meets_a_chinese_label_and_a_passport_its_holder(real_uow: Any) -> None:
    found(real_uow)
    jacket = file(real_uow)
    other = file(
        real_uow,
        BEN,
        category="umbrella",
        colours=["red"],
        brand="",
        description="red umbrella",
        flight_id=None,
    )
    papers = {"document": {"kind": "passport", "holder_name": "张三", "number": "E12345678"}}
    passport = file(real_uow, private=papers, category="passport", colours=[], brand="", flight_id=None)
    announce(real_uow)
    settle(real_uow)
    told = {each["data"]["report_id"]: each["data"]["kind"] for each in events(real_uow, "match_found")}
    assert told == {jacket["id"]: "item", passport["id"]: "find"}
    shown = hints(real_uow, jacket["id"])
    codes = {each["code"] for each in shown["hints"][0]["reasons"]}
    assert codes <= {"same_flight", "same_kind", "same_colour"}
    assert hints(real_uow, other["id"], BEN)["hints"] == []


def test_who_reports_a_loss_three_times_is_told_all_the_same(real_uow: Any) -> None:
    mine = [file(real_uow)["id"] for _ in range(3)]
    file(real_uow, BEN, category="umbrella", colours=["red"], brand="", description="red umbrella")
    found(real_uow)
    settle(real_uow)
    told = {each["data"]["report_id"] for each in events(real_uow, "match_found")}
    assert told == set(mine), "a thing is one report's or another's, but all of these are one person's"


def test_what_left_is_found_no_more_and_what_comes_back_is(real_uow: Any) -> None:
    item = found(real_uow)
    report = file(real_uow)
    settle(real_uow)
    (hint,) = hints(real_uow, report["id"])["hints"]
    mine = claim(real_uow, match_id=hint["match_id"])
    decide(real_uow, mine)
    hand_over(real_uow, item, see(real_uow, mine["id"])["code"])
    settle(real_uow)
    late = file(real_uow, BEN)
    settle(real_uow)
    assert hints(real_uow, late["id"], BEN)["hints"] == []
    with real_uow.read() as tx:
        assert tx.connection.execute(text("SELECT id FROM match_things")).scalars().all() == [late["id"]]


def test_the_index_holds_nothing_that_is_personal(real_uow: Any) -> None:
    found(real_uow, personal={"marks": "engraved Zwiebelfisch", "serial": "SN-777-888", "document": PASSPORT})
    file(real_uow, private={"marks": "engraved Zwiebelfisch", "serial": "SN-777-888", "document": PASSPORT})
    settle(real_uow)
    with real_uow.read() as tx:
        tables = ("match_things", "match_postings", "match_terms", "matches")
        rows = [str(row) for name in tables for row in tx.connection.execute(text(f"SELECT * FROM {name}"))]
    lying = "".join(rows).lower()
    assert lying
    for secret in ("zwiebel", "sn-777-888", "sn777888", "e12345678", "12345678", "zhang"):
        assert secret not in lying, secret


def test_after_an_update_the_index_is_written_anew_on_its_own(real_uow: Any) -> None:
    found(real_uow)
    report = file(real_uow)
    settle(real_uow)
    with real_uow.write() as tx:
        tx.connection.execute(
            text("UPDATE match_things SET version = 1, facts = replace(facts, 'navy', 'pink')")
        )
    assert indexing.renew(real_uow, at(VAULT)) == 2
    assert indexing.renew(real_uow, at(VAULT)) == 0
    with real_uow.read() as tx:
        facts = tx.connection.execute(text("SELECT facts FROM match_things")).scalars().all()
    assert len(facts) == 2
    assert not any("pink" in each for each in facts)
    matching.hear_report(real_uow, at(VAULT), report["id"])
    request = {"passenger_id": ANN, "report_id": report["id"]}
    assert len(matching.list_hints(real_uow, at(VAULT), request)["hints"]) == 1


def test_after_a_change_of_keys_codes_phones_and_matches_hold(real_uow: Any) -> None:
    contact = {"phone": "13812345678"}
    item = found(real_uow)
    report = file(real_uow, private={"marks": "green thread", "contact": contact, "document": PASSPORT})
    mine = claim(real_uow, report_id=report["id"], item_number=item["number"])
    decide(real_uow, mine)
    code = see(real_uow, mine["id"])["code"]
    both, new = Vault({"k2": NEW, "k1": OLD}), Vault({"k2": NEW})
    list(reseal(real_uow.database, FieldCipher({"k2": NEW, "k1": OLD}), "k2", SEALED, 100))
    assert indexing.reindex(real_uow, at(both)) == 2
    secret = sealing.seal(new.sealing_key(), json.dumps(contact))
    asked = reports.SearchReportsSchema().load({"actor": DESK, "sealed": secret})
    page = reporting.search_reports(real_uow, at(new), asked)
    assert [each["id"] for each in page["reports"]] == [report["id"]]
    matching.hear_report(real_uow, at(new), report["id"])
    request = {"passenger_id": ANN, "report_id": report["id"]}
    assert len(matching.list_hints(real_uow, at(new), request)["hints"]) == 1
    private = json.dumps({"identity": PASSPORT, "signature": SIGNATURE})
    hand_over(real_uow, item, code, at=at(new), sealed=sealing.seal(new.sealing_key(), private))


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("E12345678", "e 1234-5678", True),
        ("E12345678", "E****5678", True),
        ("E12345678", "*****5678", True),
        ("E****5678", "*****5678", True),
        ("110105194912310021", "1*************0021", True),
        ("E12345678", "G****5678", False),
        ("E****5678", "G****5678", False),
        ("E12345678", "E99995678", False),
        ("E12345678", "E****5679", False),
        ("E12345678", "", False),
        ("**", "***", False),
    ],
)
def test_numbers_meet_masked_or_whole(one: str, other: str, meet: bool) -> None:
    for lost, found_ in ((one, other), (other, one)):
        forms = number_forms({"number": lost}, "lost"), number_forms({"number": found_}, "found")
        assert bool(set(forms[0]) & set(forms[1])) is meet


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("张三", "ZHANG SAN", True),
        ("张三", "San Zhang", True),
        ("ZHANG/SAN", "zhang san", True),
        ("Müller, Jörg", "JORG MULLER", True),
        ("García Márquez Gabriel", "GABRIEL GARCIA MARQUEZ", True),
        ("张三", "李四", False),
        ("张*", "张三", False),
        ("", "", False),
    ],
)
def test_names_meet_in_any_order_and_in_both_scripts(one: str, other: str, meet: bool) -> None:
    forms = [name_forms({"holder_name": text}) for text in (one, other)]
    assert bool(set(forms[0]) & set(forms[1])) is meet


def test_the_vault_of_the_tests_has_the_old_key() -> None:
    """Else the change of keys above would change nothing."""
    assert VAULT.index("x", "y") == Vault({"k1": OLD}).index("x", "y")
