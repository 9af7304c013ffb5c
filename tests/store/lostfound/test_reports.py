"""Reports and hints: what helps an owner and not a thief. Over both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from kernel.clock import real_now
from kernel.errors import RequestReused
from kernel.ids import new_id
from services.lostfound.errors import (
    AlreadyFiled,
    BadRequest,
    ChangedMeanwhile,
    ContactNeeded,
    ReportClosed,
    ReportNotFound,
    TooManyChanges,
    TooManyFinds,
    TooManyReports,
    UnknownPlace,
)
from services.lostfound.schemas import claims, finds, reports
from services.lostfound.schemas.vocabulary import Size
from services.lostfound.store.claim_tables import MATCHES, REPORTS
from services.lostfound.usecases import evidence, finding, matching, people, reporting
from tests.fakes.lostfound_matching import KnowingStore, forget
from tests.store.suite import Suite
from tests.unit.lostfound.claims import (
    ANN,
    BEN,
    DESK,
    MARKS,
    PASSPORT,
    announce,
    asker,
    at_time,
    events,
    file,
    found,
    hints,
    hours_ago,
    settle,
)
from tests.unit.lostfound.examples import PLACE, place, sealed


@pytest.fixture
def suite(suite: Suite) -> Suite:
    forget()
    return Suite(suite.service, KnowingStore, suite.metadata, suite.fake)


def change(
    uow: Any, report: dict[str, Any], who: str | None = ANN, at: Any = PLACE, **more: Any
) -> dict[str, Any]:
    request = {
        "request_id": new_id(),
        "report_id": report["id"],
        "version": report["version"],
        **asker(who),
        **more,
    }
    view: dict[str, Any] = reporting.change_report(
        uow, at, reports.ChangeReportSchema().load(request), real_now()
    )["report"]
    return view


def get(uow: Any, report_id: str, who: str | None = ANN) -> dict[str, Any]:
    request = reports.GetReportSchema().load({"report_id": report_id, **asker(who)})
    view: dict[str, Any] = reporting.get_report(uow, PLACE, request)["report"]
    return view


def close(uow: Any, report_id: str, who: str | None = ANN) -> dict[str, Any]:
    request = {"request_id": new_id(), "report_id": report_id, "why": "withdrawn", **asker(who)}
    view: dict[str, Any] = reporting.close_report(uow, PLACE, reports.CloseReportSchema().load(request))[
        "report"
    ]
    return view


def matches(uow: Any, **about: str) -> list[dict[str, Any]]:
    request = reports.ListMatchesSchema().load({"actor": DESK, **about})
    answer = matching.list_matches(uow, PLACE, request)
    assert reports.MatchesSchema().validate(answer) == {}
    found: list[dict[str, Any]] = answer["matches"]
    return found


def dismiss(uow: Any, match_id: str, who: str | None = None) -> Any:
    request = {"request_id": new_id(), "match_id": match_id, **asker(who)}
    return matching.dismiss_match(uow, PLACE, reports.DismissMatchSchema().load(request))


@pytest.mark.parametrize("first", ["item", "report"])
def test_whichever_comes_second_finds_the_other_and_the_owner_is_told_once(real_uow: Any, first: str) -> None:
    makers = [lambda: found(real_uow), lambda: file(real_uow)]
    for make in makers if first == "item" else reversed(makers):
        make()
        settle(real_uow)
    settle(real_uow)
    (told,) = events(real_uow, "match_found")
    assert (told["data"]["passenger_id"], told["data"]["band"], told["data"]["kind"]) == (
        ANN,
        "likely",
        "item",
    )


def test_a_hint_shows_neither_brand_nor_marks_nor_place_nor_number(real_uow: Any) -> None:
    item = found(real_uow)
    report = file(real_uow)
    settle(real_uow)
    answer = hints(real_uow, report["id"])
    (hint,) = answer["hints"]
    assert (hint["band"], hint["category"], hint["at_desk"]) == ("likely", "coat", True)
    assert hint["area"] == {"zh": "安检后候机区", "en": "after security"}
    assert hint["month"] == at_time(item["found_from"]).astimezone(PLACE.zone).strftime("%Y-%m")
    assert [each["code"] for each in hint["reasons"]] == ["same_flight", "same_kind"], (
        "neither brand nor hour"
    )
    for secret in ("Patagonia", "green thread", "GATE-34", item["number"], item["id"], "羽绒服", "t2"):
        assert secret not in str(answer)
    codes = [each["code"] for each in matches(real_uow, report_id=report["id"])[0]["reasons"]]
    assert codes == ["same_flight", "same_kind", "same_brand", "same_time"], "staff read every reason"


def test_nothing_is_shown_before_the_owner_says_what_only_an_owner_knows(real_uow: Any) -> None:
    found(real_uow)
    report = file(real_uow, private={})
    settle(real_uow)
    assert hints(real_uow, report["id"]) == {"needs_marks": True, "hints": []}
    assert (report["needs_marks"], get(real_uow, report["id"])["hints"]) == (True, 0)
    change(real_uow, report, sealed=sealed({"marks": MARKS}))
    assert len(hints(real_uow, report["id"])["hints"]) == 1
    assert get(real_uow, report["id"], None)["marks_before_hints"] is True


def test_marks_that_come_after_a_hint_are_known_as_such(real_uow: Any) -> None:
    found(real_uow)
    report = file(real_uow, private={"serial": "SN-1234567"})
    settle(real_uow)
    assert hints(real_uow, report["id"])["hints"]
    same = change(real_uow, report, sealed=sealed({"serial": "SN-1234567"}))
    assert get(real_uow, report["id"], None)["marks_before_hints"] is True, "the same again is no news"
    change(real_uow, same, sealed=sealed({"marks": MARKS}))
    assert get(real_uow, report["id"], None)["marks_before_hints"] is False


def test_of_a_watch_only_somebody_who_is_about_right_hears(real_uow: Any) -> None:
    """Whoever asks for any watch must not learn that there is one."""
    found(real_uow, category="watch", flight_id=None)
    fisher = file(real_uow, BEN, category="watch", flight_id=None)
    settle(real_uow)
    assert [each["band"] for each in matches(real_uow, report_id=fisher["id"])] == ["possible"]
    assert hints(real_uow, fisher["id"], BEN)["hints"] == []
    assert events(real_uow, "match_found") == []
    found(real_uow, category="umbrella", flight_id=None)
    report = file(real_uow, ANN, category="umbrella", flight_id=None)
    settle(real_uow)
    assert [each["band"] for each in hints(real_uow, report["id"])["hints"]] == ["possible"]
    assert events(real_uow, "match_found") == [], "only of likely ones somebody is told"


def test_a_dismissed_match_is_not_told_nor_shown_again(real_uow: Any) -> None:
    item, report = found(real_uow, flight_id=None), file(real_uow)
    settle(real_uow)
    (match,) = matches(real_uow, found_id=item["id"])
    with pytest.raises(Exception, match="match_not_found"):
        dismiss(real_uow, match["id"], BEN)
    assert dismiss(real_uow, match["id"], ANN)["state"] == "dismissed"
    with real_uow.write() as tx:
        tx.connection.execute(update(MATCHES).values(probability=0.99))
    change(real_uow, report, loss=None)
    settle(real_uow)
    assert hints(real_uow, report["id"])["hints"] == []
    assert events(real_uow, "match_found") == []
    assert matches(real_uow, found_id=item["id"]) == []


def test_a_passport_in_london_meets_its_owner_by_masked_number(real_uow: Any) -> None:
    report = file(
        real_uow, private={"document": PASSPORT}, category="passport", colours=["red"], flight_id=None
    )
    find = announce(real_uow)
    settle(real_uow)
    (hint,) = hints(real_uow, report["id"])["hints"]
    assert (hint["band"], hint["at_desk"], hint["area"]) == ("likely", False, None)
    assert "London" not in str(hint)
    assert [each["data"]["kind"] for each in events(real_uow, "match_found")] == ["find"]
    item = found(real_uow, category="passport", flight_id=None, personal={"document": PASSPORT})
    request = {"request_id": new_id(), "actor": DESK, "find_id": find["find_id"], "item_id": item["id"]}
    answer = finding.receive_find(real_uow, PLACE, finds.ReceiveFindSchema().load(request))
    assert finds.OneFindSchema().validate(answer) == {}
    assert (answer["find"]["state"], answer["find"]["document"]["number"]) == ("received", "E****5678")
    settle(real_uow)
    (hint,) = hints(real_uow, report["id"])["hints"]
    assert hint["at_desk"] is True, "now it lies here, and can be claimed"


def test_somebody_elses_report_does_not_exist(real_uow: Any) -> None:
    report = file(real_uow)
    for ask in (get, close):
        with pytest.raises(ReportNotFound):
            ask(real_uow, report["id"], BEN)
    with pytest.raises(ReportNotFound):
        hints(real_uow, report["id"], BEN)
    assert get(real_uow, report["number"].lower(), None)["id"] == report["id"], "staff read the number out"


def test_an_account_has_few_reports_and_changes_them_seldom(real_uow: Any) -> None:
    few = place(reports_open=2, report_changes=1)
    first = file(real_uow, at=few)
    file(real_uow, at=few)
    with pytest.raises(TooManyReports):
        file(real_uow, at=few)
    file(real_uow, BEN, at=few)
    second = change(real_uow, first, at=few)
    with pytest.raises(TooManyChanges):
        change(real_uow, second, at=few)
    change(real_uow, second, None, at=few)
    with pytest.raises(ChangedMeanwhile):
        change(real_uow, second, None, at=few)
    close(real_uow, first["id"])
    file(real_uow, at=few)


def test_what_makes_no_sense_is_refused(real_uow: Any) -> None:
    with pytest.raises(BadRequest):
        file(real_uow, lost_from=hours_ago(24 * 90), lost_to=hours_ago(1))
    with pytest.raises(BadRequest):
        file(real_uow, lost_from=hours_ago(-48), lost_to=hours_ago(-72))
    with pytest.raises(UnknownPlace):
        file(real_uow, places=["T9-GATE-1"])
    with pytest.raises(BadRequest):
        file(real_uow, private={"marks": MARKS, "colour": "red"})
    with pytest.raises(ContactNeeded):
        file(real_uow, None)
    caller = file(real_uow, None, private={"contact": {"name": "王丽", "phone": "13812345678"}})
    assert caller["contact"] == {"name": "王*", "phone": "138*****78", "email": ""}
    close(real_uow, caller["id"], None)
    with pytest.raises(ReportClosed):
        close(real_uow, caller["id"], None)


def test_staff_find_a_report_by_phone_document_number_and_words(real_uow: Any) -> None:
    private = {"document": PASSPORT, "contact": {"name": "王丽", "phone": "+86 138 1234 5678"}}
    report = file(real_uow, None, private=private, description="藏青色 羽绒服 with 100% down_")
    file(real_uow, BEN)

    def search(**asked: Any) -> list[str]:
        request = reports.SearchReportsSchema().load({"actor": DESK, **asked})
        answer = reporting.search_reports(real_uow, PLACE, request)
        assert reports.DeskReportPageSchema().validate(answer) == {}
        return [each["id"] for each in answer["reports"]]

    for asked in (
        {"sealed": sealed({"phone": "13812345678"})},
        {"sealed": sealed({"document": "e1234 5678"})},
        {"q": report["number"]},
        {"q": "100% 羽绒服"},
    ):
        assert search(**asked) == [report["id"]], asked
    assert search(q="100_ 羽绒服") == []
    assert len(search(category="coat", state="open")) == 2


def test_whoever_looks_at_a_phone_number_says_why(real_uow: Any) -> None:
    contact = {"name": "王丽", "phone": "13812345678", "email": ""}
    report = file(real_uow, None, private={"contact": contact})
    request = {
        "request_id": new_id(),
        "actor": DESK,
        "about": "report",
        "about_id": report["id"],
        "why": "A match came",
    }
    loaded = claims.RevealContactSchema().load(request)
    assert evidence.reveal_contact(real_uow, PLACE, loaded) == contact
    with real_uow.read() as tx:
        assert [(each.actor, each.what) for each in tx.store.traces(report["id"])][-1] == (
            DESK,
            "contact_shown",
        )


def test_a_photo_is_the_owners_and_staffs(real_uow: Any) -> None:
    report = file(real_uow)
    request = {
        "request_id": new_id(),
        "passenger_id": ANN,
        "about": "report",
        "about_id": report["id"],
        "sealed": sealed({"jpeg": "A" * 200, "thumbnail": "B" * 120}),
    }
    photo = evidence.attach_evidence(real_uow, PLACE, claims.AttachEvidenceSchema().load(request))
    for who in (ANN, None):
        asked = {"photo_id": photo["photo_id"], "size": Size.THUMBNAIL, "passenger_id": None, "actor": None}
        shown = evidence.get_evidence(real_uow, PLACE, asked | asker(who))
        assert shown["jpeg"] == "B" * 120
    with pytest.raises(Exception, match="photo_not_found"):
        evidence.get_evidence(real_uow, PLACE, asked | {"passenger_id": BEN, "actor": None})


def test_a_finder_announces_so_much_a_day(real_uow: Any) -> None:
    few = place(finds_a_day=1)
    announce(real_uow, few)
    with pytest.raises(TooManyFinds):
        announce(real_uow, few)
    announce(real_uow, few, address="192.0.2.8")


def test_a_repeat_files_one_report_and_another_under_its_id_is_refused(real_uow: Any) -> None:
    request = {
        "request_id": new_id(),
        "passenger_id": ANN,
        "loss": {"category": "keys", "lost_from": hours_ago(2), "lost_to": hours_ago(1)},
    }
    schema = reports.FileReportSchema()
    twice = [
        reporting.file_report(
            real_uow, PLACE, schema.load({**request, "sealed": sealed({"marks": MARKS})}), real_now()
        )
        for _ in range(2)
    ]
    assert twice[0] == twice[1], "sealed anew it is the same request"
    with pytest.raises(AlreadyFiled):
        reporting.file_report(
            real_uow, PLACE, schema.load({**request, "sealed": sealed({"marks": "none"})}), real_now()
        )


def test_reports_expire_unless_they_are_claimed_with(real_uow: Any) -> None:
    report = file(real_uow)
    with real_uow.write() as tx:
        tx.connection.execute(update(REPORTS).values(expires_at=tx.now() - timedelta(hours=1)))
    assert reporting.expire_reports(real_uow, PLACE) == 1
    assert get(real_uow, report["id"])["why"] == "expired"


def test_nothing_personal_lies_open_in_the_database_nor_in_events(real_uow: Any) -> None:
    found(real_uow)
    report = file(
        real_uow,
        private={"marks": MARKS, "document": PASSPORT, "contact": {"name": "王丽", "phone": "13812345678"}},
    )
    announce(real_uow)
    settle(real_uow)
    change(real_uow, report, sealed=sealed({"serial": "SN-777-888"}))
    with real_uow.read() as tx:
        tables = tx.connection.execute(text(_ALL_TABLES[tx.connection.dialect.name])).scalars().all()
        lying = "".join(
            str(row) for name in tables for row in tx.connection.execute(text(f"SELECT * FROM {name}"))
        )
    for secret in (
        "green thread",
        "E12345678",
        "13812345678",
        "王丽",
        "SN-777-888",
        "ZHANG",
        "7946 0000",
        "79460000",
        "Tom Reed",
    ):
        assert secret not in lying, secret


_ALL_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


def test_an_account_takes_its_copy_merges_and_is_forgotten(real_uow: Any) -> None:
    report = file(real_uow, BEN, private={"marks": MARKS, "document": PASSPORT})
    announce(real_uow, passenger_id=BEN)
    people.note_merge(real_uow, new_id(), BEN, ANN)
    copy = people.export_passenger(real_uow, PLACE, ANN)
    assert copy["reports"][0]["marks"] == MARKS
    assert copy["reports"][0]["document"]["number"] == "E12345678"
    assert copy["finds"][0]["contact"]["name"] == "Tom Reed"
    event = {"erasure_id": "er-1", "passenger_id": ANN, "earlier_ids": []}
    people.erase(real_uow, "ev-1", event)
    people.erase(real_uow, "ev-1", event)
    (done,) = events(real_uow, "erasure_done")
    assert done["data"]["counts"] == {"reports": 1, "claims": 0, "finds": 1, "courier_orders": 0}
    with real_uow.read() as tx:
        row = tx.connection.execute(select(REPORTS)).one()
    assert (row.passenger_id, row.marks_sealed, row.description, row.state) == (None, None, "", "closed")
    with pytest.raises(ReportNotFound):
        file(real_uow, ANN)
    assert get(real_uow, report["id"], None)["marks"] == ""


def test_a_form_that_was_sent_before_with_other_words_leads_to_what_it_became(real_uow: Any) -> None:
    request: dict[str, Any] = {
        "request_id": new_id(),
        "passenger_id": ANN,
        "loss": {"category": "coat", "lost_from": hours_ago(7), "lost_to": hours_ago(3)},
        "sealed": sealed({"marks": MARKS}),
    }

    def sent(**more: Any) -> dict[str, Any]:
        asked = reports.FileReportSchema().load({**request, **more})
        view: dict[str, Any] = reporting.file_report(real_uow, PLACE, asked, real_now())["report"]
        return view

    report = sent()
    assert sent()["id"] == report["id"]
    with pytest.raises(AlreadyFiled) as told:
        sent(sealed=sealed({"marks": "another mark"}))
    assert told.value.data == {"report_id": report["id"], "number": report["number"]}
    with pytest.raises(RequestReused):
        sent(passenger_id=BEN)
