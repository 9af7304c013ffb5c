"""Who travels together: one person mostly, couples, families, groups; and what each of them needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from deploy.demo.chance import Luck
from deploy.demo.travellers import papers
from deploy.demo.travellers.departures import Departure
from deploy.demo.travellers.names import Called, Names
from services.checkin.teletype import FrequentFlyer, Infant, Passenger, Special

_TIERS: Final = ("", "", "", "SILVER", "GOLD")
_MEALS: Final = ("VGML", "MOML", "AVML", "DBML", "LSML")


@dataclass(frozen=True)
class Member:
    """One person with a seat, and their names: teletype has no place for Chinese."""

    called: Called
    passenger: Passenger


@dataclass
class Party:
    """One booking. plain: nobody in it needs anything, so that an airline may have given them seats."""

    pnr: str
    cabin: str
    members: list[Member] = field(default_factory=list)
    phone: str = ""
    plain: bool = True
    infant_called: str = ""

    @property
    def size(self) -> int:
        return len(self.members)


class Parties:
    """Makes the parties of one departure. Every draw comes from `luck`, in order."""

    def __init__(self, departure: Departure, luck: Luck) -> None:
        self._departure = departure
        self._luck = luck
        self._names = Names(luck)
        self._bookings = 0
        self._tickets = 0

    def next(self, cabin: str, room: int) -> Party:
        """A party of at most `room` people, as they come."""
        drawn = self._luck.share()
        for share, least, make in self._kinds(cabin):
            if drawn < share:
                return make(cabin) if least <= room else self.single(cabin)
        raise AssertionError("the shares end at 1")

    def _kinds(self, cabin: str) -> tuple[tuple[float, int, Callable[[str], Party]], ...]:
        """Up to which share, how many seats it needs at most, and who it is."""
        if cabin != "Y":
            return ((0.75, 1, self.single), (1.0, 2, self.couple))
        return (
            (0.50, 1, self.single),
            (0.73, 2, self.couple),
            (0.82, 4, self.friends),
            (0.90, 4, self.family),
            (0.93, 4, self.infants_family),
            (0.965, 2, self.elders),
            (0.97, 1, self.child_alone),
            (0.98, 9, self.group),
            (1.0, 2, self.parent),
        )

    def single(self, cabin: str) -> Party:
        party = self._party(cabin)
        return self._add(party, self._family_name(), self._luck.happens(0.56))

    def couple(self, cabin: str) -> Party:
        party, taken = self._party(cabin), set[str]()
        for male in (True, False):
            self._add(party, self._family_name(), male, taken)
        return party

    def friends(self, cabin: str) -> Party:
        return self._several(cabin, self._luck.whole(2, 4))

    def group(self, cabin: str) -> Party:
        return self._several(cabin, self._luck.whole(6, 9))

    def family(self, cabin: str) -> Party:
        return self.family_of(cabin, children=self._luck.whole(1, 2))

    def infants_family(self, cabin: str) -> Party:
        return self.family_of(cabin, children=self._luck.whole(0, 2), infant=True)

    def family_of(self, cabin: str, children: int, infant: bool = False) -> Party:
        """Father, mother, children with seats and perhaps an infant on the mother's lap; all with the father's name."""
        party, taken = self._party(cabin), set[str]()
        party.plain = False
        name = self._family_name()
        self._add(party, name, True, taken)
        self._add(party, self._family_name(like=name), False, taken)
        for _ in range(children):
            self._add(party, name, self._luck.happens(0.5), taken, ages=(2, 11))
        if infant:
            called = self._names.person(name, self._luck.happens(0.5), taken)
            mother = party.members[1]
            lap = Infant(
                called.surname,
                called.given,
                papers.born(self._luck, self._departure.day_local, 0, 0),
                self._ticket(),
            )
            party.members[1] = replace(mother, passenger=replace(mother.passenger, infant=lap))
            party.infant_called = called.chinese
        return party

    def parent(self, cabin: str) -> Party:
        party, taken, name = self._party(cabin), set[str](), self._family_name()
        party.plain = False
        self._add(party, name, self._luck.happens(0.4), taken)
        return self._add(party, name, self._luck.happens(0.5), taken, ages=(2, 11))

    def elders(self, cabin: str) -> Party:
        party, taken = self._party(cabin), set[str]()
        self._add(party, self._family_name(), True, taken, ages=(66, 84))
        self._add(party, self._family_name(), False, taken, ages=(64, 82))
        return self.with_special(party, 1, "WCHR") if self._luck.happens(0.3) else party

    def wheelchair(self, cabin: str) -> Party:
        party = self._party(cabin)
        self._add(party, self._family_name(), self._luck.happens(0.5), ages=(60, 86))
        return self.with_special(party, 0, "WCHR")

    def child_alone(self, cabin: str) -> Party:
        party = self._party(cabin)
        age = self._luck.whole(6, 11)
        self._add(party, self._family_name(), self._luck.happens(0.5), ages=(age, age))
        return self.with_special(party, 0, "UMNR", f"UM{age:02}")

    def with_special(self, party: Party, index: int, code: str, text: str = "") -> Party:
        """The party, of which one asked for a special service."""
        member = party.members[index]
        specials = (*member.passenger.specials, Special(code, text))
        party.members[index] = replace(member, passenger=replace(member.passenger, specials=specials))
        party.plain = False
        return party

    def _several(self, cabin: str, size: int) -> Party:
        party, taken = self._party(cabin), set[str]()
        for _ in range(size):
            self._add(party, self._family_name(), self._luck.happens(0.5), taken)
        return party

    def _party(self, cabin: str) -> Party:
        self._bookings += 1
        reached = self._luck.happens(0.96)
        return Party(
            papers.pnr(self._departure.serial, self._bookings),
            cabin,
            phone=papers.phone(self._luck) if reached else "",
        )

    def _family_name(self, like: tuple[str, str, str] | None = None) -> tuple[str, str, str]:
        share = 0.75 if self._departure.international else 0.97
        return self._names.family(bool(like[1]) if like else self._luck.happens(share))

    def _ticket(self) -> str:
        self._tickets += 1
        return papers.ticket(self._departure.airline, self._departure.serial, self._tickets)

    def _add(
        self,
        party: Party,
        family: tuple[str, str, str],
        male: bool,
        taken: set[str] | None = None,
        ages: tuple[int, int] = (18, 63),
    ) -> Party:
        called = self._names.person(family, male, set() if taken is None else taken)
        luck, departure = self._luck, self._departure
        is_child = ages[1] < 12
        birth = papers.born(luck, departure.day_local, *ages)
        abroad = departure.destination if departure.international else ""
        shown = not abroad or luck.happens(0.7)
        title = ("MSTR" if male else "MISS") if is_child else ("MR" if male else "MS")
        passenger = Passenger(
            given=called.given,
            title=title,
            ticket=self._ticket(),
            coupon=1,
            is_child=is_child,
            child_born=birth if is_child else None,
            papers=(papers.paper(luck, birth, male, called.country, departure.day_local, abroad),)
            if shown
            else (),
            specials=self._meal(),
            frequent_flyer=None if is_child else self._card(),
        )
        party.members.append(Member(called, passenger))
        return party

    def _meal(self) -> tuple[Special, ...]:
        return (Special(self._luck.one(_MEALS)),) if self._luck.happens(0.015) else ()

    def _card(self) -> FrequentFlyer | None:
        if self._luck.share() > 0.22:
            return None
        number = f"{self._luck.whole(10**11, 10**12 - 1)}"
        return FrequentFlyer(self._departure.airline, number, self._luck.one(_TIERS))
