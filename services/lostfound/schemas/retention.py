"""How long things are kept and what becomes of them then, each rule with its reason and where it is from.

What the Civil Code says (in force since 2021-01-01): a finder gives a lost thing back, tells its owner or hands it to the
police or another authority in charge (art. 314); that authority tells the owner, or publishes a notice in good time
(art. 315); until then the thing is kept with care (art. 316); the owner bears necessary costs of keeping (art. 317);
what nobody claims within a year of the notice belongs to the state (art. 318). Days before the notice, hours of food
and the seven days are this airport's practice: the code names no number of days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

PERISHABLE: Final = "perishable"
DOCUMENTS: Final = "documents"
VALUABLES: Final = "valuables"
STANDARD: Final = "standard"

NOTICE_LASTS: Final = timedelta(days=365)
"""From the published notice until a thing is the state's. Source: Civil Code, art. 318."""


class Step(StrEnum):
    """What is due when a thing has been kept for its time."""

    DESTROY = "destroy"
    POLICE = "police"
    NOTICE = "notice"  # publish one; the year begins
    DISPOSE = "dispose"  # the year of the notice is over


@dataclass(frozen=True)
class Rule:
    """One line of the table. keeps: from registration to `then`; law: what of it the law demands, empty: none of it."""

    code: str
    zh: str
    en: str
    keeps: timedelta
    then: Step
    reason_zh: str
    reason_en: str
    practice: bool
    law_zh: str
    law_en: str


RETENTION: Final = {
    each.code: each
    for each in (
        Rule(
            PERISHABLE,
            "易腐食品",
            "Food and drinks",
            timedelta(hours=24),
            Step.DESTROY,
            "食品易变质，存放超过24小时会影响库房卫生，到期由两人共同销毁。",
            "Food spoils: after 24 hours it is a danger to the store room and is destroyed by two people.",
            True,
            "妥善保管义务：《民法典》第三百一十六条。保管期限为机场惯例。",
            "Duty to keep things with care: Civil Code, art. 316. The 24 hours are practice.",
        ),
        Rule(
            DOCUMENTS,
            "证件、银行卡",
            "Documents and bank cards",
            timedelta(days=7),
            Step.POLICE,
            "证件和银行卡遗失后可能被冒用，7日内无人认领即移交机场公安。",
            "Documents and cards can be misused: whatever isn't fetched within 7 days goes to the airport police.",
            True,
            "送交公安等有关部门：《民法典》第三百一十四条。7日为机场惯例。",
            "Hand over to the police or another authority: Civil Code, art. 314. The 7 days are practice.",
        ),
        Rule(
            VALUABLES,
            "现金、贵重物品",
            "Cash and valuables",
            timedelta(days=7),
            Step.POLICE,
            "现金和贵重物品由两人清点后存入保险柜，7日内无人认领即移交机场公安。",
            "Cash and valuables are counted by two people and locked away; after 7 days they go to the airport police.",
            True,
            "送交公安等有关部门：《民法典》第三百一十四条。7日及双人清点为机场惯例。",
            "Hand over to the police or another authority: Civil Code, art. 314. 7 days and two people are practice.",
        ),
        Rule(
            STANDARD,
            "一般物品",
            "Everything else",
            timedelta(days=90),
            Step.NOTICE,
            "保管90日后发布招领公告；自公告之日起一年内无人认领的，归国家所有，按规定处理。",
            "Kept for 90 days, then a notice is published; what nobody claims within a year of it belongs to the state.",
            False,
            "招领公告：《民法典》第三百一十五条；公告满一年：第三百一十八条。公告前的90日为机场惯例。",
            "Notice: Civil Code, art. 315; the year from it: art. 318. The 90 days before it are practice.",
        ),
    )
}
