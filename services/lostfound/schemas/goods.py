"""What gets lost: kinds of things and their colours. Codes stay for ever; words may be bettered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.lostfound.schemas.retention import DOCUMENTS, PERISHABLE, STANDARD, VALUABLES


@dataclass(frozen=True)
class Group:
    """Categories that a form shows together."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Category:
    """A kind of thing. rule: of RETENTION; listed: shown in the public list, in which nothing may stand that
    somebody else could profit from; valuable: counted by two people unless the desk says otherwise."""

    code: str
    group: str
    zh: str
    en: str
    rule: str = STANDARD
    listed: bool = True
    valuable: bool = False


@dataclass(frozen=True)
class Colour:
    code: str
    zh: str
    en: str
    hex: str


GROUPS: Final = {
    each.code: each
    for each in (
        Group("documents", "证件", "Documents"),
        Group("money", "钱款卡包", "Money, cards and wallets"),
        Group("electronics", "电子产品", "Electronics"),
        Group("bags", "箱包", "Bags and luggage"),
        Group("clothing", "衣物鞋帽", "Clothing and shoes"),
        Group("valuables", "珠宝钟表", "Jewellery and watches"),
        Group("personal", "随身物品", "Personal items"),
        Group("health", "药品与辅具", "Medicine and aids"),
        Group("reading", "书籍文件", "Books and papers"),
        Group("children", "儿童用品", "For children"),
        Group("leisure", "文体用品", "Music and sport"),
        Group("food", "食品烟酒", "Food, drinks and tobacco"),
        Group("other", "其他", "Other"),
    )
}

CATEGORIES: Final = {
    each.code: each
    for each in (
        Category("passport", "documents", "护照", "Passport", DOCUMENTS, listed=False),
        Category("id_card", "documents", "居民身份证", "Identity card", DOCUMENTS, listed=False),
        Category(
            "travel_permit",
            "documents",
            "港澳台通行证、居留证件",
            "Travel or residence permit",
            DOCUMENTS,
            listed=False,
        ),
        Category("licence", "documents", "驾驶证、行驶证", "Driving licence", DOCUMENTS, listed=False),
        Category("other_document", "documents", "其他证件", "Other document", DOCUMENTS, listed=False),
        Category("cash", "money", "现金", "Cash", VALUABLES, listed=False, valuable=True),
        Category("bank_card", "money", "银行卡、交通卡", "Bank or travel card", DOCUMENTS, listed=False),
        Category("wallet", "money", "钱包、卡包", "Wallet or card holder", STANDARD, listed=False),
        Category("phone", "electronics", "手机", "Mobile phone"),
        Category("computer", "electronics", "笔记本电脑", "Laptop"),
        Category("tablet", "electronics", "平板电脑、电子书", "Tablet or e-reader"),
        Category("headphones", "electronics", "耳机", "Headphones"),
        Category("camera", "electronics", "相机、无人机", "Camera or drone"),
        Category("power_bank", "electronics", "充电宝", "Power bank"),
        Category("charger", "electronics", "充电器、数据线", "Charger or cable"),
        Category("other_electronics", "electronics", "其他电子产品", "Other electronics"),
        Category("suitcase", "bags", "行李箱", "Suitcase"),
        Category("backpack", "bags", "双肩包", "Backpack"),
        Category("handbag", "bags", "手提包、公文包", "Handbag or briefcase"),
        Category("travel_bag", "bags", "旅行袋", "Travel bag"),
        Category("shopping_bag", "bags", "购物袋、礼品袋", "Shopping or gift bag"),
        Category("coat", "clothing", "外套、羽绒服", "Coat or jacket"),
        Category("clothing", "clothing", "其他衣物", "Other clothing"),
        Category("hat", "clothing", "帽子", "Hat or cap"),
        Category("scarf", "clothing", "围巾、手套", "Scarf or gloves"),
        Category("shoes", "clothing", "鞋", "Shoes"),
        Category("belt", "clothing", "皮带", "Belt"),
        Category("jewellery", "valuables", "首饰", "Jewellery", VALUABLES, listed=False, valuable=True),
        Category(
            "watch", "valuables", "手表、手环", "Watch or wristband", VALUABLES, listed=False, valuable=True
        ),
        Category("keys", "personal", "钥匙", "Keys"),
        Category("glasses", "personal", "眼镜、太阳镜", "Glasses or sunglasses"),
        Category("umbrella", "personal", "雨伞", "Umbrella"),
        Category("cup", "personal", "水杯、保温杯", "Bottle or flask"),
        Category("cosmetics", "personal", "化妆品、洗漱用品", "Cosmetics or toiletries"),
        Category("pillow", "personal", "颈枕、毯子", "Neck pillow or blanket"),
        Category("medicine", "health", "药品", "Medicine"),
        Category(
            "medical_aid", "health", "助听器、假牙、拐杖等辅具", "Hearing aid, denture, cane or other aid"
        ),
        Category("wheelchair", "health", "轮椅", "Wheelchair"),
        Category("book", "reading", "书籍", "Book"),
        Category("papers", "reading", "文件资料", "Papers"),
        Category("toy", "children", "玩具", "Toy"),
        Category("pram", "children", "婴儿车、儿童座椅", "Pram or child seat"),
        Category("baby_things", "children", "母婴用品", "Baby things"),
        Category("instrument", "leisure", "乐器", "Musical instrument"),
        Category("sports", "leisure", "运动器材", "Sports gear"),
        Category("food", "food", "食品、生鲜", "Food", PERISHABLE, listed=False),
        Category("drink", "food", "饮料", "Drinks", PERISHABLE, listed=False),
        Category("alcohol", "food", "酒", "Wine or spirits"),
        Category("tobacco", "food", "香烟、打火机", "Tobacco or lighter"),
        Category("tool", "other", "工具、刀具", "Tool or knife"),
        Category("other", "other", "其他物品", "Something else"),
    )
}

COLOURS: Final = {
    each.code: each
    for each in (
        Colour("black", "黑色", "black", "#1a1a1a"),
        Colour("white", "白色", "white", "#ffffff"),
        Colour("grey", "灰色", "grey", "#8a8f98"),
        Colour("silver", "银色", "silver", "#c9ced6"),
        Colour("gold", "金色", "gold", "#c9a227"),
        Colour("red", "红色", "red", "#c8102e"),
        Colour("pink", "粉色", "pink", "#f4a6c0"),
        Colour("orange", "橙色", "orange", "#f0801a"),
        Colour("yellow", "黄色", "yellow", "#f5d13b"),
        Colour("beige", "米色", "beige", "#e5d3b3"),
        Colour("brown", "棕色", "brown", "#7b4a2b"),
        Colour("green", "绿色", "green", "#2e8b57"),
        Colour("blue", "蓝色", "blue", "#2563c9"),
        Colour("navy", "藏青色", "navy", "#1b2a4e"),
        Colour("purple", "紫色", "purple", "#7a4fa3"),
        Colour("transparent", "透明", "transparent", "#eef3f6"),
        Colour("patterned", "花色、多色", "patterned", "#d9d9d9"),
    )
}
