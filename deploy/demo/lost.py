"""What lies in the demo's lost and found: things at both desks, and what people who called miss. All of it is made up.

A thing's days say how long ago it was found, so that some are due for the police, a notice or the bin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final


@dataclass(frozen=True)
class Lying:
    """A found thing. hours: ago; marks: what only its owner could tell."""

    reference: str
    desk: str
    shelf: str
    category: str
    colours: tuple[str, ...]
    brand: str
    description: str
    place: str
    hours: float
    marks: str = ""

    def row(self, now: datetime) -> dict[str, Any]:
        """ImportRowSchema. now: the airport's time."""
        at = now - timedelta(hours=self.hours)
        row: dict[str, Any] = {
            "external_ref": self.reference,
            "category": self.category,
            "colours": list(self.colours),
            "brand": self.brand,
            "description": self.description,
            "found_from": (at - timedelta(minutes=40)).isoformat(),
            "found_to": at.isoformat(),
            "place": self.place,
            "shelf": self.shelf,
        }
        return row | {"personal": {"marks": self.marks}} if self.marks else row


@dataclass(frozen=True)
class Missed:
    """What somebody who called misses. hours: ago; for as long before it may have been lost."""

    reference: str
    language: str
    category: str
    colours: tuple[str, ...]
    brand: str
    description: str
    places: tuple[str, ...]
    hours: float
    marks: str
    caller: str
    phone: str

    def loss(self, now: datetime) -> dict[str, Any]:
        """LossSchema. now: the airport's time."""
        same = {name: getattr(self, name) for name in ("category", "brand", "description")}
        return same | {
            "colours": list(self.colours),
            "places": list(self.places),
            "lost_from": (now - timedelta(hours=self.hours + 3)).isoformat(),
            "lost_to": (now - timedelta(hours=self.hours)).isoformat(),
        }

    def private(self) -> dict[str, Any]:
        """ReportPrivateSchema."""
        return {"marks": self.marks, "contact": {"name": self.caller, "phone": self.phone, "email": ""}}


# desk|shelf|category|colours|brand|description|place|hours ago|marks
_LYING: Final = """
t2|A-1|backpack|black,grey|小米|双肩电脑包，侧袋有雨伞|T2-SECURITY|3|内袋缝着一枚红色平安扣
t2|A-1|coat|navy|波司登|女款轻薄羽绒服，连帽|T2-GATE-34|5|左袖口内侧有一处缝补
t2|保险柜|phone|black|Huawei|手机，透明保护壳，锁屏|T2-GATE-28|6|壳内夹着一张合影
t2|A-2|headphones|white|Apple|无线耳机，充电盒有划痕|T2-GATE-31|8|盒底刻着两个字母
t2|A-2|umbrella|blue|天堂|三折自动伞|T2-ARRIVALS|9|
t2|B-1|suitcase|silver|Samsonite|20寸登机箱，四轮，一轮磨损|T2-BELT-8|11|箱内最上面是一条格子围巾
t2|A-3|glasses|gold|近视镜，棕色镜盒||T2-SECURITY|13|镜腿内侧有配镜店的名字
t2|A-3|cup|green|膳魔师|保温杯，杯盖有凹痕|T2-GATE-40|14|
t2|保险柜|wallet|brown|Fossil|男士短款钱夹，内有卡片|T2-SHOPS|20|夹层里有一张旧电影票
t2|A-2|scarf|red,beige|羊毛格子围巾||T2-CHECKIN|22|一角绣着名字的缩写
t2|A-2|hat|black|MLB|棒球帽，白色字母|T2-GATE-26|26|
t2|冷藏柜|food||绝味|鸭脖礼盒，真空装|T2-SECURITY|27|
t2|保险柜|watch|silver|Casio|电子表，金属表带|T2-SECURITY|29|表背刻有日期
t2|A-3|power_bank|white|Anker|充电宝 20000mAh|T2-SECURITY|31|
t2|A-3|book|blue||英文小说，书签在中间|T2-LOUNGE|44|扉页有一句赠言
t2|B-1|pram|grey|Babyzen|折叠婴儿车，杯架缺失|T2-GATE-22|47|车篓里有一只布兔子
t2|A-2|toy|brown||毛绒小熊，系蓝色丝带|T2-NURSERY|50|左脚掌缝过一颗扣子
t2|A-1|computer|silver|Apple|笔记本电脑，灰色内胆包|T2-SECURITY|52|键盘右侧贴着一张小贴纸
t2|A-3|keys|silver||一串四把钥匙，挂一只铜铃|T2-PARKING|60|其中一把缠着红线
t2|A-2|pillow|purple|Muji|U形颈枕|T2-GATE-37|70|
t2|保险柜|jewellery|gold|周大福|细链项链，坠子为小鱼|T2-TOILET|75|搭扣换过
t2|A-3|medicine|white||降压药一盒，分装盒|T2-GATE-45|96|
t2|A-1|travel_bag|black|Nike|圆筒运动包，内有球鞋|T2-BUS-STOP|120|鞋带是两种颜色
t2|B-1|instrument|brown||尤克里里，黑色琴包|T2-GATE-29|150|琴包里有三枚拨片
t1|A-1|coat|black|Zara|男款毛呢大衣|T1-SECURITY|4|内袋里有一张干洗票
t1|A-2|tablet|grey|Apple|平板电脑，蓝色折叠套|T1-GATE-12|7|套子内侧写着一个电话尾号
t1|A-2|umbrella|transparent||长柄透明雨伞|T1-KERB|10|
t1|A-3|glasses|black|Ray-Ban|太阳镜，皮盒|T1-GATE-6|16|
t1|保险柜|phone|pink|OPPO|手机，卡通壳|T1-CHECKIN|19|壳上有一处烫痕
t1|A-1|handbag|beige|Coach|女士手提包，内有化妆品|T1-TOILET|24|拉链头系着一条丝巾
t1|A-3|camera|black|Canon|微单相机，18-45镜头|T1-SHOPS|33|背带上缝着布标
t1|A-2|shoes|white|Adidas|儿童运动鞋一双，29码|T1-BAGGAGE|40|
t1|B-1|suitcase|red|小米|24寸拉杆箱，红色行李带|T1-BELT-2|55|箱内有一本相册
t1|A-3|headphones|black|Sony|头戴式耳机，灰色收纳盒|T1-GATE-9|130|收纳盒里有一张登机牌
t1|A-2|cup|silver|Starbucks|随行杯|T1-LOUNGE|400|
t1|A-1|clothing|grey|Uniqlo|连帽卫衣，M码|T1-GATE-14|2300|
t1|A-2|umbrella|red||儿童伞，小黄鸭图案|T1-ARRIVALS|2400|
"""
_ON_BOARD: Final = (
    ("headphones", ("black",), "Bose", "降噪耳机，在前排座椅口袋", "内衬上有一道口红印"),
    ("tablet", ("silver",), "Huawei", "平板电脑，带手写笔", "背面贴着一张地图贴纸"),
    ("book", ("green",), "", "德语旅行指南，折角很多", "第90页写着一个地址"),
    ("scarf", ("purple",), "", "真丝方巾", "一角有咖啡渍"),
)
ON_BOARD: Final = len(_ON_BOARD)
_MISSED: Final = (
    Missed("R1", "en", "coat", ("navy",), "Bosideng", "Women's light down jacket with a hood, dark blue",
           ("T2-GATE-34", "T2-SECURITY"), 4, "mended inside the left cuff", "Jane Harris", "+44 20 7946 0018"),
    Missed("R2", "zh", "headphones", ("black",), "索尼", "头戴式降噪耳机，装在灰色盒子里",
           ("T1-GATE-9",), 129, "盒子里夹着登机牌", "李女士", "13900139001"),
    Missed("R3", "zh", "keys", ("silver",), "", "一串家门钥匙，上面有铃铛", ("T2-PARKING",), 58,
           "有一把缠了红线", "王先生", "13900139002"),
    Missed("R4", "en", "camera", ("black",), "Fujifilm", "Mirrorless camera with a brown leather strap",
           ("T2-GATE-31", "METRO"), 30, "a dent beside the viewfinder", "Tom Becker", "+49 30 901820"),
    Missed("R5", "zh", "toy", ("brown",), "", "孩子的毛绒熊，系着丝带", ("T2-NURSERY", "T2-GATE-22"), 48,
           "脚掌上补过一颗扣子", "赵女士", "13900139003"),
)  # fmt: skip


def lying() -> Iterator[Lying]:
    """What lies at the desks."""
    for at, line in enumerate(_LYING.strip().splitlines(), 1):
        yield _read(f"DEMO-{at:03}", line)


def missed() -> tuple[Missed, ...]:
    """What people who called miss."""
    return _MISSED


def on_board(flight_ids: list[str], now: datetime) -> list[dict[str, Any]]:
    """What was found in these aircraft, as their airlines register it: LostItemSchema. now: the airport's time."""
    found = []
    for flight_id, (category, colours, brand, description, marks) in zip(flight_ids, _ON_BOARD, strict=False):
        thing = {"category": category, "colours": list(colours), "brand": brand, "description": description}
        found.append(
            {
                "reference": f"DEMO-{flight_id}",
                "flight_id": flight_id,
                "found_from": (now - timedelta(minutes=20)).isoformat(),
                "private": {"marks": marks},
                **thing,
            }
        )
    return found


def _read(reference: str, line: str) -> Lying:
    """A line of the table."""
    desk, shelf, category, colours, brand, description, place, hours, marks = line.split("|")
    dyes = tuple(colours.split(",")) if colours else ()
    return Lying(reference, desk, shelf, category, dyes, brand, description, place, float(hours), marks)
