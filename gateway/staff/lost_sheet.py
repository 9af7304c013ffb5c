"""A sheet of found things read: columns by their names in both languages, kinds, colours and places by theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from gateway.staff.lost_keys import ALSO
from gateway.staff.lost_reading import read_item
from gateway.staff.sheets import Record
from gateway.staff.texts import N_
from services.lostfound.schemas.vocabulary import CATEGORIES, COLOURS, Place

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "external_ref": ("编号", "Reference", "外部编号", "序号", "No", "ID"),
    "category": ("类别", "Category", "物品类别", "物品", "Kind"),
    "colours": ("颜色", "Colours", "Colors", "Colour", "Color"),
    "brand": ("品牌", "Brand"),
    "description": ("描述", "Description", "物品描述", "特征描述"),
    "found": ("拾获时间", "Found", "Found at", "拾获日期", "日期"),
    "place": ("拾获地点", "Place", "地点", "Where"),
    "place_note": ("地点备注", "Place note", "位置"),
    "seat": ("座位", "Seat"),
    "shelf": ("货架", "Shelf", "库位"),
    "marks": ("隐藏特征", "Private marks", "私密特征", "Marks"),
    "serial": ("序列号", "Serial number", "Serial"),
    "doc_holder": ("证件姓名", "Name on document"),
    "doc_number": ("证件号码", "Document number"),
    "finder_name": ("拾获人", "Finder"),
    "finder_phone": ("拾获人电话", "Finder phone"),
    "cash": ("现金", "Cash"),
}
"""What each column may be called; the first is the name in the template sheet."""
NEEDED: Final = ("external_ref", "category", "found", "place")
_APART: Final = re.compile(r"[\s、，,;；/]+")
_MOMENT: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:\s+(.+))?")
_MOST_REF: Final = 64


@dataclass(frozen=True)
class ReadRow:
    """number: as the spreadsheet shows it. row: ImportRowSchema; wrong: by column, N_ texts; one of both."""

    number: int
    ref: str
    row: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


def read_rows(
    records: Iterable[Record], now: datetime, zone: ZoneInfo, places: Mapping[str, Place]
) -> list[ReadRow]:
    """Every row, whole or with what is wrong with it; a reference that came before in the sheet is wrong, too."""
    found, seen = [], set()
    for record in records:
        read = _row(record, now, zone, places)
        if read.ref and read.ref in seen:
            read = ReadRow(
                read.number, read.ref, {}, {"external_ref": N_("This reference stands twice.")}, record.values
            )
        seen.add(read.ref)
        found.append(read)
    return found


def _row(record: Record, now: datetime, zone: ZoneInfo, places: Mapping[str, Place]) -> ReadRow:
    values, wrong = record.values, {}
    ref = values["external_ref"].strip()
    if not ref or len(ref) > _MOST_REF:
        wrong["external_ref"] = N_("Every row needs a reference of its own.")
    colours = [_known(_colours(), each) for each in _APART.split(values["colours"].strip()) if each]
    if None in colours:
        wrong["colours"] = N_("A colour of this name isn't known.")
    form = {
        **values,
        "category": _known(_categories(), values["category"]) or "",
        "place": _known(_place_names(tuple(places.items())), values["place"]) or "",
        "colours": " ".join(each for each in colours if each),
        "found": _moment(values["found"]),
    }
    filled = read_item(form, now, zone, places)
    wrong = {**filled.wrong, **wrong}
    if "category" in filled.wrong and values["category"].strip():
        wrong["category"] = N_("No kind of this name is known.")
    if "place" in filled.wrong and values["place"].strip():
        wrong["place"] = N_("No place of this name is known.")
    if not values["found"].strip():
        wrong["found"] = N_("Say when it was found.")
    if filled.item.get("cash"):
        wrong["cash"] = N_("Cash is counted by two: register it at the desk.")
    if wrong:
        return ReadRow(record.number, ref, {}, wrong, values)
    row = {**filled.item, "external_ref": ref}
    if filled.personal:
        row["personal"] = filled.personal
    if values["shelf"].strip():
        row["shelf"] = values["shelf"].strip()
    return ReadRow(record.number, ref, row, {}, values)


def _moment(text: str) -> str:
    """A day with an hour as desks type it; a day without one is the whole day."""
    read = _MOMENT.fullmatch(text.strip())
    if read is None:
        return text.strip()
    day = f"{read[1]}-{int(read[2]):02}-{int(read[3]):02}"
    return f"{day} {read[4]}" if read[4] else f"{day} 00:00-23:59"


def _plain(text: str) -> str:
    return re.sub(r"[\s·・_-]+", "", text.lower())


def _known(names: Mapping[str, str], text: str) -> str | None:
    """The code of what is called so."""
    return names.get(_plain(text)) if text.strip() else None


def _named(things: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    names: dict[str, str] = {}
    for code, zh, en in things:
        for name in (code, zh, en, *_APART.split(zh), *en.split(" or ")):
            names.setdefault(_plain(name), code)
        names[_plain(code)] = code
    for code in dict.fromkeys(names.values()):
        for name in ALSO.get(code, "").split():
            names.setdefault(_plain(name), code)
    return names


@lru_cache(maxsize=1)
def _categories() -> dict[str, str]:
    return _named((each.code, each.zh, each.en) for each in CATEGORIES.values())


@lru_cache(maxsize=1)
def _colours() -> dict[str, str]:
    return _named((each.code, each.zh, each.en) for each in COLOURS.values())


@lru_cache(maxsize=4)
def _place_names(places: tuple[tuple[str, Place], ...]) -> dict[str, str]:
    return _named((code, each.zh, each.en) for code, each in places)
