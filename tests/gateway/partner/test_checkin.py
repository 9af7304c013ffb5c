"""Lists, aircraft and gates through the door: what comes in, who may, and what is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import hypothesis
import orjson
import pytest
from hypothesis import strategies as st

from gateway.partner import words
from services.checkin.teletype import Reason
from services.partners.schemas import Scope
from tests.gateway.fakes import flight, today
from tests.gateway.partner.checkin import Gate, gate, head
from tests.gateway.partner.test_described import PATHS, validate
from tests.unit.checkin.examples import aircraft, booking, person

pytestmark = pytest.mark.anyio
_OF_FLIGHT = "/partner/v1/flights/{flight_id}"
PAPER = {"kind": "passport", "number": "E91234567"}


def part(number: int, *lines: str, last: bool = False, kind: str = "PNL") -> str:
    end = f"END{kind}" if last else f"ENDPART{number}"
    return "\n".join([kind, f"{head()} PART{number}", *lines, end])


PART_1 = ("-PEK002Y", "1LI/SI .L/AAA111")
PART_2 = ("-PEK002Y", "1WANG/WU .L/BBB222")


def scan(scan_id: str = "s1", **more: Any) -> dict[str, Any]:
    return {"scan_id": scan_id, "scanned_at": "2026-11-23T08:00:00Z", **more}


async def test_a_list_is_sealed_on_its_way_and_answered_with_what_became_of_it() -> None:
    async with gate() as at:
        done = await at.put_list(booking("ABC123", person("ZHANG", "SAN", papers=[PAPER])))
        again = await at.put_list(booking("ABC123"), version=1)
        change = {"action": "add", "pnr": "DEF456", "passenger": person("LI", "SI")}
        changed = await at.send("POST", "passengers", {"version": 2, "base_version": 1, "changes": [change]})
        gap = await at.send("POST", "passengers", {"version": 9, "base_version": 5, "changes": [change]})
        seats = await at.send("PUT", "configuration", {"version": 1, **aircraft()})
        passed_on = orjson.dumps([request for _, _, request, _ in at.rpc.calls])
    assert (done.status_code, done.json()["outcome"], done.json()["added"]) == (200, "applied", 1)
    assert again.json()["outcome"] == "repeated"
    assert (changed.json()["outcome"], changed.json()["travellers"]) == ("applied", 2)
    assert (gap.status_code, gap.json()["code"]) == (409, "checkin.list_gap")
    assert (seats.json()["outcome"], seats.json()["seats"]) == ("applied", 120)
    assert b"x1." in passed_on
    for secret in (b"E91234567", b"ZHANG", b"DEF456"):
        assert secret not in passed_on
    for method, path, answer in (
        ("put", "passengers", done),
        ("post", "passengers", changed),
        ("put", "configuration", seats),
    ):
        validate(PATHS[f"{_OF_FLIGHT}/{path}"][method], 200, answer.content)


async def test_a_list_with_wrong_entries_changes_nothing_and_names_them_in_both_languages() -> None:
    async with gate() as at:
        wrong = booking("ABC123", person("ИВАНОВ"), person("LI", "SI") | {"colour": "red"})
        english = await at.put_list(wrong)
        unwritable = await at.put_list(booking("ABC123", person("ИВАНОВ")), **{"Accept-Language": "zh"})
    assert english.json()["outcome"] == "refused"
    (form,) = english.json()["refused"]
    assert (form["at"], form["reason"]) == ("bookings.0.passengers.1.colour", "invalid")
    assert form["message"]
    (rule,) = unwritable.json()["refused"]
    assert (rule["at"], rule["reason"]) == ("bookings.0.passengers.0.name", "unwritable")
    assert "姓名" in rule["message"]
    assert "ИВАНОВ" not in unwritable.text
    validate(PATHS[f"{_OF_FLIGHT}/passengers"]["put"], 200, unwritable.content)


async def test_a_flight_is_found_by_its_number_and_day_too() -> None:
    async with gate() as at:
        day = f"{today():%Y%m%d}"
        short = f"/partner/v1/flights/CZ3101-{day}/passengers"
        found = await at.send("PUT", short, {"version": 1, "bookings": [booking()]})
        assert found.json()["flight_id"] == at.flight_id
        for missing in (f"CZ9999-{day}", f"CZ3102-{day}", "CZ3101-20269999", "CZ3101-20200101", "..", "cz1"):
            path = f"/partner/v1/flights/{missing}/passengers"
            answer = await at.send("PUT", path, {"version": 1, "bookings": []})
            assert answer.status_code == 404, missing


async def test_parts_of_a_teletype_list_may_come_alone_or_together() -> None:
    async with gate() as at:
        first = await at.send("POST", "/partner/v1/teletype", part(1, *PART_1))
        done = await at.send("POST", "/partner/v1/teletype", part(2, *PART_2, last=True))
        both = part(1, *PART_1) + "\r\n" + part(2, *PART_2, last=True)
        again = await at.send("POST", "/partner/v1/teletype", both)
        passed_on = orjson.dumps(at.calls("apply_teletype"))
    assert (first.json()["outcome"], first.json()["missing"]) == ("waiting", [2])
    assert (done.json()["outcome"], done.json()["added"], done.json()["flight_id"]) == (
        "applied",
        2,
        at.flight_id,
    )
    assert again.json()["outcome"] == "repeated"
    assert b"LI/SI" not in passed_on
    for answer in (first, done, again):
        validate(PATHS["/partner/v1/teletype"]["post"], 200, answer.content)


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (part(1, "-PEK001Y", "1LI/SI", last=True), (1, 4), "no_locator"),
        (part(1, "-PEK001Y", "1LI^SI .L/AAA111", last=True), (1, 4), "bad_character"),
        (part(1, *PART_1).replace("PNL", "PDL"), (1, 0), "no_message"),
        (part(1, *PART_1) + "\n" + part(2, *PART_2, last=True).replace("3101", "3103"), (2, 0), "other_list"),
        ("", (0, 0), "no_message"),
        ("\x00\xff", (1, 1), "bad_character"),
        ("\n".join([part(1, *PART_1)] * 100), (0, 0), "too_long"),
    ],
)
async def test_lines_that_are_wrong_are_named_and_nothing_is_applied(
    text: str, place: tuple[int, int], reason: str
) -> None:
    async with gate() as at:
        answer = await at.send("POST", "/partner/v1/teletype", text)
        document = answer.json()
        assert (answer.status_code, document["outcome"]) == (200, "refused"), document
        problem = document["problems"][0]
        assert ((problem["part"], problem["line"]), problem["reason"]) == (place, reason)
        assert problem["message"]
        validate(PATHS["/partner/v1/teletype"]["post"], 200, answer.content)


async def test_a_message_about_another_airport_airline_or_no_flight_is_about_nothing() -> None:
    async with gate() as at:
        for old, new in ((" CSX", " PEK"), ("CZ3101", "MU5301"), ("CZ3101", "CZ9999")):
            answer = await at.send("POST", "/partner/v1/teletype", part(1, *PART_1).replace(old, new))
            assert (answer.status_code, answer.json()["code"]) == (404, "checkin.flight_not_found"), new


LINES = st.one_of(
    st.sampled_from(
        [
            "PNL",
            "ADL",
            "ENDPNL",
            "ENDADL",
            "ENDPART1",
            "ADD",
            "DEL",
            "-PEK001Y",
            "-PEK999Y",
            "1LI/SI .L/AAA111",
            "1LI/SI .L/AAA111 .R/TKNE HK1 7842476075891/1",
            ".R/DOCS HK1/P/CHN/E91234567/CHN/01JAN80/M/01JAN35/LI/SI",
            "2LI/SI/WU-A2 .L/AAA111",
            ".RN/",
            "HEAD",
        ]
    ),
    st.text(max_size=70),
)


async def test_whatever_comes_as_teletype_is_answered_and_never_echoed() -> None:
    async with gate() as at:
        outcomes = set()
        for seed in range(40):
            lines = [line.replace("HEAD", head()) for line in drawn(seed)]
            text = "\n".join(["PNL", head(), *lines] if seed % 2 else lines)
            answer = await at.send("POST", "/partner/v1/teletype", text)
            assert answer.status_code in (200, 404), answer.text
            assert "E91234567" not in answer.text
            if answer.status_code == 200:
                outcomes.add(answer.json()["outcome"])
                validate(PATHS["/partner/v1/teletype"]["post"], 200, answer.content)
    assert "refused" in outcomes


def drawn(seed: int) -> list[str]:
    """Lines made up for a number, the same each time."""
    found: list[list[str]] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=1, database=None, phases=[hypothesis.Phase.generate])
    @hypothesis.given(st.lists(LINES, min_size=1, max_size=12))
    def draw(lines: list[str]) -> None:
        found.append(lines)

    draw()
    return found[-1]


def test_every_reason_of_a_line_has_words() -> None:
    assert words.line_reasons() == {reason.value for reason in Reason}
    for language in ("zh", "en"):
        assert all(words.of_line(reason.value, language) for reason in Reason)


async def boarding(at: Gate) -> list[int]:
    """Two are checked in, and it is time to board."""
    await at.put_list(booking("ABC123", person("LI", "SI"), person("WANG", "WU")))
    await at.send("PUT", "configuration", {"version": 1, **aircraft()})
    numbers = at.checkin.check_in(at.flight_id, "ABC123")
    at.checkin.at_the_gate(at.flight_id)
    return numbers


async def test_a_gate_scans_undoes_and_counts() -> None:
    async with gate() as at:
        first, second = await boarding(at)
        done = await at.send("POST", "boarding/scans", {"device": "g1", **scan(sequence=first)})
        twice = await at.send("POST", "boarding/scans", {"device": "g2", **scan("s2", sequence=first)})
        same = await at.send("POST", "boarding/scans", {"device": "g1", **scan(sequence=first)})
        late = {"device": "g3", "scans": [scan("a", sequence=first), scan("b", sequence=second)]}
        synced = await at.send("POST", "boarding/scans", late)
        undone = await at.send(
            "POST", "boarding/undo", {"device": "g1", "sequence": first, "reason": "left again"}
        )
        counts = await at.read("boarding/counts")
    assert (done.json()["scan"]["result"], done.json()["counts"]["boarded"]) == ("accepted", 1)
    assert twice.json()["scan"]["result"] == "already_boarded"
    assert same.json()["scan"] == done.json()["scan"]
    assert [each["conflict"] for each in synced.json()["scans"]] == [True, False]
    assert undone.json()["counts"]["boarded"] == 1
    assert counts.json()["counts"]["checked_in"] == 2
    paths = {"boarding/undo": ("post", undone), "boarding/counts": ("get", counts)}
    for path, (method, answer) in paths.items():
        validate(PATHS[f"{_OF_FLIGHT}/{path}"][method], 200, answer.content)
    for answer in (done, twice, synced):
        validate(PATHS[f"{_OF_FLIGHT}/boarding/scans"]["post"], 200, answer.content)
    assert done.headers["ratelimit"].startswith('"partner-gate"')


async def test_a_boarding_list_is_sent_again_only_when_it_changed() -> None:
    async with gate() as at:
        (first, _) = await boarding(at)
        got = await at.read("boarding-list")
        tag = got.headers["etag"]
        same = await at.read("boarding-list", **{"If-None-Match": tag})
        await at.send("POST", "boarding/scans", {"device": "g1", **scan(sequence=first)})
        changed = await at.read("boarding-list", **{"If-None-Match": tag})
        odd = await at.read("boarding-list", **{"If-None-Match": '"something else"'})
    assert [entry["name"] for entry in got.json()["entries"]] == ["LI/SI", "WANG/WU"]
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert changed.json()["entries"][0]["standing"] == "boarded"
    assert changed.headers["etag"] != tag
    assert odd.status_code == 200
    validate(PATHS[f"{_OF_FLIGHT}/boarding-list"]["get"], 200, got.content)


WRITES = [
    ("PUT", "passengers", {"version": 2, "bookings": [booking()]}, Scope.CHECKIN_WRITE),
    ("POST", "passengers", {"version": 2, "changes": []}, Scope.CHECKIN_WRITE),
    ("PUT", "configuration", {"version": 2, **aircraft()}, Scope.CHECKIN_WRITE),
    ("POST", "boarding/scans", {"device": "g1", **scan(sequence=1)}, Scope.BOARDING_WRITE),
    ("POST", "boarding/scans", {"device": "g1", "scans": [scan(sequence=1)]}, Scope.BOARDING_WRITE),
    ("POST", "boarding/undo", {"device": "g1", "sequence": 1, "reason": "x"}, Scope.BOARDING_WRITE),
]
READS = ["boarding-list", "boarding/counts"]


async def test_another_airline_sees_no_flight_and_no_scope_is_no_entry() -> None:
    async with gate() as at:
        await boarding(at)
        other, handler = await at.other("MU"), await at.other("MU", "CZ")
        missing = f"/partner/v1/flights/CZ9999-{today():%Y%m%d}-CSX-PEK"
        for method, path, document, scope in WRITES:
            theirs = await at.send(method, path, document, by=other)
            nothing = await at.send(method, f"{missing}/{path}", document)
            assert (theirs.status_code, theirs.json()["code"]) == (404, "checkin.flight_not_found"), path
            assert theirs.json()["code"] == nothing.json()["code"]
            assert theirs.json()["detail"] == nothing.json()["detail"]
            lesser = await at.other("CZ", scopes=tuple(set(Scope) - {scope}))
            refused = await at.send(method, path, document, by=lesser)
            assert (refused.status_code, refused.json()["code"]) == (403, "partner.missing_scope")
            assert (await at.send(method, path, document, by=handler)).status_code in (200, 400, 404), path
            traveller = await at.http.request(method, f"{at.path}/{path}", json=document)
            assert (traveller.status_code, traveller.json()["code"]) == (401, "partner.no_token")
            forged = await at.send(method, path, document, **{"X-Signature": "0" * 64})
            assert (forged.status_code, forged.json()["code"]) == (401, "partners.bad_signature")
        for path in READS:
            assert (await at.read(path, by=other)).status_code == 404
            assert (await at.read(path, by=handler)).status_code == 200
            lesser = await at.other("CZ", scopes=tuple(set(Scope) - {Scope.BOARDING_READ}))
            assert (await at.read(path, by=lesser)).status_code == 403
            assert (await at.http.get(f"{at.path}/{path}")).status_code == 401
        gone = await at.send("POST", "/partner/v1/teletype", part(1, *PART_1), by=other)
        assert gone.status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PUT", "passengers", b"{", 400, "gateway.bad_json"),
        ("PUT", "passengers", b"[]", 400, "gateway.bad_body"),
        ("PUT", "passengers", b'{"a":' * 300 + b"1" + b"}" * 300, 400, "gateway.bad_body"),
        ("PUT", "passengers", {"bookings": []}, 400, "checkin.bad_request"),
        ("PUT", "passengers", {"version": "1", "bookings": []}, 400, "checkin.bad_request"),
        ("PUT", "passengers", b" " * 5_000_001, 413, "gateway.body_too_large"),
        ("PUT", "configuration", {"version": 1}, 400, "checkin.bad_request"),
        ("PUT", "configuration", b" " * 300_000, 413, "gateway.body_too_large"),
        ("POST", "boarding/scans", {"device": "g1", "scans": []}, 400, "checkin.bad_request"),
        ("POST", "boarding/scans", {"device": "g1", **scan()}, 400, "checkin.bad_request"),
        ("POST", "boarding/scans", {**scan(sequence=1), "partner": {}}, 400, "gateway.bad_body"),
        ("POST", "boarding/undo", {"request_id": "x"}, 400, "gateway.bad_body"),
        ("PUT", "passengers", "text", 415, "gateway.wrong_media_type"),
        ("POST", "/partner/v1/teletype", {}, 415, "gateway.wrong_media_type"),
        ("POST", "/partner/v1/teletype", "A" * 2_000_001, 413, "gateway.body_too_large"),
    ],
)
async def test_what_can_not_be_read_is_a_problem(
    method: str, path: str, body: Any, status: int, code: str
) -> None:
    async with gate() as at:
        answer = await at.send(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_the_same_key_gets_the_same_answer_and_another_body_none() -> None:
    async with gate() as at:
        key = {"Idempotency-Key": "list-0001"}
        first = await at.put_list(booking(), version=1, **key)
        again = await at.put_list(booking(), version=1, **key)
        other = await at.put_list(booking(), version=2, **key)
    assert first.content == again.content
    assert (other.status_code, other.json()["code"]) == (409, "request.reused")
    assert first.headers["idempotency-key"] == "list-0001"


async def test_a_key_that_was_exchanged_meanwhile_is_fetched_again() -> None:
    async with gate() as at:
        await at.put_list()
        at.checkin.place = type(at.checkin.place)(
            at.checkin.place.zone, at.checkin.place.settings, type(at.checkin.place.vault)({"k2": bytes(32)})
        )
        done = await at.put_list(booking(), version=2)
        assert len(at.calls("get_sealing_key")) == 2
    assert done.json()["outcome"] == "applied"


async def test_a_long_list_is_read_without_keeping_others_waiting() -> None:
    async with gate() as at:
        people = [booking(f"PNR{number:04d}", person("LI", "SI")) for number in range(900)]
        done = await at.put_list(*people)
    assert (done.json()["outcome"], done.json()["added"]) == ("applied", 900)


async def test_a_flight_beyond_the_window_is_asked_for() -> None:
    async with gate() as at:
        far = flight("CZ3999", day=today() + timedelta(days=30))
        at.checkin.flights.flights[far["id"]] = far
        path = f"/partner/v1/flights/CZ3999-{today() + timedelta(days=30):%Y%m%d}/passengers"
        done = await at.send("PUT", path, {"version": 1, "bookings": [booking()]})
    assert done.json()["flight_id"] == far["id"]
