"""Feeds as zips: what is read, written and read again is the same feed; what is wrong is refused and named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.bus.domain import Feed
from services.bus.gtfs import check_feed, read_feed, write_feed
from tests.unit.bus.examples import ARCHIVE, FEED, edited, reordered


def problems(archive: bytes) -> set[tuple[str, str]]:
    """(file, reason) of everything that is wrong."""
    reading = read_feed(archive)
    found = reading.problems or check_feed(reading.feed) if reading.feed else reading.problems
    return {(problem.file, problem.reason) for problem in found}


def read(archive: bytes) -> Feed:
    reading = read_feed(archive)
    assert reading.problems == []
    assert reading.feed is not None
    return reading.feed


def test_import_export_import_is_the_same_feed() -> None:
    once = read(ARCHIVE)
    assert once == FEED
    assert read(write_feed(once)) == once
    assert write_feed(once) == ARCHIVE
    assert problems(ARCHIVE) == set()


def test_the_order_of_rows_columns_and_files_does_not_matter() -> None:
    other = reordered(ARCHIVE)
    assert other != ARCHIVE
    assert read(other) == FEED


@settings(max_examples=60)
@given(st.lists(st.text(st.characters(exclude_categories=["C"]), max_size=40), min_size=3, max_size=3))
def test_any_words_survive_the_way_there_and_back(words: list[str]) -> None:
    name, headsign, version = (word.strip() for word in words)
    changed = replace(
        FEED,
        stops=(replace(FEED.stops[0], stop_name=name or "x", stop_desc='a "quoted", b'), *FEED.stops[1:]),
        trips=(replace(FEED.trips[0], trip_headsign=headsign), *FEED.trips[1:]),
        feed_info=(replace(FEED.feed_info[0], feed_version=version),),
    )
    assert read(write_feed(changed)) == changed


def test_times_past_midnight_keep_their_service_day() -> None:
    latest = max(call.arrival_time for call in read(ARCHIVE).stop_times)
    assert latest > 24 * 3600
    with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as archive:
        assert "25:45:00" in archive.read("stop_times.txt").decode()


def test_files_and_columns_that_are_not_kept_are_named() -> None:
    more = edited("shapes.txt", lambda _: "shape_id\n1\n")
    more = edited("stops.txt", lambda text: text.replace("stop_id,", "platform_code,stop_id,", 1), more)
    assert read_feed(more).left_out == ["shapes.txt", "stops.txt: platform_code"]


def test_prices_are_whole_fen() -> None:
    assert {fare.price_fen for fare in read(ARCHIVE).fare_attributes} == {1500, 2000, 2200, 2900, 4500, 5000}
    assert problems(edited("fare_attributes.txt", lambda text: text.replace("20.00", "20.005"))) == {
        ("fare_attributes.txt", "bad_value")
    }
    assert read(edited("fare_attributes.txt", lambda text: text.replace("20.00", "20"))) == FEED


def _swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("file", "change", "reason"),
    [
        ("stops.txt", lambda _: "", "missing_file"),
        ("stops.txt", lambda text: text + text.splitlines()[-1] + "\n", "twice"),
        ("stops.txt", _swap("stop_name", "name"), "missing_column"),
        ("stops.txt", _swap("28.1892", "north"), "bad_value"),
        ("stops.txt", _swap("28.1892", "98.1892"), "off_the_earth"),
        ("stops.txt", lambda text: text + '"never closed', "not_csv"),
        ("agency.txt", _swap("Asia/Shanghai", "Asia/Changsha"), "unknown_zone"),
        ("agency.txt", _swap("https://", "gopher://"), "bad_url"),
        ("routes.txt", _swap(",3,", ",2,"), "no_bus"),
        ("routes.txt", _swap("CSXBUS", "OTHER"), "unknown_agency"),
        ("routes.txt", _swap("0B6E99", "blue"), "bad_colour"),
        ("trips.txt", _swap("A1,daily", "A9,daily"), "unknown_route"),
        ("trips.txt", _swap("A1,daily", "A1,never"), "unknown_service"),
        ("trips.txt", _swap("A1-night", "A1-dawn"), "too_few_stops"),
        ("stop_times.txt", _swap("05:30:00", "05:60:00"), "bad_value"),
        ("stop_times.txt", _swap("05:30:00", ""), "bad_value"),
        ("stop_times.txt", _swap("05:30:00", "15:30:00"), "times_go_back"),
        ("stop_times.txt", _swap("MINHANG", "NOWHERE"), "unknown_stop"),
        ("stop_times.txt", _swap("CSX-T1", "CSX"), "stops_at_a_station"),
        ("stop_times.txt", _swap("A1-in-0530", "A1-in-9999"), "unknown_trip"),
        ("calendar.txt", _swap("20261123", "20281123"), "ends_before_it_begins"),
        ("calendar_dates.txt", _swap("20261231,1", "20261231,3"), "bad_value"),
        ("fare_rules.txt", _swap("centre,centre", "free,centre"), "unknown_fare"),
        ("fare_rules.txt", _swap("centre,centre,airport", "centre,centre,centre"), "no_fare"),
        ("fare_attributes.txt", _swap("CNY", "EUR"), "two_currencies"),
        ("frequencies.txt", lambda _: "trip_id\n1\n", "not_supported"),
        ("translations.txt", _swap("CSXBUS", "OTHER"), "unknown_record"),
    ],
)
def test_a_feed_with_a_fault_is_refused_with_its_reason(
    file: str, change: Callable[[str], str], reason: str
) -> None:
    assert reason in {found for _, found in problems(edited(file, change))}


def test_what_is_no_zip_is_told() -> None:
    assert problems(b"PK\x03\x04 and nothing more") == {("", "not_a_zip")}
    assert problems(ARCHIVE[: len(ARCHIVE) // 2]) == {("", "not_a_zip")}


def test_a_zip_that_would_fill_the_memory_is_not_unpacked() -> None:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("stops.txt", "w") as file,
    ):
        for _ in range(65):
            file.write(bytes(1024 * 1024))
    assert problems(packed.getvalue()) == {("", "too_large")}
