"""Characters that are written in more than one way."""

from __future__ import annotations

from typing import Final

APOSTROPHES: Final = str.maketrans("", "", "'’‘`´ʼ·.")
"""Left out: people write Xi'an, Xian and Xi’an."""

_PAIRS = (
    "長长廣广臺台灣湾門门慶庆濟济陽阳陰阴瀋沈濱滨爾尔齊齐寧宁"
    "貴贵蘭兰麗丽雲云滬沪陝陕隴陇龍龙東东華华國国機机場场際际"
    "連连義义烏乌魯鲁鄭郑賓宾韓韩聖圣倫伦紐纽約约馬马來来亞亚"
    "飛飞達达萬万緬缅溫温黃黄張张濰潍嶽岳嶺岭綿绵瀘泸遼辽營营"
    "島岛煙烟臨临鹽盐揚扬無无錫锡蘇苏縣县鳳凤鎮镇灘滩關关屬属"
    "鳥鸟壽寿鶴鹤雞鸡圖图們们莊庄貝贝納纳頓顿錦锦銀银漢汉湯汤"
    "屆届劍剑開开麥麦澤泽線线紅红藍蓝羅罗維维薩萨瑪玛喬乔賽赛"
    "奧奥歐欧蓋盖諾诺蘿萝賀贺盧卢樂乐興兴懷怀欽钦樹树庫库車车"
    "爐炉勞劳畢毕節节銅铜邁迈檳槟嶼屿葉叶詩诗巖岩嚴严蕭萧慄栗"
    "時时間间從从後后"
)
SIMPLIFIED: Final = str.maketrans(_PAIRS[::2], _PAIRS[1::2])
"""Traditional to simplified: the characters in names of places and airlines, and in the words for days."""
