"""What nobody claims: what is due, its notice, how it goes, what is forgotten; and the figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.lostfound import schemas, usecases
from services.lostfound.errors import (
    AlreadyDecided,
    BadRequest,
    ItemClaimed,
    ItemMissing,
    NotDue,
    NotHere,
    Proposed,
    SamePerson,
    WrongState,
    WrongWay,
)
from services.lostfound.schemas import CustodyKind
from tests.unit.lostfound.claims import claimed, withdraw
from tests.unit.lostfound.examples import (
    LIU,
    MARKS,
    PASSPORT,
    PLACE,
    WANG,
    ask,
    broken,
    confirm,
    full,
    happen,
    place,
    propose,
    register,
)


def put_back(uow: Any, days: float, *items: dict[str, Any]) -> None:
    """As if they had come so many days earlier."""
    for item in items:
        until = datetime.fromisoformat(item["keep_until"]) - timedelta(days=days)
        came = datetime.fromisoformat(item["registered_at"]) - timedelta(days=days)
        values = {"until": until, "came": came, "id": item["id"]}
        with uow.write() as tx:
            if uow.database.dialect_name == "sqlite":
                values |= {"until": _text(until), "came": _text(came)}
            tx.connection.execute(
                text("UPDATE items SET keep_until = :until, registered_at = :came WHERE id = :id"), values
            )


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def due(uow: Any, **asked: Any) -> list[str]:
    answer = usecases.list_due(uow, schemas.ListDueSchema().load(asked))
    schemas.ItemPageSchema().load(answer)
    return [item["id"] for item in answer["items"]]


def test_food_is_destroyed_after_a_day_by_two_people(desks: Any) -> None:
    lunch = register(desks, item={"category": "food"})
    assert due(desks) == []
    assert due(desks, within_days=1) == [lunch["id"]]
    with pytest.raises(NotDue):
        propose(desks, lunch, way="destroyed")
    put_back(desks, 1, lunch)
    assert due(desks, step="destroy", desk_id="t2") == [lunch["id"]]
    assert due(desks, step="police") == due(desks, desk_id="t1") == []
    disposal = propose(desks, lunch, way="destroyed")
    schemas.DisposalSchema().load(disposal)
    with pytest.raises(Proposed):
        propose(desks, lunch)
    with pytest.raises(SamePerson):
        confirm(desks, disposal, actor=LIU)
    assert full(desks, lunch)["item"]["state"] == "stored"
    done = confirm(desks, disposal)
    assert (done["state"], done["items"][0]["state"]) == ("confirmed", "disposed")
    row = full(desks, lunch)["custody"][-1]
    assert (row["kind"], row["actor"], row["witness"], row["note"]) == ("disposed", WANG, LIU, "destroyed")
    with pytest.raises(AlreadyDecided):
        confirm(desks, disposal)
    assert due(desks) == []
    assert broken(desks) == []


def test_a_police_list_goes_as_a_whole_or_not_at_all(desks: Any) -> None:
    passports = [register(desks, {"document": PASSPORT}, item={"category": "passport"}) for _ in range(3)]
    disposal = propose(desks, *passports, recipient="机场公安分局")
    happen(desks, passports[1]["id"], CustodyKind.RESERVED)
    with pytest.raises(WrongState) as refused:
        confirm(desks, disposal)
    assert refused.value.data == {"number": passports[1]["number"], "state": "reserved"}
    assert [full(desks, each)["item"]["state"] for each in passports] == ["stored", "reserved", "stored"]
    withdrawn = ask(schemas.DecideDisposalSchema(), disposal_id=disposal["id"])
    assert usecases.withdraw_disposal(desks, PLACE, withdrawn)["disposal"]["state"] == "withdrawn"
    confirm(desks, propose(desks, passports[0], passports[2]))
    listed = usecases.list_disposals(desks, schemas.ListDisposalsSchema().load({"way": "police"}))
    schemas.DisposalPageSchema().load(listed)
    assert [each["state"] for each in listed["disposals"]] == ["confirmed", "withdrawn"]
    assert usecases.get_disposal(desks, disposal["id"])["disposal"]["recipient"] == "机场公安分局"


def test_what_somebody_says_is_theirs_is_not_even_proposed(desks: Any) -> None:
    passport = register(desks, {"document": PASSPORT}, item={"category": "passport"})
    claim = claimed(desks, passport)
    with pytest.raises(ItemClaimed) as refused:
        propose(desks, passport, recipient="机场公安分局")
    assert refused.value.data == {"number": passport["number"], "claims": [claim["number"]]}
    withdraw(desks, claim["id"])
    confirm(desks, propose(desks, passport, recipient="机场公安分局"))


def test_a_coat_waits_for_its_notice_and_a_year_more(desks: Any) -> None:
    coat = register(desks)
    with pytest.raises(NotDue):
        usecases.publish_notices(desks, PLACE, ask(schemas.PublishNoticesSchema(), item_ids=[coat["id"]]))
    put_back(desks, 90, coat)
    with pytest.raises(WrongWay):
        propose(desks, coat, way="donated")
    notice = ask(schemas.PublishNoticesSchema(), item_ids=[coat["id"]])
    published = usecases.publish_notices(desks, PLACE, notice)
    schemas.PublishedSchema().load(published)
    told = published["items"][0]
    assert (told["due"], told["keep_until"], told["overdue"]) == ("dispose", told["notice_until"], False)
    again = usecases.publish_notices(desks, PLACE, {**notice, "request_id": "once again"})
    assert (again["items"], again["repeated"]) == ([], [coat["id"]])
    with pytest.raises(NotDue):
        propose(desks, coat, way="donated")
    put_back(desks, 365, told)
    assert due(desks, step="dispose") == [coat["id"]]
    confirm(desks, propose(desks, coat, way="donated", recipient="红十字会"))
    assert full(desks, coat)["item"]["state"] == "disposed"


def test_what_is_missing_or_with_an_airline_is_not_disposed_of(desks: Any) -> None:
    missing = register(desks)
    missed = ask(schemas.ReportMissingSchema(), item_id=missing["id"], reason="not there")
    usecases.report_missing(desks, PLACE, missed)
    theirs = register(desks, desk_id=None, shelf=None, airline="CZ")
    put_back(desks, 100, missing, theirs)
    assert due(desks) == [], "whoever works through the list could do nothing about them"
    assert usecases.tell_due(desks) == 0
    for item, error in ((missing, ItemMissing), (theirs, NotHere)):
        with pytest.raises(error):
            propose(desks, item)
        with pytest.raises(error):
            usecases.publish_notices(desks, PLACE, ask(schemas.PublishNoticesSchema(), item_ids=[item["id"]]))


def test_the_list_of_what_is_due_comes_in_pages(desks: Any) -> None:
    lunches = [register(desks, item={"category": "food"}) for _ in range(5)]
    put_back(desks, 2, *lunches)
    seen: list[str] = []
    cursor = None
    while True:
        asked = schemas.ListDueSchema().load({"limit": 2, "cursor": cursor})
        answer = usecases.list_due(desks, asked)
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == [lunch["id"] for lunch in lunches]
    with pytest.raises(BadRequest):
        due(desks, cursor="yesterday")


def test_that_something_became_due_is_told_once(desks: Any) -> None:
    lunch, _ = register(desks, item={"category": "food"}), register(desks)
    put_back(desks, 1, lunch)
    assert [usecases.tell_due(desks) for _ in range(2)] == [1, 0]
    with desks.read() as tx:
        told = tx.connection.execute(text("SELECT body FROM outbox ORDER BY id")).scalars().all()
    assert sum('"what":"due"' in body for body in told) == 1


def test_what_is_personal_is_forgotten_when_an_item_is_long_gone_and_its_chain_still_adds_up(
    desks: Any,
) -> None:
    gone, here = (register(desks, {"marks": MARKS, "document": PASSPORT}) for _ in range(2))
    happen(desks, gone["id"], CustodyKind.RESERVED)
    happen(desks, gone["id"], CustodyKind.HANDED_OVER, "owner")
    assert usecases.purge(desks, place(keep_days=1)) == 0, "it left today"
    with desks.write() as tx:
        at = datetime.now(UTC) - timedelta(days=2)
        values = {"at": _text(at) if desks.database.dialect_name == "sqlite" else at, "id": gone["id"]}
        tx.connection.execute(text("UPDATE items SET closed_at = :at WHERE id = :id"), values)
    assert [usecases.purge(desks, place(keep_days=1)) for _ in range(2)] == [1, 0]
    assert full(desks, gone)["personal"]["marks"] == ""
    assert full(desks, here)["personal"]["marks"] == MARKS
    assert broken(desks) == []


def test_figures_count_what_came_what_went_back_and_how_long_that_took(desks: Any) -> None:
    back, slow, kept, voided = (register(desks) for _ in range(4))
    bag = register(desks, item={"category": "backpack", "place": "T1-BELT-3"})
    put_back(desks, 4, slow)
    for item in (back, slow):
        happen(desks, item["id"], CustodyKind.RESERVED)
        happen(desks, item["id"], CustodyKind.HANDED_OVER, "owner")
    void = ask(schemas.VoidItemSchema(), item_id=voided["id"], reason="twice")
    usecases.void_item(desks, PLACE, void)
    today = datetime.now(PLACE.zone).date()
    asked = {"from_day": (today - timedelta(days=6)).isoformat(), "to_day": today.isoformat()}
    found = usecases.figures(desks, PLACE, schemas.FiguresArgumentsSchema().load(asked))
    schemas.FiguresSchema().load(found)
    assert (found["registered"], found["returned"], found["returned_pct"], found["median_days"]) == (
        4,
        2,
        50.0,
        2.0,
    )
    assert (found["open"], found["overdue"], found["missing"]) == (2, 0, 0)
    assert found["outcomes"] == {"returned": 2, "stored": 2}
    coats = {"category": "coat", "registered": 3, "returned": 2, "median_days": 2.0}
    assert found["by_category"][0] == coats
    assert {(each["area"], each["terminal"], each["registered"]) for each in found["by_area"]} == {
        ("airside", "T2", 3),
        ("arrivals", "T1", 1),
    }
    assert sum(each["registered"] for each in found["by_week"]) == 4
    assert {kept["state"], bag["state"]} == {"stored"}
