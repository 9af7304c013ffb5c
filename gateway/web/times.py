"""Instants as a reader sees them: the clock of the place they belong to, with the day offset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from gateway.web.texts import N_, Texts

_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


@dataclass(frozen=True)
class Moment:
    """One instant at one place."""

    at: datetime
    clock: str
    """`08:05` on the clocks of the place"""
    offset: int
    """days between the reader's base day and the local day of the instant; 1 is the next day"""
    iso: str
    """with the place's offset, for <time datetime>"""

    @property
    def mark(self) -> str:
        """The day offset as boards write it: `+1`, `−1`, or nothing on the same day."""
        return f"{'+' if self.offset > 0 else '−'}{abs(self.offset)}" if self.offset else ""


def instant(value: str | None) -> datetime | None:
    """An instant of a flight document, aware; None stays None."""
    return datetime.fromisoformat(value) if value else None


def moment(value: str | datetime | None, zone: tzinfo, base: date) -> Moment | None:
    """`value` on the clocks of `zone`, with its distance in days from `base`."""
    at = instant(value) if isinstance(value, str) else value
    if at is None:
        return None
    local = at.astimezone(zone)
    return Moment(at, f"{local:%H:%M}", (local.date() - base).days, local.isoformat(timespec="minutes"))


def zone_note(zone: ZoneInfo, home: ZoneInfo, at: datetime) -> str:
    """`UTC+9` when the clocks of `zone` differ from those of `home` at `at`, else nothing."""
    offset, here = at.astimezone(zone).utcoffset(), at.astimezone(home).utcoffset()
    if offset is None or offset == here:
        return ""
    minutes = int(offset.total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes >= 0 else '−'}{hours}" + (f":{rest:02d}" if rest else "")


def day_words(t: Texts, day: date, today: date) -> str:
    """`Today`, `Tomorrow`, `Yesterday`, or the day of the week."""
    near = {-1: N_("Yesterday"), 0: N_("Today"), 1: N_("Tomorrow")}
    return t(near.get((day - today).days) or _WEEKDAYS[day.weekday()])


def date_words(t: Texts, day: date) -> str:
    """The date as the language writes it on a tab: `11月23日` or `23 Nov`."""
    if t.language == "zh":
        return f"{day.month}月{day.day}日"
    return f"{day.day} {day:%b}"


def span_words(t: Texts, minutes: int) -> str:
    """A span of time: `45 min`, `2 h`, `2 h 15 min`."""
    hours, rest = divmod(abs(minutes), 60)
    if not hours:
        return t("%(minutes)d min", minutes=rest)
    if not rest:
        return t("%(hours)d h", hours=hours)
    return t("%(hours)d h %(minutes)d min", hours=hours, minutes=rest)


def age_words(t: Texts, seconds: float) -> str:
    """How long ago, in words a traveller uses."""
    if seconds < 60:
        return t("just now")
    if seconds < 86_400:
        return t("%(span)s ago", span=span_words(t, int(seconds // 60)))
    return t.plural("%(n)d day ago", "%(n)d days ago", int(seconds // 86_400))


def full_date(t: Texts, day: date) -> str:
    """A day with its year: `2026年11月23日`, `23 Nov 2026`."""
    if t.language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%b %Y}"


def when_words(t: Texts, value: str | datetime, zone: tzinfo) -> str:
    """An instant long past or to come, in full: `2026年11月23日 16:05`, `23 Nov 2026, 16:05`."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = at.astimezone(zone)
    return f"{full_date(t, local.date())}{' ' if t.language == 'zh' else ', '}{local:%H:%M}"
