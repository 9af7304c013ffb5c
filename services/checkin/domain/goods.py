"""What nobody may carry, or only in one place: the declaration that is accepted at check-in.

Source: docs/sources/checkin-rules.md, "Dangerous goods".
"""

from __future__ import annotations

from typing import Final

from services.checkin.domain.reasons import Reason

DECLARATION: Final = "2025-06-28"
"""The version of the text: the day since which this wording holds. Another wording is another version."""

GOODS: Final = (
    Reason(
        "power_banks",
        "充电宝和锂电池只能随身携带，不得托运；100瓦时以内可带，100至160瓦时须经航空公司同意且不超过两块，"
        "超过160瓦时或标识不清的禁止携带。国内航班禁止携带无3C标识、标识不清或被召回的充电宝。",
        "Power banks and spare lithium batteries in the cabin only, never in checked bags: up to 100 Wh freely, "
        "100 to 160 Wh with the airline's consent and two at most, none above 160 Wh or without a clear mark. "
        "On domestic flights none without a 3C mark, and none of a recalled batch.",
    ),
    Reason(
        "fire",
        "打火机、火柴、烟花爆竹、汽油、酒精等易燃易爆物品。",
        "Lighters, matches, fireworks, petrol, alcohol and whatever else burns or explodes.",
    ),
    Reason(
        "gas",
        "压缩气体、喷雾罐、氧气瓶（经批准的医用氧气除外）。",
        "Compressed gas, spray cans, oxygen bottles unless approved for medical use.",
    ),
    Reason(
        "harm",
        "腐蚀、有毒、放射、感染性物质和强磁物品。",
        "Corrosive, poisonous, radioactive or infectious matter, and strong magnets.",
    ),
    Reason(
        "weapons",
        "枪支、弹药、管制刀具及其仿制品。",
        "Guns, ammunition, controlled knives, and copies of them.",
    ),
)
