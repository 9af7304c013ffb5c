"""The words of a piece of news: from what was decided, in the reader's language, as WeChat's templates want them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.notify.schemas import NewsKind, NoticeKind

MAX_THING: Final = 20
"""WeChat refuses a longer `thing` (47003). Source: standards.md."""
MAX_CHARACTERS: Final = 32
_PLACE: Final = re.compile(r"\{\{(\w+)\.DATA\}\}")
_NOTHING: Final = "-"
_NOTICES: Final = frozenset(NoticeKind)
MASK: Final = "******"
"""What stands for a code wherever a message is looked at again."""


@dataclass(frozen=True)
class Template:
    """A template of the account: content in WeChat's form, one `label：{{place.DATA}}` a line."""

    key: str
    title: str
    content: str

    def labels(self) -> list[tuple[str, str]]:
        """(label, place) line by line."""
        lines = []
        for line in self.content.splitlines():
            place = _PLACE.search(line)
            if place:
                lines.append((line[: place.start()].strip().rstrip("：:"), place[1]))
        return lines


@dataclass(frozen=True)
class Words:
    """One kind of message in one language."""

    template: Template
    fields: Mapping[str, str]
    notes: Mapping[str, str]


@dataclass(frozen=True)
class Wording:
    """All kinds in all languages: by (kind, language)."""

    words: Mapping[tuple[str, str], Words]

    def fill(
        self, kind: str, language: str, role: str, said: dict[str, Any]
    ) -> tuple[Template, dict[str, str]]:
        """The template and the value of each of its places.

        said: what `news_words` or `Notice.said` made; a code is masked unless `with_code` put it in.
        """
        words = self.words[kind, language]
        if kind in _NOTICES:
            shown, wanted = _noticed(said, language), said["variant"]
        else:
            shown, wanted = _shown(said, language), role
        shown["note"] = words.notes.get(wanted, words.notes["all"]).format_map(shown)
        return words.template, {
            place: _fitting(place, pattern.format_map(shown)) for place, pattern in words.fields.items()
        }

    def lines(
        self, kind: str, language: str, role: str, said: dict[str, Any]
    ) -> tuple[str, list[dict[str, str]]]:
        """Title and lines as people read them."""
        template, values = self.fill(kind, language, role, said)
        return template.title, [
            {"label": label, "value": values[place]} for label, place in template.labels()
        ]


def news_words(kind: NewsKind, flight: dict[str, Any]) -> dict[str, Any]:
    """What of a flight is said in news of this kind; JSON-ready, kept with the news.

    flight: flights.schemas.FlightSchema as JSON.
    """
    departing = flight["direction"] == "departure"
    side = "arrival" if kind in (NewsKind.LANDED, NewsKind.BELT) else "departure" if departing else "arrival"
    if kind is NewsKind.DEPARTED:
        side = "departure"
    here = flight[side]
    scheduled = here.get("scheduled_at") or flight["board_at"]
    return {
        "number": flight["number"],
        "from": _name(flight["departure"]["airport"]),
        "to": _name(flight["arrival"]["airport"]),
        "zone": here["airport"]["zone"],
        "scheduled_at": scheduled,
        "time_at": here.get("actual_at") or here.get("estimated_at") or scheduled,
        "gate": flight["departure"].get("gate") or "",
        "belt": flight["arrival"].get("belt") or "",
        "place": _name(flight["diverted_to"]) if flight.get("diverted_to") else None,
    }


def with_code(said: dict[str, Any], code: str) -> dict[str, Any]:
    """The same with the code in clear: for the message that leaves, and for nothing else."""
    return said | {"words": said["words"] | {"code": code}}


def _noticed(said: dict[str, Any], language: str) -> dict[str, str]:
    zone = ZoneInfo(said["zone"])
    shown = {"code": MASK}
    for name, text in said["words"].items():
        shown[name] = text if isinstance(text, str) else text[language] or text["zh"]
    for name, at in said["instants"].items():
        shown[name] = _local(datetime.fromisoformat(at), zone, language)
        shown[f"{name}_clock"] = f"{datetime.fromisoformat(at).astimezone(zone):%H:%M}"
    for name, fen in said["amounts_fen"].items():
        shown[name] = f"¥{fen // 100}.{fen % 100:02d}"
    if "from" in shown:
        shown["ride"] = _between(shown["from"], shown["to"])
    return shown


def _between(origin: str, destination: str) -> str:
    """Both names in one `thing`: the longer one is cut first."""
    room = MAX_THING - 1
    if len(origin) + len(destination) > room:
        half = room // 2
        first = max(half, room - len(destination))
        origin = _cut(origin, first)
        destination = _cut(destination, room - len(origin))
    return f"{origin}→{destination}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _name(airport: dict[str, Any]) -> dict[str, str]:
    return {"iata": airport["iata"], "zh": airport["city"]["zh"], "en": airport["city"]["en"]}


def _shown(said: dict[str, Any], language: str) -> dict[str, str]:
    zone = ZoneInfo(said["zone"])
    scheduled, time = (datetime.fromisoformat(said[name]) for name in ("scheduled_at", "time_at"))
    place = said["place"]
    return {
        "number": said["number"],
        "route": _route(said, language),
        "scheduled": _local(scheduled, zone, language),
        "time": _local(time, zone, language),
        "gate": said["gate"] or _NOTHING,
        "belt": said["belt"] or _NOTHING,
        "place": place[language] if place else "",
        "change": _change(round((time - scheduled).total_seconds() / 60), language),
    }


def _route(said: dict[str, Any], language: str) -> str:
    named = f"{said['from'][language]}–{said['to'][language]}"
    return named if len(named) <= MAX_THING else f"{said['from']['iata']}–{said['to']['iata']}"


def _local(at: datetime, zone: ZoneInfo, language: str) -> str:
    local = at.astimezone(zone)
    if language == "zh":
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"


def _change(late: int, language: str) -> str:
    if abs(late) < 15:
        return "恢复正点" if language == "zh" else "Back on schedule"
    hours, minutes = divmod(abs(late), 60)
    if language == "zh":
        span = (f"{hours}小时" if hours else "") + (f"{minutes}分钟" if minutes else "")
        return f"{'延误' if late > 0 else '提前'}{span}"
    span = " ".join(filter(None, [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]))
    return f"Delayed {span}" if late > 0 else f"Earlier: {span}"


def _fitting(place: str, text: str) -> str:
    """The text as this kind of place takes it: cut where it is too long, never empty."""
    if place.startswith("thing"):
        text = " ".join(text.split())
        return _cut(text, MAX_THING) or _NOTHING
    if place.startswith("character_string"):
        plain = "".join(character for character in text if " " <= character <= "~")
        return plain[:MAX_CHARACTERS].strip() or _NOTHING
    return text
