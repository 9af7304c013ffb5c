"""Seats that an airline gives before check-in: side by side, never at an exit or where a cot hangs."""

from __future__ import annotations

from dataclasses import replace

from deploy.demo.chance import Luck
from deploy.demo.travellers.aircraft import Aircraft
from deploy.demo.travellers.parties import Party


class SeatGiver:
    """Gives seats of one aircraft, each once."""

    def __init__(self, aircraft: Aircraft, luck: Luck) -> None:
        self._free: dict[str, list[list[str]]] = {}
        for block in aircraft.blocks:
            runs = []
            for row in block.rows():
                there = {seat["column"]: seat["attributes"] for seat in row["seats"]}
                if row["exit"] or row["row"] == block.first:
                    continue
                for letters in block.columns.split():
                    runs.append(
                        [
                            f"{row['row']}{letter}"
                            for letter in letters
                            if letter in there and "blocked" not in there[letter]
                        ]
                    )
            self._free[block.cabin] = luck.mixed(runs)

    def give(self, party: Party) -> None:
        """Seat the party side by side, if there is room for them so; otherwise they choose later."""
        for run in self._free.get(party.cabin, ()):
            if len(run) >= party.size:
                for index, member in enumerate(party.members):
                    seated = replace(member.passenger, seat=run[index])
                    party.members[index] = replace(member, passenger=seated)
                del run[: party.size]
                return
