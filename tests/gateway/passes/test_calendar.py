"""A flight for the calendar: in its airports' times, in lines that every calendar reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.passes import FlightEvent, flight_calendar

MADE_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
EVENT = FlightEvent(
    uid="CZ3101-20261123-CSX-PEK@airport",
    version=3,
    departs_at=datetime(2026, 11, 23, 2, 20, tzinfo=UTC),
    arrives_at=datetime(2026, 11, 23, 4, 45, tzinfo=UTC),
    departure_zone="Asia/Shanghai",
    arrival_zone="Asia/Shanghai",
    summary="CZ3101 长沙 → 北京",
    location="长沙黄花国际机场, T2",
    description="登机口 A12; 座位 31A\n登机 09:40",
    url="https://airport.example/me/trips/1",
)


def unfolded(made: bytes) -> list[str]:
    return made.decode().replace("\r\n ", "").split("\r\n")


def test_a_flight_stands_in_the_times_of_its_airports() -> None:
    lines = unfolded(flight_calendar(EVENT, MADE_AT))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART;TZID=Asia/Shanghai:20261123T102000" in lines
    assert "DTEND;TZID=Asia/Shanghai:20261123T124500" in lines
    assert "DTSTAMP:20261122T100000Z" in lines
    assert "UID:CZ3101-20261123-CSX-PEK@airport" in lines
    assert "SEQUENCE:3" in lines
    assert lines.count("BEGIN:VTIMEZONE") == 1


def test_a_texts_own_signs_are_escaped() -> None:
    lines = unfolded(flight_calendar(EVENT, MADE_AT))
    assert "LOCATION:长沙黄花国际机场\\, T2" in lines
    assert "DESCRIPTION:登机口 A12\\; 座位 31A\\n登机 09:40" in lines
    tricky = unfolded(flight_calendar(replace(EVENT, summary="a\\b\r\nEND:VEVENT\x07"), MADE_AT))
    assert "SUMMARY:a\\\\b\\nEND:VEVENT" in tricky
    assert tricky.count("END:VEVENT") == 1
    assert unfolded(flight_calendar(replace(EVENT, url="https://a\r\nX:1"), MADE_AT)).count("X:1") == 0


def test_a_zone_that_never_changes_has_one_rule() -> None:
    lines = unfolded(flight_calendar(EVENT, MADE_AT))
    zone = lines[lines.index("BEGIN:VTIMEZONE") : lines.index("END:VTIMEZONE") + 1]
    assert zone == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Shanghai",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0800",
        "TZOFFSETTO:+0800",
        "TZNAME:CST",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


def test_summer_and_winter_are_told_with_the_moment_of_their_change() -> None:
    abroad = replace(
        EVENT,
        departs_at=datetime(2026, 10, 24, 20, 0, tzinfo=UTC),
        arrives_at=datetime(2026, 10, 25, 6, 0, tzinfo=UTC),
        arrival_zone="Europe/Berlin",
    )
    lines = unfolded(flight_calendar(abroad, MADE_AT))
    # clocks went back at 01:00 UTC while it flew
    assert "DTEND;TZID=Europe/Berlin:20261025T070000" in lines
    start = lines.index("TZID:Europe/Berlin")
    zone = lines[start : lines.index("END:VTIMEZONE", start)]
    assert zone[1:] == [
        "BEGIN:DAYLIGHT", "DTSTART:20260329T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST",
        "END:DAYLIGHT",
        "BEGIN:STANDARD", "DTSTART:20261025T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET",
        "END:STANDARD",
    ]  # fmt: skip


def test_half_hours_and_the_west_are_written_right() -> None:
    lines = unfolded(
        flight_calendar(
            replace(EVENT, departure_zone="Asia/Kolkata", arrival_zone="America/St_Johns"), MADE_AT
        )
    )
    assert "TZOFFSETTO:+0530" in lines
    assert "TZOFFSETTO:-0330" in lines
    assert "DTEND;TZID=America/St_Johns:20261123T011500" in lines


def test_a_reminder_comes_before_departure_unless_the_flight_is_cancelled() -> None:
    lines = unfolded(flight_calendar(EVENT, MADE_AT))
    assert "TRIGGER:-PT180M" in lines
    assert "STATUS:CONFIRMED" in lines
    cancelled = unfolded(flight_calendar(replace(EVENT, is_cancelled=True), MADE_AT))
    assert "STATUS:CANCELLED" in cancelled
    assert "BEGIN:VALARM" not in cancelled
    assert "BEGIN:VALARM" not in unfolded(flight_calendar(replace(EVENT, remind_min=0), MADE_AT))


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_folded_between_characters_and_read_back(summary: str, description: str) -> None:
    made = flight_calendar(replace(EVENT, summary=summary, description=description), MADE_AT)
    for line in made.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    found = next(line for line in unfolded(made) if line.startswith("SUMMARY:"))
    plain = "\n".join(
        "".join(c for c in line if c >= " " and c != "\x7f")
        for line in summary.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    )
    read = found[8:].replace("\\\\", "\0").replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";")
    assert read.replace("\0", "\\") == plain


def test_what_is_no_flight_is_refused() -> None:
    for wrong in (
        replace(EVENT, departs_at=datetime(2026, 11, 23, 2, 20)),  # noqa: DTZ001
        replace(EVENT, arrives_at=EVENT.departs_at - timedelta(minutes=1)),
        replace(EVENT, departure_zone="Mars/Olympus"),
        replace(EVENT, arrival_zone="../../etc/passwd"),
    ):
        with pytest.raises(ValueError):
            flight_calendar(wrong, MADE_AT)
