"""Names of people who don't exist: Chinese ones with their pinyin, and some from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from deploy.demo.chance import Luck


@dataclass(frozen=True)
class Called:
    """surname, given: as on the ticket, in capitals. chinese: "" for who has no such name."""

    surname: str
    given: str
    chinese: str
    country: str


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Of "王 WANG, 李 LI"."""
    return tuple((one.split()[0], one.split()[1]) for one in text.split(","))


# By how common they are, roughly: the first come up most.
_SURNAMES: Final = _pairs(
    "李 LI, 王 WANG, 张 ZHANG, 刘 LIU, 陈 CHEN, 杨 YANG, 黄 HUANG, 周 ZHOU, 吴 WU, 谭 TAN, 彭 PENG, 罗 LUO, 唐 TANG, 欧阳 OUYANG, "
    "曾 ZENG, 胡 HU, 肖 XIAO, 谢 XIE, 邓 DENG, 何 HE, 龙 LONG, 向 XIANG, 贺 HE, 易 YI, 毛 MAO, 蒋 JIANG, 曹 CAO, 袁 YUAN, 吕 LYU, 单 SHAN, "
    "任 REN, 翟 ZHAI, 孙 SUN, 马 MA, 朱 ZHU, 徐 XU, 郭 GUO, 林 LIN, 高 GAO, 梁 LIANG, 许 XU, 宋 SONG, 郑 ZHENG, 韩 HAN, 冯 FENG, 董 DONG"
)
_MEN: Final = _pairs(
    "伟 WEI, 强 QIANG, 建国 JIANGUO, 志强 ZHIQIANG, 宇轩 YUXUAN, 浩然 HAORAN, 俊杰 JUNJIE, 子涵 ZIHAN, 文博 WENBO, 明 MING, 海波 HAIBO, "
    "晓东 XIAODONG, 立新 LIXIN, 国平 GUOPING, 天宇 TIANYU, 嘉豪 JIAHAO, 思远 SIYUAN, 鹏 PENG, 峰 FENG, 振华 ZHENHUA, 泽宇 ZEYU, 亮 LIANG, "
    "少华 SHAOHUA, 一鸣 YIMING, 学军 XUEJUN, 新民 XINMIN, 毅 YI, 辉 HUI, 博文 BOWEN, 瑞 RUI"
)
_WOMEN: Final = _pairs(
    "芳 FANG, 敏 MIN, 静 JING, 丽 LI, 雨桐 YUTONG, 婷婷 TINGTING, 欣怡 XINYI, 梓涵 ZIHAN, 秀英 XIUYING, 晓燕 XIAOYAN, 佳怡 JIAYI, 思琪 SIQI, "
    "雅婷 YATING, 玉兰 YULAN, 慧 HUI, 琳 LIN, 诗涵 SHIHAN, 美玲 MEILING, 春梅 CHUNMEI, 若曦 RUOXI, 倩 QIAN, 冬梅 DONGMEI, 颖 YING, 娜 NA, "
    "文静 WENJING, 艳 YAN, 晨曦 CHENXI, 可欣 KEXIN, 安琪 ANQI, 月 YUE"
)
_ABROAD: Final = (
    ("SMITH", "JAMES", "EMMA", "GBR"), ("MUELLER", "LUKAS", "ANNA", "DEU"), ("JOHNSON", "MICHAEL", "SARAH", "USA"),
    ("KIM", "MINJUN", "SEOYEON", "KOR"), ("LEE", "DOYUN", "JIWOO", "KOR"), ("TANAKA", "HIROSHI", "YUKI", "JPN"),
    ("NGUYEN", "VAN AN", "THI LAN", "VNM"), ("SOMCHAI", "NATTAPONG", "KANYA", "THA"), ("TAN", "WEI MING", "HUI LING", "SGP"),
    ("IVANOV", "PETR", "OLGA", "RUS"), ("DUPONT", "LOUIS", "CLAIRE", "FRA"), ("SANTOS", "JOSE", "MARIA", "PHL"),
    ("RAHMAN", "AHMAD", "SITI", "MYS"), ("BROWN", "OLIVER", "CHARLOTTE", "AUS"), ("ROSSI", "MARCO", "GIULIA", "ITA"),
)  # fmt: skip


class Names:
    """Names for one list. Nobody is named twice in a booking."""

    def __init__(self, luck: Luck) -> None:
        self._luck = luck

    def family(self, chinese: bool) -> tuple[str, str, str]:
        """A surname in letters, in characters ("" for none) and the country of its people."""
        if not chinese:
            row = self._luck.one(_ABROAD)
            return row[0], "", row[3]
        # The square draws the common ones more often.
        character, letters = _SURNAMES[int(self._luck.share() ** 2 * len(_SURNAMES))]
        return letters, character, "CHN"

    def person(self, family: tuple[str, str, str], male: bool, taken: set[str]) -> Called:
        """Somebody of this family whose given name is none of `taken`, which it joins."""
        surname, character, country = family
        if not character:
            row = next(row for row in _ABROAD if (row[0], row[3]) == (surname, country))
            given = row[1] if male else row[2]
            # A large family's later children have a middle letter, as on many tickets.
            given = next(
                one for one in [given, *(f"{given} {chr(65 + n)}" for n in range(26))] if one not in taken
            )
            taken.add(given)
            return Called(surname, given, "", country)
        pool = _MEN if male else _WOMEN
        start = self._luck.below(len(pool))
        characters, letters = next(
            pool[(start + step) % len(pool)]
            for step in range(len(pool))
            if pool[(start + step) % len(pool)][1] not in taken
        )
        taken.add(letters)
        return Called(surname, letters, character + characters, country)
