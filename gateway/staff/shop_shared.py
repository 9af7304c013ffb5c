"""What the pages of the shop desk have in common: whose shops, the one at hand, how the mall is asked, and its words.

Each page is a desk like every other; all but the first aren't in the menu, and have a line in TABS. Every call carries
the shops that are this person's (`Staff.own_shops`): the service refuses the others again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request

from gateway.staff.console import FORM_ID, Console
from gateway.staff.desks import Form
from gateway.staff.errors import NoShopOfYours
from gateway.staff.people import Staff
from gateway.staff.texts import N_, Texts
from kernel.clock import monotonic
from kernel.errors import Kind
from services.staff.schemas import EVERY_SHOP, Role

SERVICE: Final = "shop"
HOME: Final = "/staff/shop"
ROLES: Final = frozenset({Role.SHOP, Role.SUPERVISOR, Role.ADMIN})
TABS: Final = (
    (HOME, N_("Picking")),
    (f"{HOME}/scan", N_("Scan")),
    (f"{HOME}/till", N_("Till")),
    (f"{HOME}/stock", N_("Stock")),
    (f"{HOME}/products", N_("Products")),
    (f"{HOME}/import", N_("Import")),
    (f"{HOME}/hours", N_("Opening hours")),
    (f"{HOME}/takings", N_("Takings")),
    (f"{HOME}/cases", N_("After-sales")),
    (f"{HOME}/invoices", N_("Invoices")),
    (f"{HOME}/campaigns", N_("Campaigns")),
)
"""The parts of the desk, in the order of a day's work."""
MY_SHOP: Final = "shop-at-hand"
"""The cookie that says for which shop this browser works."""
WRONG: Final = frozenset({Kind.INVALID, Kind.CONFLICT, Kind.LIMITED})
"""Told beside the form that it came from; everything else is a page of its own."""
AGAIN: Final = WRONG | {Kind.NOT_FOUND}
_FRESH_S: Final = 20.0
_MOST_KEPT: Final = 500
PARCELS: Final = {
    "held": (N_("Not paid yet"), "calm"),
    "placed": (N_("To pick"), "late"),
    "picking": (N_("Being picked"), "late"),
    "asking": (N_("Customer is asked"), "late"),
    "ready": (N_("Ready"), "go"),
    "on_the_way": (N_("On the way to the gate"), "go"),
    "handed_over": (N_("Handed to the customer"), "calm"),
    "missed": (N_("Missed: the flight left"), "bad"),
    "cancelled": (N_("Cancelled"), "bad"),
    "ended": (N_("Never paid"), "calm"),
}
"""A state of a parcel: its words and how they look."""


class Mall:
    """The service, as its desk asks it."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._shops: OrderedDict[tuple[str, ...], tuple[float, list[dict[str, Any]]]] = OrderedDict()

    async def read(self, request: Request, staff: Staff, method: str, **arguments: Any) -> Any:
        """Ask as this one, for this one's shops. Raises what the service raises, Unavailable, DeadlineExceeded."""
        who = {"actor": staff.actor, "shops": staff.own_shops}
        return await self.console.read(request, staff, SERVICE, method, **who, **arguments)

    async def write(self, request: Request, staff: Staff, form: Form, method: str, **arguments: Any) -> Any:
        """Have it done, once for each form drawn."""
        return await self.console.write(
            request, staff, form, SERVICE, method, shops=staff.own_shops, **arguments
        )

    async def shops(self, request: Request, staff: Staff) -> list[dict[str, Any]]:
        """Those that are this one's, by terminal and name, as told some seconds ago at most. Raises NoShopOfYours when there
        is none."""
        own, t = tuple(staff.own_shops), self.console.texts(request)
        if not own:
            raise NoShopOfYours
        at, known = self._shops.get(own, (0.0, []))
        if not known or monotonic() - at > _FRESH_S:
            known = (await self.read(request, staff, "list_staff_shops"))["shops"]
            self._shops[own] = (monotonic(), known)
            if len(self._shops) > _MOST_KEPT:
                self._shops.popitem(last=False)
        mine = [each for each in known if EVERY_SHOP in own or each["id"] in own]
        if not mine:
            raise NoShopOfYours
        return sorted(mine, key=lambda each: (str(each["terminal"]), t.name(each["name"])))

    async def mine(self, request: Request, staff: Staff) -> dict[str, Any]:
        """The shop at hand: the one that this browser chose, if it is one's own; else the first. Raises NoShopOfYours."""
        shops = await self.shops(request, staff)
        chosen = request.cookies.get(MY_SHOP, "")
        return next((each for each in shops if each["id"] == chosen), shops[0])

    async def draw(self, request: Request, staff: Staff, template: str, section: str, **values: Any) -> bytes:
        """A page of the desk, with its tabs and the shop at hand. section: its address among TABS."""
        frame = {
            "tabs": TABS,
            "section": section,
            "my_shops": await self.shops(request, staff),
            "my_shop": await self.mine(request, staff),
        }
        return self.console.draw(request, template, staff, **frame, **values)

    def forget_shops(self) -> None:
        """They were changed here: ask again."""
        self._shops.clear()


def yuan(fen: int | None) -> str:
    """Whole fen as yuan: 1234 is `¥12.34`; nothing is a dash."""
    if fen is None:
        return "–"
    whole, rest = divmod(abs(fen), 100)
    return f"{'−' if fen < 0 else ''}¥{whole:,}.{rest:02d}"


def typed_yuan(fen: int | None) -> str:
    """The same as it is typed into a field: `12.34`, `12`."""
    if fen is None:
        return ""
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def option_words(t: Texts, options: Mapping[str, Any]) -> str:
    """What a variant is: `Red, 500 g`."""
    return ("、" if t.language == "zh" else ", ").join(
        t.name(each) if isinstance(each, dict) else str(each) for each in options.values()
    )


def name_words(t: Texts, names: Mapping[str, str] | None) -> str:
    """Words in the reader's language, or what there is of them; "" for none."""
    if not names:
        return ""
    return names.get(t.language) or names.get("en") or names.get("zh") or ""


def once_more(form: Form, number: int) -> dict[str, str]:
    """The form as if drawn anew for its `number`th part: several calls of one form each have a key of their own."""
    drawn = form.get(FORM_ID, "")
    key = f"{drawn[:-4]}{number:04x}" if len(drawn) == 32 else ""
    return {**form, FORM_ID: key}


def minutes_left(until: str | None, now: datetime) -> int | None:
    """Whole minutes until an instant, below zero when it is over."""
    if not until:
        return None
    return int((datetime.fromisoformat(until) - now).total_seconds() // 60)
