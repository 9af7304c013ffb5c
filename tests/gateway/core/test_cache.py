"""The window in memory by itself: versions, boards, search, the turn of the day, staleness."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import orjson
import pytest

from gateway.cache import BoardKey, FlightCache, SearchTerms
from gateway.cache.window import Window
from kernel.config import load
from kernel.instants import instant
from services.airport import Airport
from tests.gateway.fakes import ZONE, at, flight, settings, today

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self, now: datetime) -> None:
        self.value = now

    def __call__(self) -> datetime:
        return self.value


@pytest.fixture
def clock() -> Clock:
    return Clock(at(today(), "10:00"))


@pytest.fixture
def cache(clock: Clock) -> FlightCache:
    made = FlightCache(settings(), load(Airport, {}), clock)
    made.set_connected(True)
    return made


def fill(cache: FlightCache, *flights: dict[str, Any]) -> None:
    generation = cache.begin_load()
    for each in flights:
        cache.apply_snapshot(each, generation)
    cache.finish_load(generation, {each["id"] for each in flights}, clock_now(cache))


def clock_now(cache: FlightCache) -> datetime:
    return cache._now()


async def test_news_replaces_and_older_news_does_not(cache: FlightCache) -> None:
    fill(cache, flight(version=3, gate="A1"))
    assert cache.apply(flight(version=4, gate="A2"))
    assert not cache.apply(flight(version=4, gate="A3"))
    assert not cache.apply(flight(version=2, gate="A4"))
    entry = cache.get(flight()["id"])
    assert entry is not None
    assert (entry.version, entry.flight["departure"]["gate"]) == (4, "A2")


async def test_public_bytes_hold_the_flight_without_its_keywords(cache: FlightCache) -> None:
    fill(cache, flight())
    entry = cache.get(flight()["id"])
    assert entry is not None
    public = orjson.loads(entry.json)
    assert "keywords" not in public
    assert public == {key: value for key, value in flight().items() if key != "keywords"}


async def test_an_event_during_a_load_outlives_the_snapshot(cache: FlightCache) -> None:
    generation = cache.begin_load()
    cache.apply(flight(version=8, gate="NEW"))  # the event comes first
    cache.apply(flight("CZ9999", version=1))  # appeared after the snapshot was taken
    cache.apply_snapshot(flight(version=7, gate="OLD"), generation)
    cache.finish_load(generation, {flight()["id"]}, clock_now(cache))
    entry = cache.get(flight()["id"])
    assert entry is not None
    assert entry.flight["departure"]["gate"] == "NEW"
    assert cache.get(flight("CZ9999")["id"]) is not None


async def test_a_snapshot_removes_what_the_service_no_longer_has(cache: FlightCache) -> None:
    fill(cache, flight(), flight("CZ3102"))
    fill(cache, flight())
    assert cache.get(flight("CZ3102")["id"]) is None
    assert flight("CZ3102")["id"] not in str(list(cache.paths))


async def test_a_snapshot_of_restored_data_wins_although_its_versions_are_lower(cache: FlightCache) -> None:
    fill(cache, flight(version=9, gate="LOST"))
    fill(cache, flight(version=2, gate="RESTORED"))
    entry = cache.get(flight()["id"])
    assert entry is not None
    assert (entry.version, entry.flight["departure"]["gate"]) == (2, "RESTORED")


async def test_a_flight_moved_out_of_the_window_goes_and_older_news_does_not_bring_it_back(
    cache: FlightCache,
) -> None:
    fill(cache, flight(version=1))
    moved = flight(version=2, board_at=instant(at(today(), "12:00") + timedelta(days=30)))
    assert cache.apply(moved)
    assert cache.get(moved["id"]) is None
    assert not cache.apply(flight(version=1))
    assert cache.get(moved["id"]) is None


async def test_a_board_is_in_order_of_time_and_knows_its_filters(cache: FlightCache) -> None:
    fill(
        cache,
        flight("CZ3105", clock_text="15:00"),
        flight("CZ3101", clock_text="12:00"),
        flight("MU5301", clock_text="13:00", terminal="T1"),
        flight("CA1302", clock_text="14:00", direction="arrival"),
        flight("CZ3103", clock_text="12:30", day=today() + timedelta(days=1)),
    )

    def numbers(direction: str, **filters: Any) -> list[str]:
        return [entry.flight["number"] for entry in cache.board(direction, today(), **filters)]

    assert numbers("departure") == ["CZ3101", "MU5301", "CZ3105"]
    assert numbers("arrival") == ["CA1302"]
    assert numbers("departure", terminal="T1") == ["MU5301"]
    assert numbers("departure", airline="CZ") == ["CZ3101", "CZ3105"]


async def test_a_prebuilt_board_follows_every_change(cache: FlightCache) -> None:
    fill(cache, flight())
    board = cache.board_bytes(BoardKey("departure", today()))
    first = await board.fresh()
    assert await board.fresh() is first
    cache.apply(flight("CZ3102", direction="arrival", version=1))
    assert board.page is first, "a change elsewhere leaves it as it is"
    cache.apply(flight(version=2, gate="B7"))
    assert board.page is None
    second = orjson.loads((await board.fresh()).body)
    assert second["flights"][0]["departure"]["gate"] == "B7"
    assert (second["airport"], second["stale"], second["day_local"]) == ("CSX", False, today().isoformat())


async def test_under_a_storm_of_changes_a_board_is_built_once_for_all_who_wait(cache: FlightCache) -> None:
    fill(cache, *(flight(f"CZ{n}") for n in range(3000, 3200)))
    board = cache.board_bytes(BoardKey("departure", today()))
    built: list[int] = []
    build = board._build
    board._build = lambda key: (built.append(1), build(key))[1]
    await board.fresh()
    cache.apply(flight("CZ3000", version=2, gate="B1"))
    waiting = [board.fresh() for _ in range(50)]
    import asyncio

    pages = await asyncio.gather(*waiting)
    assert len(built) == 2
    assert all(page is pages[0] for page in pages)
    assert b'"B1"' in pages[0].body


async def test_a_board_nobody_keeps_never_answers_again(cache: FlightCache) -> None:
    fill(cache, flight())
    board = cache.board_bytes(BoardKey("departure", today()))
    await board.fresh()
    cache.remember("/some/board", board)
    for n in range(300):
        cache.board_bytes(BoardKey("departure", today(), airline=f"A{n}"))
    assert board.page is None
    await board.fresh()
    assert board.page is None, "an evicted board hears of no changes, so it keeps nothing"


async def test_search_reads_what_people_write(cache: FlightCache) -> None:
    fill(
        cache,
        flight("CZ3101", "PEK", "12:00"),
        flight("MU5301", "SHA", "09:00", terminal="T1"),
        flight("CA1302", "PEK", "23:00", direction="arrival"),
        flight("CZ3103", "SHA", "02:00", day=today() + timedelta(days=1)),
        flight("CZ3107", "SHA", "12:00", day=today() + timedelta(days=1)),
    )

    def found(**terms: Any) -> list[str]:
        return [entry.flight["number"] for entry in cache.search(SearchTerms(**terms))]

    assert found(text="cz 3101") == ["CZ3101"]
    assert found(text="3101") == ["CZ3101"]
    assert found(text="北京") == ["CZ3101", "CA1302"]
    assert found(text="shanghai") == ["MU5301", "CZ3103"], "today and the early hours after it"
    assert found(text="上海 明天") == ["CZ3103", "CZ3107"]
    assert found(place="beijing", direction="arrival") == ["CA1302"]
    assert found(place="changsha") == []
    assert found(airline="mu") == ["MU5301"]
    assert found(terminal="t1") == ["MU5301"]
    assert found(from_time_local=at(today(), "11:00").astimezone(ZONE).time()) == ["CZ3101", "CA1302"]
    assert found(text="no such place") == []


async def test_times_of_day_count_to_the_last_minute_and_over_midnight(cache: FlightCache) -> None:
    fill(
        cache,
        flight("CZ3101", clock_text="09:00"),
        flight("CZ3102", clock_text="23:30"),
        flight("CZ3103", clock_text="01:30", day=today() + timedelta(days=1)),
    )

    def found(start: str | None, end: str | None) -> list[str]:
        def read(text: str | None) -> time | None:
            return None if text is None else time.fromisoformat(text)

        terms = SearchTerms(from_time_local=read(start), to_time_local=read(end))
        return [entry.flight["number"] for entry in cache.search(terms)]

    assert found("09:00", "09:00") == ["CZ3101"]
    assert found("22:00", "02:00") == ["CZ3102", "CZ3103"]
    assert found("10:00", None) == ["CZ3102"]
    assert found(None, None) == ["CZ3101", "CZ3102", "CZ3103"]


async def test_the_window_rolls_at_the_airports_midnight(cache: FlightCache, clock: Clock) -> None:
    yesterday, last = today() - timedelta(days=1), today() + timedelta(days=3)
    fill(cache, flight(day=yesterday), flight("CZ3102"), flight("CZ3103", day=last))
    board = cache.board_bytes(BoardKey("departure", today()))
    await board.fresh()
    cache.remember("/api/v1/boards/departures", board)
    assert cache.days() == [yesterday + timedelta(days=n) for n in range(5)]
    assert not cache.roll()
    clock.value = at(today() + timedelta(days=1), "00:00")
    assert cache.roll()
    assert cache.today == today() + timedelta(days=1)
    assert cache.get(flight(day=yesterday)["id"]) is None
    assert cache.get(flight("CZ3102")["id"]) is not None
    assert "/api/v1/boards/departures" not in cache.paths, "today's board is another one now"


def test_a_window_is_cut_by_wall_clock_when_summer_time_ends() -> None:
    from zoneinfo import ZoneInfo

    newark = ZoneInfo("America/New_York")
    window = Window.around(datetime(2026, 11, 1, 12, tzinfo=UTC), newark, 0, 0)
    assert window.to_at - window.from_at == timedelta(hours=25)


async def test_news_is_stale_without_connection_or_check_and_fresh_again_after_one(
    cache: FlightCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache.stale, "nothing was loaded yet"
    fill(cache, flight())
    assert not cache.stale
    subscription = cache.subscribe("flight:none")
    cache.set_connected(False)
    assert cache.stale
    assert cache.get(flight()["id"]) is not None, "it goes on answering"
    cache.set_connected(True)
    assert not cache.stale
    from kernel import clock as kernel_clock

    now = kernel_clock.monotonic()
    monkeypatch.setattr(kernel_clock, "monotonic", lambda: now + 200)
    cache.judge()
    assert cache.stale
    assert cache.age_s >= 199
    cache.confirm(clock_now(cache))
    assert not cache.stale
    notes = await subscription.wait(1)
    assert notes is not None
    assert [note.kind for note in notes] == ["stale"], "only the latest is told"


async def test_as_of_moves_with_checks_and_with_events_but_not_while_stale(
    cache: FlightCache, clock: Clock
) -> None:
    fill(cache, flight())
    first = cache.as_of
    clock.value += timedelta(seconds=20)
    cache.heard()
    assert cache.as_of == first + timedelta(seconds=20)
    cache.set_connected(False)
    clock.value += timedelta(seconds=20)
    cache.heard()
    assert cache.as_of == first + timedelta(seconds=20)


async def test_listeners_of_a_flight_and_of_its_boards_are_told(cache: FlightCache) -> None:
    fill(cache, flight())
    topics = [f"flight:{flight()['id']}", f"board:departure:{today()}", f"board:arrival:{today()}"]
    listeners = [cache.subscribe(topic) for topic in topics]
    cache.apply(flight(version=2))
    cache.apply(flight(version=3))
    told = [await listener.wait(0.05) for listener in listeners]
    wire = f'event: flight\ndata: {{"id":"{flight()["id"]}","version":3}}\n\n'.encode()
    assert [[note.wire for note in notes or []] for notes in told] == [[wire], [wire], []]


async def test_a_listener_that_falls_behind_is_told_to_start_anew(cache: FlightCache) -> None:
    listener = cache.subscribe(f"board:departure:{today()}")
    for n in range(1000, 1500):
        cache.apply(flight(f"CZ{n}"))
    notes = await listener.wait(0.05)
    assert notes is not None
    assert [note.kind for note in notes] == ["resync"]
    cache.apply(flight("CZ1000", version=2))
    assert [note.kind for note in await listener.wait(0.05) or []] == ["flight"]


async def test_a_closed_fanout_ends_every_listener(cache: FlightCache) -> None:
    listener = cache.subscribe("flight:x")
    cache.fanout.close()
    assert await listener.wait(1) is None
    assert [note async for note in listener] == []
    assert cache.fanout.count() == 0
