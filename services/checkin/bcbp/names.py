"""Names as boarding passes have them: SURNAME/GIVEN in A to Z, at most 20 letters.

Source: docs/sources/boarding-pass.md, "Names".
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from services.checkin.bcbp.errors import BcbpError
from services.checkin.bcbp.fields import NAME_WIDTH

# Surnames of two characters: the rest of a full name is what was given.
_DOUBLE_WRITTEN: Final = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 "
    "公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 "
    "拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 "
    "公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 淳于 完颜 爱新觉罗 歐陽 司馬 東方 諸葛 尉遲 長孫"
)
_DOUBLE: Final = frozenset(_DOUBLE_WRITTEN.split())
# Characters that sound otherwise as a surname than in other words.
_SURNAMES: Final = {
    "万俟": "moqi", "尉迟": "yuchi", "尉遲": "yuchi", "单": "shan", "單": "shan", "单于": "chanyu", "曾": "zeng",
    "解": "xie", "仇": "qiu", "查": "zha", "朴": "piao", "翟": "zhai", "区": "ou", "區": "ou", "任": "ren",
    "华": "hua", "華": "hua", "盖": "ge", "蓋": "ge", "乐": "yue", "樂": "yue", "覃": "qin", "缪": "miao",
    "繆": "miao", "宁": "ning", "折": "she", "黑": "he", "洗": "xian", "冼": "xian", "员": "yun", "員": "yun",
    "逄": "pang", "秘": "bi", "种": "chong", "纪": "ji", "應": "ying", "应": "ying", "卜": "bu", "葛": "ge",
    "燕": "yan", "隗": "wei", "澹台": "tantai", "长孙": "zhangsun", "長孫": "zhangsun", "乜": "nie", "召": "shao",
    "令狐": "linghu", "亓官": "qiguan", "都": "du", "么": "yao", "适": "kuo", "费": "fei", "費": "fei", "过": "guo",
}  # fmt: skip
# Letters that don't come apart into one of A to Z and an accent. ICAO Doc 9303-3, table 6.
_LETTERS: Final = str.maketrans({
    "Æ": "AE", "Œ": "OE", "Ø": "OE", "Å": "AA", "Ä": "AE", "Ö": "OE", "ß": "SS", "ẞ": "SS", "Þ": "TH", "Ð": "D",
    "Đ": "D", "Ł": "L", "Ħ": "H", "Ŋ": "N", "Ŧ": "T", "ı": "I", "Ü": "UE",
})  # fmt: skip
# What isn't read aloud goes; what joins two names is a blank.
_SILENT: Final = str.maketrans(
    {"'": "", "’": "", "`": "", ".": "", "-": " ", "‐": " ", "–": " ", "·": " ", "•": " "}
)
_CHINESE: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


def passenger_name(surname: str, given: str = "", pinyin: str = "") -> str:
    """The name as a pass has it.

    surname alone may be a Chinese full name ("欧阳娜娜"), which is parted after its surname, or "SURNAME/GIVEN".
    pinyin: how the bearer writes a Chinese name in Latin letters, best as the passport has it: used as it is.
    Longer names are cut: first what was given, down to its first letter, then the surname.
    Raises BcbpError for a name that can't be written with A to Z.
    """
    if pinyin.strip():
        surname, given = pinyin, ""
    if not given and "/" in surname:
        surname, _, given = surname.partition("/")
    if not given and _CHINESE.search(surname):
        surname, given = split_chinese(surname)
    first, second = latin(surname, is_surname=True), latin(given)
    if not first:
        raise BcbpError("name", 2, "no surname in letters of A to Z")
    if not second:
        return first[:NAME_WIDTH].rstrip()
    first = first[: NAME_WIDTH - 2].rstrip()
    return f"{first}/{second}"[:NAME_WIDTH].rstrip()


def split_chinese(name: str) -> tuple[str, str]:
    """Surname and given name of a Chinese full name; surnames of two characters are known.

    Of a name with a dot (尼格买提·热合曼), what stands before the dot goes first.
    """
    name = "".join(name.split())
    first, dot, second = re.sub("[•・‧.]", "·", name).partition("·")
    if dot:
        return first, second
    double = next((size for size in (4, 2) if len(name) > size and name[:size] in _DOUBLE), 1)
    return name[:double], name[double:]


def latin(text: str, is_surname: bool = False) -> str:
    """A name in capitals A to Z with single blanks; Chinese in pinyin, written together as passports do.

    Raises BcbpError for letters of other scripts: how they are written is for their bearer to say.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if _CHINESE.search(text):
        text = _pinyin(text, is_surname)
    raised = unicodedata.normalize("NFC", text).translate(_SILENT).upper().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", raised) if not unicodedata.combining(c))
    words = " ".join(plain.split())
    if re.search(r"[^A-Z ]", words):
        raise BcbpError("name", 2, "a letter that can't be written with A to Z")
    return words


def _pinyin(text: str, is_surname: bool) -> str:
    # its tables take a moment to load: only who meets a Chinese name waits for them
    from pypinyin import Style, lazy_pinyin

    if is_surname and text in _SURNAMES:
        return _SURNAMES[text]
    syllables = lazy_pinyin(text, style=Style.NORMAL, v_to_u=False)
    # passports write 吕 as LYU since 2012
    return "".join(syllable.replace("v", "yu").replace("ü", "yu") for syllable in syllables)
