"""Flights as the chat shows them: one as a card, several as lines with links."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from gateway.cache import FlightCache, FlightEntry
from gateway.following import is_over
from gateway.wechat.messages import Card, Text
from gateway.wechat.words import ChatWords
from kernel import clock
from services.airport import Airport

_MOST_LINES: Final = 6


class Cards:
    """Writes them for one airport. base_url: what links begin with."""

    def __init__(self, words: ChatWords, airport: Airport, flights: FlightCache, base_url: str) -> None:
        self._words, self._airport, self._flights, self._base = words, airport, flights, base_url

    def link(self, path: str, **parameters: str) -> str:
        return f"{self._base}{path}" + (f"?{urlencode(parameters)}" if parameters else "")

    def flight(self, entry: FlightEntry, language: str) -> Card:
        """One flight: where, when, terminal, gate, belt, and how old the news is."""
        flight, say = entry.flight, self._words.say
        status = self._words.status(flight["status"], language)
        lines = [
            self._end(flight, "departure", language),
            self._end(flight, "arrival", language),
            self._places(flight, language),
        ]
        if flight["diverted_to"]:
            lines.append(f"{say('diverted_to', language)} {_name(flight['diverted_to']['city'], language)}")
        lines += [self._age(language), self.hint(entry, language)]
        day = "" if entry.day_local == self._flights.today else f"{self.day(entry, language)} "
        return Card(
            f"{flight['number']} {self.way(flight, language)} {day}{status}",
            "\n".join(line for line in lines if line),
            self.link(f"/flights/{flight['id']}"),
        )

    def hint(self, entry: FlightEntry, language: str) -> str:
        """How to follow it; "" once it is over."""
        if is_over(entry.flight, clock.now()):
            return ""
        return self._words.say("follow_hint", language, number=entry.flight["number"])

    def several(self, entries: list[FlightEntry], asked: str, language: str, head: str = "several") -> Text:
        """The first few as lines with links, and where all of them are."""
        lines = [self._words.say(head, language, count=len(entries))]
        lines += [self._line(entry, language) for entry in entries[:_MOST_LINES]]
        if len(entries) > _MOST_LINES:
            lines.append(self._words.say("more", language, url=self.search(asked)))
        return Text("\n".join(lines))

    def search(self, asked: str) -> str:
        """The page of a search."""
        return self.link("/flights/search", q=asked)

    def way(self, flight: dict[str, Any], language: str) -> str:
        here, there = flight["departure"]["airport"], flight["arrival"]["airport"]
        return f"{_name(here['city'], language)} → {_name(there['city'], language)}"

    def day(self, entry: FlightEntry, language: str) -> str:
        return day_words(entry.day_local, language)

    def time(self, entry: FlightEntry) -> str:
        """The best known time here, on the airport's clock."""
        here = entry.flight[entry.direction]
        best = datetime.fromisoformat(here["actual_at"] or here["estimated_at"] or entry.flight["board_at"])
        return f"{best.astimezone(self._airport.zoneinfo):%H:%M}"

    def _line(self, entry: FlightEntry, language: str) -> str:
        flight = entry.flight
        parts = (
            flight["number"],
            self.way(flight, language),
            self.day(entry, language),
            self.time(entry),
            self._words.status(flight["status"], language),
        )
        return f'<a href="{self.link("/flights/" + entry.id)}">{" ".join(parts)}</a>'

    def _end(self, flight: dict[str, Any], side: str, language: str) -> str:
        """One end on its own clock: planned, and what is known better."""
        end, say = flight[side], self._words.say
        zone = ZoneInfo(end["airport"]["zone"] or self._airport.zone)
        base = date.fromisoformat(flight["service_day_local"])
        parts = [
            _name(end["airport"]["city"], language),
            say("departs" if side == "departure" else "arrives", language),
        ]
        if end["scheduled_at"]:
            parts.append(f"{say('scheduled', language)} {_clock(end['scheduled_at'], zone, base)}")
        for key, word in (("actual_at", "actual"), ("estimated_at", "expected")):
            if end[key]:
                if end[key] != end["scheduled_at"]:
                    parts.append(f"{say(word, language)} {_clock(end[key], zone, base)}")
                break
        return " ".join(parts)

    def _places(self, flight: dict[str, Any], language: str) -> str:
        here, say = flight[flight["direction"]], self._words.say
        wanted = [("terminal", here["terminal"])]
        if flight["direction"] == "departure":
            wanted += [("counters", here["check_in_counters"]), ("gate", here["gate"])]
        else:
            wanted += [("belt", here["belt"])]
        return " · ".join(f"{say(word, language)} {value}" for word, value in wanted if value)

    def _age(self, language: str) -> str:
        time = f"{self._flights.as_of.astimezone(self._airport.zoneinfo):%H:%M}"
        return self._words.say("stale" if self._flights.stale else "as_of", language, time=time)


def day_words(day: date, language: str) -> str:
    """6月3日, or 3 Jun."""
    return f"{day.month}月{day.day}日" if language == "zh" else f"{day.day} {_MONTHS[day.month - 1]}"


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _name(names: dict[str, str], language: str) -> str:
    return names[language] or names["en"]


def _clock(text: str, zone: ZoneInfo, base: date) -> str:
    """The time of day there, with the days it lies from the flight's own day."""
    local = datetime.fromisoformat(text).astimezone(zone)
    days = (local.date() - base).days
    return f"{local:%H:%M}" + (f" ({days:+d})" if days else "")
