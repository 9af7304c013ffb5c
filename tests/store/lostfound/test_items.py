"""Items come in, are found again, changed, counted, photographed; what is personal is sealed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from kernel.crypto import NotOurs
from services.lostfound import schemas, usecases
from services.lostfound.errors import (
    BadNumber,
    BadRequest,
    BadSeal,
    ChangedMeanwhile,
    DeskNotFound,
    ItemNotFound,
    NotCounted,
    RefTaken,
    SamePerson,
    TooManyPhotos,
    UnknownPlace,
    UnknownShelf,
    WitnessNeeded,
    WrongState,
)
from services.lostfound.vault import Vault
from tests.unit.lostfound.examples import (
    FINDER,
    LIU,
    MARKS,
    PASSPORT,
    PLACE,
    WANG,
    ask,
    broken,
    chain,
    full,
    jacket,
    register,
    sealed,
    send,
)

JPEG, SMALL = "anBlZw==" * 40, "c21hbGw=" * 20


def search(uow: Any, **asked: Any) -> list[str]:
    """Numbers of what is found."""
    answer = usecases.search_items(uow, PLACE, schemas.SearchItemsSchema().load(asked))
    schemas.ItemPageSchema().load(answer)
    return [item["number"] for item in answer["items"]]


def change(uow: Any, item: dict[str, Any], personal: Any = None, **changes: Any) -> dict[str, Any]:
    values = {"item_id": item["id"], "version": item["version"], "changes": changes}
    if personal is not None:
        values["personal"] = sealed(personal)
    changed: dict[str, Any] = usecases.change_item(uow, PLACE, ask(schemas.ChangeItemSchema(), **values))[
        "item"
    ]
    return changed


def test_a_found_jacket_has_a_number_a_clock_and_the_first_row_of_its_custody(desks: Any) -> None:
    item = register(desks, {"marks": MARKS, "finder": FINDER})
    schemas.ItemSchema().load(item)
    assert (item["state"], item["holder"], item["shelf"]) == ("stored", "desk:t2", "A-1")
    assert (item["rule"], item["due"], item["overdue"]) == ("standard", "notice", False)
    shown = full(desks, item)
    schemas.FullItemSchema().load(shown)
    assert shown["personal"]["marks"] == MARKS
    assert shown["personal"]["finder"]["name"] == FINDER["name"]
    assert FINDER["phone"] not in json.dumps(shown), "nobody needs all of it to see that it is the right one"
    assert chain(desks, item) == [("registered", "desk:t2")]
    assert full(desks, {"id": item["id"]})["item"]["has_marks"]


def test_a_repeated_request_registers_nothing_new_though_its_seal_is_another(desks: Any) -> None:
    values = {"request_id": "the-same-request", "actor": LIU, "desk_id": "t2", "item": jacket()}
    answers = [
        usecases.register_item(
            desks,
            PLACE,
            schemas.RegisterItemSchema().load({**values, "personal": sealed({"marks": MARKS})}),
        )
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(search(desks)) == 1


def test_everything_personal_is_sealed_at_rest_and_absent_from_events_and_kept_answers(desks: Any) -> None:
    item = register(desks, {"marks": MARKS, "serial": "SN-99A7731", "document": PASSPORT, "finder": FINDER})
    usecases.attach_photo(
        desks,
        PLACE,
        ask(
            schemas.AttachPhotoSchema(), item_id=item["id"], photo=sealed({"jpeg": JPEG, "thumbnail": SMALL})
        ),
    )
    with desks.read() as tx:
        everything = ""
        for table in ("items", "item_words", "item_photos", "custody", "outbox", "inbox_requests"):
            for row in tx.connection.execute(text(f"SELECT * FROM {table}")):
                everything += "|".join(
                    bytes(each).decode(errors="replace")
                    if isinstance(each, bytes | memoryview)
                    else str(each)
                    for each in row
                )
    secrets = [
        "烟洞",
        "J.M.",
        "99A7731",
        "12345678",
        "MILLER",
        "miller",
        "陈小明",
        "13800138000",
        JPEG,
        SMALL,
    ]
    assert [secret for secret in secrets if secret in everything] == []
    assert "Bosideng" in everything, "the control: what is open is there"


def test_staff_find_an_item_by_number_by_words_of_both_languages_and_by_a_document(desks: Any) -> None:
    coat = register(desks)["number"]
    passport = register(
        desks,
        {"document": PASSPORT},
        item={
            "category": "passport",
            "description": "",
            "brand": "",
            "colours": ["red"],
            "place": "T1-BELT-3",
        },
    )["number"]
    assert search(desks) == [passport, coat], "the newest first"
    for asked in (
        coat,
        coat.lower(),
        coat[4:],
        coat[4:10],
        "bosi",
        "波司登",
        "羽绒",
        "navy hood",
        "34号登机口",
    ):
        assert search(desks, q=asked) == [coat], asked
    assert search(desks, q="E1234 5678") == search(desks, q="红色 护照") == [passport]
    assert search(desks, q="登") == [coat], "a part of a word: the boarding gate's, or the brand's"
    assert search(desks, q="samsonite") == search(desks, q="navy samsonite") == []
    assert search(desks, category="passport") == search(desks, q="belt 3") == [passport]
    assert (
        search(desks, states=["returned"]) == search(desks, desk_id="t1") == search(desks, overdue=True) == []
    )


def test_the_list_comes_in_pages_that_lose_and_repeat_nothing(desks: Any) -> None:
    numbers = [register(desks)["number"] for _ in range(5)]
    seen: list[str] = []
    cursor = None
    while True:
        asked = schemas.SearchItemsSchema().load({"limit": 2, "cursor": cursor})
        answer = usecases.search_items(desks, PLACE, asked)
        seen += [item["number"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == numbers[::-1]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"desk_id": "t9", "shelf": None}, DeskNotFound),
        ({"shelf": "Z-9"}, UnknownShelf),
        ({"item": {"place": "T9-GATE-1"}}, UnknownPlace),
        ({"item": {"cash": [{"currency": "CNY", "amount_minor": 10000}]}}, WitnessNeeded),
        ({"item": {"cash": [{"currency": "CNY", "amount_minor": 10000}]}, "witness": LIU}, SamePerson),
        ({"personal": "x1.k1.nothing"}, BadSeal),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_registered(
    desks: Any, changes: dict[str, Any], error: type[Exception]
) -> None:
    values = {"desk_id": "t2", "shelf": "A-1", **changes, "item": jacket(**changes.get("item", {}))}
    with pytest.raises(error):
        usecases.register_item(desks, PLACE, ask(schemas.RegisterItemSchema(), **values))
    assert search(desks) == []


def test_marks_of_the_wrong_form_are_refused_by_the_name_of_their_field_only(desks: Any) -> None:
    with pytest.raises(BadRequest) as refused:
        register(desks, {"marks": MARKS, "colour": "红"})
    assert refused.value.data == {"fields": {"colour": ["Not valid."]}}


def test_cash_is_counted_by_two_and_shortens_the_clock(desks: Any) -> None:
    wallet = register(
        desks,
        item={"category": "wallet", "cash": [{"currency": "CNY", "amount_minor": 52000}]},
        witness=WANG,
    )
    assert (wallet["rule"], wallet["due"]) == ("valuables", "police")
    assert chain(desks, wallet) == [("registered", "desk:t2"), ("counted", "desk:t2")]
    counted = ask(
        schemas.CountCashSchema(),
        item_id=wallet["id"],
        cash=[{"currency": "CNY", "amount_minor": 51000}],
        witness=WANG,
    )
    again = usecases.count_cash(desks, PLACE, counted)["item"]
    assert again["cash"] == [{"currency": "CNY", "amount_minor": 51000}]
    with pytest.raises(SamePerson):
        usecases.count_cash(desks, PLACE, {**counted, "request_id": "another one", "witness": LIU})
    notes = [row["note"] for row in full(desks, wallet)["custody"]]
    assert notes == ["", "CNY 52000", "CNY 51000"]


def test_a_ring_leaves_the_desk_only_after_two_looked_at_it(desks: Any) -> None:
    ring = register(desks, item={"category": "jewellery"})
    with pytest.raises(NotCounted):
        send(desks, ring)
    usecases.count_cash(
        desks, PLACE, ask(schemas.CountCashSchema(), item_id=ring["id"], cash=[], witness=WANG)
    )
    assert send(desks, ring)["items"][0]["number"] == ring["number"]


def test_a_correction_is_in_the_custody_without_what_stood_there(desks: Any) -> None:
    item = register(desks, {"marks": MARKS})
    changed = change(desks, item, {"marks": "蓝色补丁"}, category="clothing", brand="", flight_id=None)
    assert (changed["category"], changed["brand"], changed["flight_id"]) == ("clothing", "", None)
    last = full(desks, item)["custody"][-1]
    assert (last["kind"], last["note"]) == ("corrected", "brand, category, flight_id, personal")
    assert full(desks, item)["personal"]["marks"] == "蓝色补丁"
    assert search(desks, q="bosideng") == []
    with pytest.raises(ChangedMeanwhile):
        change(desks, item, brand="North Face")
    assert change(desks, changed)["version"] == changed["version"], "nothing was changed, nothing is written"


def test_what_turns_out_to_be_a_ring_is_precious_from_then_on(desks: Any) -> None:
    item = register(desks, item={"category": "other"})
    changed = change(desks, item, category="jewellery")
    assert (changed["valuable"], changed["rule"]) == (True, "valuables")
    assert change(desks, changed, valuable=False)["rule"] == "valuables", (
        "its kind is kept that way whatever its worth"
    )


def test_an_item_is_put_on_another_shelf_and_nowhere_else(desks: Any) -> None:
    item = register(desks)
    moved = usecases.put_on_shelf(
        desks, PLACE, ask(schemas.PutOnShelfSchema(), item_id=item["id"], shelf="B-1")
    )["item"]
    assert (moved["shelf"], moved["holder"]) == ("B-1", "desk:t2")
    with pytest.raises(UnknownShelf):
        usecases.put_on_shelf(desks, PLACE, ask(schemas.PutOnShelfSchema(), item_id=item["id"], shelf="Q-1"))
    assert chain(desks, item)[-1] == ("moved_shelf", "desk:t2")


def test_a_voided_item_stays_on_the_books_and_is_nobodys(desks: Any) -> None:
    item = register(desks)
    asked = ask(schemas.VoidItemSchema(), item_id=item["id"], reason="registered twice")
    voided = usecases.void_item(desks, PLACE, asked)["item"]
    assert (voided["state"], voided["holder"], voided["due"]) == ("voided", "void", None)
    with pytest.raises(WrongState):
        usecases.void_item(desks, PLACE, {**asked, "request_id": "once more"})
    assert broken(desks) == []


def test_photos_come_back_in_both_sizes_and_there_are_only_so_many(desks: Any) -> None:
    item = register(desks)
    for _ in range(schemas.MAX_PHOTOS):
        photo = sealed({"jpeg": JPEG, "thumbnail": SMALL})
        added = usecases.attach_photo(
            desks, PLACE, ask(schemas.AttachPhotoSchema(), item_id=item["id"], photo=photo)
        )
    assert len(added["item"]["photos"]) == schemas.MAX_PHOTOS
    for size, picture in (("full", JPEG), ("thumbnail", SMALL)):
        asked = schemas.GetPhotoSchema().load({"photo_id": added["photo_id"], "size": size})
        shown = usecases.get_photo(desks, PLACE, asked)
        schemas.PhotoResultSchema().load(shown)
        assert (shown["item_id"], shown["jpeg"]) == (item["id"], picture)
    with pytest.raises(TooManyPhotos):
        usecases.attach_photo(desks, PLACE, ask(schemas.AttachPhotoSchema(), item_id=item["id"], photo=photo))


def test_an_airline_registers_what_it_found_on_board(desks: Any) -> None:
    item = register(
        desks, desk_id=None, shelf=None, airline="CZ", actor="partner:cz", item={"place": "AIRCRAFT"}
    )
    assert (item["holder"], item["airline"], item["desk_id"]) == ("airline:CZ", "CZ", None)
    assert search(desks, airline="CZ") == [item["number"]]


def test_an_external_ref_is_one_item_for_ever(desks: Any) -> None:
    first = register(desks, external_ref="old-17")
    with pytest.raises(RefTaken) as refused:
        register(desks, external_ref="old-17")
    assert refused.value.data == {"number": first["number"]}


def test_a_sheet_is_imported_row_by_row_whole_or_refused_and_again_harmlessly(desks: Any) -> None:
    rows: list[Any] = [
        {
            **jacket(),
            "external_ref": "2019-001",
            "shelf": "A-2",
            "personal": {"marks": MARKS, "finder": FINDER},
        },
        {**jacket(category="unicorn"), "external_ref": "2019-002"},
        {**jacket(place="T7-GATE-1"), "external_ref": "2019-003"},
        {**jacket(cash=[{"currency": "CNY", "amount_minor": 5}]), "external_ref": "2019-004"},
        {**jacket(), "external_ref": "2019-005", "shelf": "X-1"},
        {**jacket(), "external_ref": "2019-006", "personal": {"document": {"kind": "moon", "number": "G7"}}},
        "not a row",
        {**jacket(category="food"), "external_ref": "2019-001"},
        {**jacket(category="food"), "external_ref": "2019-007"},
    ]
    for turn in range(2):
        asked = ask(schemas.ImportItemsSchema(), desk_id="t2", rows=sealed(rows))
        report = usecases.import_items(desks, PLACE, asked)
        schemas.ImportReportSchema().load(report)
        assert [each["row"] for each in report["registered"]] == ([1, 9] if turn == 0 else [])
        assert [each["row"] for each in report["repeated"]] == ([8] if turn == 0 else [1, 8, 9])
        reasons = {each["row"]: sorted(each["reasons"]) for each in report["refused"]}
        assert reasons == {
            2: ["category"],
            3: ["place"],
            4: ["witness"],
            5: ["shelf"],
            6: ["personal"],
            7: ["row"],
        }
        assert "G7" not in json.dumps(report)
    assert len(search(desks)) == 2
    assert broken(desks) == []


def test_an_unknown_item_and_a_slip_in_its_number_are_told_apart(desks: Any) -> None:
    number = register(desks)["number"]
    slipped = number[:-1] + ("C" if number[-1] == "B" else "B")
    with pytest.raises(BadNumber):
        usecases.get_item(desks, PLACE, schemas.GetItemSchema().load({"number": slipped}))
    with pytest.raises(ItemNotFound):
        usecases.get_item(desks, PLACE, schemas.GetItemSchema().load({"item_id": "nothing"}))


def test_the_public_list_says_kind_colour_month_and_area_and_no_more(desks: Any) -> None:
    register(desks, {"marks": MARKS})
    register(desks, {"document": PASSPORT}, item={"category": "passport"})
    register(desks, {"document": PASSPORT}, item={"category": "backpack"})
    register(desks, item={"category": "watch"})
    register(desks, item={"category": "backpack", "valuable": True})
    answer = usecases.list_public(desks, PLACE, schemas.ListPublicSchema().load({}))
    schemas.PublicPageSchema().load(answer)
    assert answer["items"] == [
        {
            "category": "coat",
            "category_name": {"zh": "外套、羽绒服", "en": "Coat or jacket"},
            "colours": ["navy"],
            "month": "2026-11",
            "area": {"zh": "安检后候机区", "en": "after security"},
        }
    ]
    october = usecases.list_public(desks, PLACE, schemas.ListPublicSchema().load({"month": "2026-10"}))
    assert october["items"] == []


def test_another_key_opens_nothing(desks: Any) -> None:
    item = register(desks, {"marks": MARKS})
    stranger = usecases.Place(PLACE.airport, PLACE.settings, Vault({"k1": bytes(32)}))
    with pytest.raises(NotOurs):
        usecases.get_item(desks, stranger, schemas.GetItemSchema().load({"item_id": item["id"]}))
