"""Why two things match, in words for people. What could help somebody who isn't the owner is not public."""

from __future__ import annotations

from typing import Final

from services.lostfound.matching.facts import Facts, Known
from services.lostfound.matching.lexicon import lexicon
from services.lostfound.matching.pair import Compared
from services.lostfound.matching.terms import Hasher
from services.lostfound.matching.thing import Reason

WORDS_SAID: Final = 4
_PLAIN: Final = (
    # feature, code, zh, en, public
    ("document_same", "same_document", "证件号码相符", "the document's number agrees", False),
    ("serial_same", "same_serial", "序列号相同", "same serial number", False),
    ("name_same", "same_name", "姓名相符", "the name agrees", False),
    ("marks", "same_marks", "只有失主才知道的特征相符", "private marks agree", False),
    ("flight_same", "same_flight", "同一航班", "same flight", True),
    (
        "flight_number",
        "same_flight_number",
        "航班号相同，日期不同",
        "same flight number on another day",
        False,
    ),
    ("seat_same", "same_seat", "同一座位", "same seat", False),
    ("seat_row", "same_row", "同一排座位", "same row of seats", False),
    ("bus_same", "same_bus", "同一班大巴", "same bus", True),
)
_AFTER: Final = (
    ("model_same", "same_model", "型号相同", "same model", False),
    ("inches_same", "same_size", "尺寸相近", "about the same size", False),
    ("detail_same", "same_details", "材质或款式相符", "material or make agrees", False),
    ("place_same", "same_place", "同一地点", "same place", False),
    ("place_within", "same_place", "同一区域", "the same part of the airport", False),
    ("place_next", "near_place", "地点相邻", "places next to each other", False),
    ("place_siblings", "near_place", "同一区域内", "in the same area", False),
    ("place_inside", "same_terminal", "同一航站楼", "same terminal", True),
    ("place_terminal", "same_terminal", "同一航站楼", "same terminal", True),
    ("time_soon", "same_time", "丢失后不久拾得", "found soon after the loss", True),
    ("time_hours", "same_time", "丢失后数小时内拾得", "found within hours of the loss", True),
    ("time_day", "same_time", "丢失后一天内拾得", "found within a day of the loss", True),
    ("time_days", "near_time", "丢失后三天内拾得", "found within three days of the loss", True),
)


def reasons(known: Known, other: Facts, compared: Compared, hasher: Hasher) -> tuple[Reason, ...]:
    """What speaks for a match, the strongest kinds of evidence first."""
    features = compared.features
    found = [Reason(code, zh, en, public) for name, code, zh, en, public in _PLAIN if features.get(name)]
    found += _sameness(known.facts, other, features)
    found += _words(known, compared, hasher)
    found += [Reason(code, zh, en, public) for name, code, zh, en, public in _AFTER if features.get(name)]
    return tuple(found)


def _sameness(one: Facts, other: Facts, features: dict[str, float]) -> list[Reason]:
    found = []
    if features.get("kind_same") or features.get("category_same") or features.get("category_too"):
        found.append(Reason("same_kind", "同类物品", "same kind of thing", True))
    elif features.get("kind_alike"):
        found.append(Reason("near_kind", "相近种类的物品", "a similar kind of thing", True))
    if features.get("colour_same"):
        found.append(Reason("same_colour", "颜色相同", "same colour", True))
    elif features.get("colour_close", 0.0) >= 0.4:
        found.append(Reason("near_colour", "颜色相近", "a similar colour", True))
    if features.get("brand_same"):
        same = [code for code in one.brands if code in other.brands]
        zh, en = lexicon().names.get(f"brand:{same[0]}", ("", ""))
        en = en.upper() if len(en) <= 3 else en.title()
        found.append(
            Reason(
                "same_brand",
                f"品牌相同：{zh}" if zh else "品牌相同",
                f"same brand: {en}" if en else "same brand",
                False,
            )
        )
    return found


def _words(known: Known, compared: Compared, hasher: Hasher) -> list[Reason]:
    zh, en = [], []
    for term, word in known.words.items():
        if term[:2] in ("b:", "y:", "s:") or hasher(term) not in compared.shared:
            continue
        names = lexicon().names.get(term, (word, word))
        if names[0] not in zh:
            zh.append(names[0])
            en.append(names[1])
    if not zh:
        if compared.features.get("words", 0.0) < 1.0:
            return []
        return [Reason("same_words", "描述用词相近", "the descriptions share words", False)]
    said = f"都提到：{'、'.join(zh[:WORDS_SAID])}", f"both mention: {', '.join(en[:WORDS_SAID])}"
    return [Reason("same_words", *said, False)]
