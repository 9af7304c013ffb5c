"""Desks: those of a new airport, and those that are added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from services.lostfound.store import Desk
from services.lostfound.usecases.looking import desk_view
from services.lostfound.usecases.shared import Place, Tx, Work, once

_SHELVES: Final = (
    *(f"{row}-{number}" for row in "ABCD" for number in range(1, 6)),
    "保险柜",
    "冷藏柜",
)
"""Of a desk that nobody described: racks, the safe for what is precious, the fridge for food."""


def add_desk(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """DeskResultSchema. Raises UnknownPlace."""
    place.refuse_unknown(request["place"])
    desk = Desk(
        request["desk_id"],
        request["name_zh"],
        request["name_en"],
        request["place"],
        tuple(dict.fromkeys(request["shelves"])),
    )

    def work(tx: Tx) -> dict[str, Any]:
        tx.store.put_desk(desk)
        kept = next(each for each in tx.store.desks() if each.id == desk.id)
        return {"desk": desk_view(kept)}

    return once(uow, place, request, "add_desk", work)


def open_first_desks(uow: Work, place: Place) -> None:
    """Where there is no desk yet, one in each terminal: nothing can be registered without one."""
    with uow.write() as tx:
        if tx.store.desks():
            return
        terminals = place.settings.desks or place.airport.terminals
        if unknown := set(terminals) - set(place.airport.terminals):
            raise ValueError(f"LOSTFOUND_DESKS: {', '.join(sorted(unknown))} is no terminal of this airport")
        for terminal in terminals:
            tx.store.put_desk(
                Desk(
                    terminal.lower(),
                    f"{terminal}航站楼失物招领处",
                    f"{terminal} lost and found",
                    f"{terminal}-ARRIVALS",
                    _SHELVES,
                )
            )
