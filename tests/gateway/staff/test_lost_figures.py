"""The desk in figures: plots that a screen reader reads, the numbers below, the days that are asked for, the file."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from gateway.staff.plots import Share, columns, shares
from kernel import clock
from services.staff.schemas import Role
from tests.gateway.staff.house import House
from tests.unit.lostfound import claims as half

pytestmark = pytest.mark.anyio
PAGE = "/staff/lost/figures"


def returned(house: House) -> None:
    """Two jackets came, one went back."""
    item = half.found(house.lost.uow)
    half.found(house.lost.uow)
    claim = half.claimed(house.lost.uow, item)
    half.decide(house.lost.uow, claim)
    half.hand_over(house.lost.uow, item, half.see(house.lost.uow, claim["id"])["code"])


async def test_what_went_back_is_counted_drawn_and_written(house: House) -> None:
    returned(house)
    async with house.at_work("lin", Role.DESK) as client:
        page = (await client.get(PAGE)).text
        plots = re.findall(r"<svg class=\"plot.*?</svg>", page, re.DOTALL)
        assert len(plots) == 5
        for plot in plots:
            drawing = ET.fromstring(plot)
            assert drawing.get("role") == "img"
            assert [each.tag for each in drawing][:2] == ["title", "desc"]
        assert "Coat or jacket: 1 / 2" in plots[1]
        assert "50%" in page
        assert re.search(r'<th scope="row">Coat or jacket</th>\s*<td[^>]*>2</td>\s*<td[^>]*>1</td>', page)
        file = await client.get(f"{PAGE}?as=csv")
        assert "Coat or jacket,2,1,50%" in file.text
        assert (await client.get(f"{PAGE}?as=xlsx")).content.startswith(b"PK")
    assert [call["action"] for _, method, call, _ in house.rpc.calls if method == "record_action"]


@pytest.mark.parametrize(
    "span", ["from=2026-13-45", "from=2999-01-01", "from=2026-02-01&to=2025-01-01", "from=1999-01-01"]
)
async def test_days_that_cannot_be_are_the_nearest_that_can(span: str, house: House) -> None:
    async with house.at_work("lin", Role.DESK, language="zh") as client:
        answer = await client.get(f"{PAGE}?{span}")
        assert answer.status_code == 200
    (asked, *_) = [call for _, method, call, _ in house.rpc.calls if method == "figures"]
    assert asked["from_day"] <= asked["to_day"]


async def test_days_on_which_nothing_came_say_so(house: House) -> None:
    returned(house)
    long_ago = (clock.now() - timedelta(days=60)).date().isoformat()
    async with house.at_work("lin", Role.DESK) as client:
        page = (await client.get(f"{PAGE}?from={long_ago}&to={long_ago}")).text
        assert "Nothing was registered on these days." in page


def test_plots_say_their_numbers_and_stay_drawings_whatever_they_show() -> None:
    for draw in (shares, columns):
        for items in ([], [Share("<b>&", 0, 0)], [Share(f"week {at}", at * 997, at) for at in range(105)]):
            drawing = ET.fromstring(draw("how <many>", items))
            assert drawing.get("aria-label") == "how <many>"
            for rect in drawing.iter("rect"):
                assert float(rect.get("width", "")) > 0
