"""Where a location message says that somebody is, on the globe that stops are measured on."""

from __future__ import annotations

import math
from typing import Final

_AXIS_M: Final = 6378245.0
_ECCENTRICITY: Final = 0.00669342162296594323
"""Krasovsky's ellipsoid, which the shift is defined on."""


def wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees of WGS 84 for what a Chinese map shows (GCJ-02); elsewhere both are the same.

    WeChat tells places as its map has them, which in China is some 500 m off. Turned back to within a few metres.
    Source: docs/sources/wechat.md, "Locations".
    """
    if not (0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347):
        return latitude, longitude
    north, east = _shift(latitude, longitude)
    return latitude - north, longitude - east


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    x, y = longitude - 105.0, latitude - 35.0
    root = math.sqrt(abs(x))
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    angle = latitude / 180.0 * math.pi
    magic = 1 - _ECCENTRICITY * math.sin(angle) ** 2
    north = north * 180.0 / (_AXIS_M * (1 - _ECCENTRICITY) / (magic * math.sqrt(magic)) * math.pi)
    east = east * 180.0 / (_AXIS_M / math.sqrt(magic) * math.cos(angle) * math.pi)
    return north, east
