"""Timetables for tests."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from deploy.demo.bus import demo_feed
from services.bus.domain import Timetable
from services.bus.gtfs import write_feed

MONDAY = date(2026, 11, 23)
HERE = ZoneInfo("Asia/Shanghai")
FEED = demo_feed(MONDAY)
TIMETABLE = Timetable(FEED)
ARCHIVE = write_feed(FEED)


def local(text: str, day: date = MONDAY) -> datetime:
    """An instant from airport-local "08:30"; hours may pass 24."""
    hours, minutes = (int(part) for part in text.split(":"))
    midnight = datetime(day.year, day.month, day.day, tzinfo=HERE)
    return (midnight + timedelta(hours=hours, minutes=minutes)).astimezone(UTC)


def edited(file: str, change: Callable[[str], str], archive: bytes = ARCHIVE) -> bytes:
    """The archive with one file's text changed; "" takes the file out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(packed, "w") as new:
        texts = {name: old.read(name).decode("utf-8-sig") for name in old.namelist()}
        texts[file] = change(texts.get(file, ""))
        for name, text in texts.items():
            if text:
                new.writestr(name, text)
    return packed.getvalue()


def reordered(archive: bytes) -> bytes:
    """The same feed as another program would write it: rows and columns in other orders, a byte order mark."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in reversed(old.namelist()):
            lines = csv.reader(io.StringIO(old.read(name).decode(), newline=""))
            header, *rows = ([*reversed(line)] for line in lines)
            text = io.StringIO()
            csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header, *reversed(rows)])
            new.writestr(name, b"\xef\xbb\xbf" + text.getvalue().encode())
    return packed.getvalue()
