"""Colours of the demo's goods: of pictures, and as options that people choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PIL import ImageColor

from deploy.demo.pictures.scene import Colour

# code, colour, Chinese, English
_COLOURS: Final = """
black|#2b2c31|黑色|Black
white|#f4f2ec|白色|White
grey|#8d939b|灰色|Grey
silver|#c3c8cf|银色|Silver
navy|#27395f|藏青|Navy
blue|#3c76b8|蓝色|Blue
sky|#8fbfe0|天蓝|Sky blue
teal|#2f8585|青色|Teal
jade|#6fae98|豆青|Celadon
green|#4d8a57|绿色|Green
olive|#7d8450|橄榄绿|Olive
moss|#3f5a43|墨绿|Dark green
red|#c0392f|红色|Red
crimson|#8f2431|酒红|Burgundy
coral|#e8795f|珊瑚色|Coral
orange|#e38b35|橙色|Orange
amber|#d79b34|琥珀色|Amber
yellow|#efc94c|黄色|Yellow
cream|#f3e6c8|米色|Cream
beige|#d8c3a0|卡其|Beige
brown|#7b5237|棕色|Brown
coffee|#4b3326|咖啡色|Coffee
pink|#eba9b4|粉色|Pink
rose|#cf6d83|玫红|Rose
purple|#7d5f9e|紫色|Purple
lilac|#b9a4d2|浅紫|Lilac
gold|#c9a24f|金色|Gold
"""
COLOURS: Final[Mapping[str, tuple[Colour, str, str]]] = {
    code: (ImageColor.getrgb(value)[:3], zh, en)
    for code, value, zh, en in (line.split("|") for line in _COLOURS.strip().splitlines())
}


def hue(code: str) -> Colour:
    """The colour of a code. Raises KeyError."""
    return COLOURS[code][0]
