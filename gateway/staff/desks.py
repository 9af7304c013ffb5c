"""What a desk is, and which there are: one line a desk, in the order of the navigation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.people import Staff
from gateway.uploads import Files, Takes
from services.staff.schemas import Role

DESKS: Final = (
    "gateway.staff.lost",
    "gateway.staff.lost_claims",
    "gateway.staff.lost_hand",
    "gateway.staff.lost_reports",
    "gateway.staff.lost_finds",
    "gateway.staff.lost_courier",
    "gateway.staff.lost_transfers",
    "gateway.staff.lost_stocktakes",
    "gateway.staff.lost_due",
    "gateway.staff.lost_figures",
    "gateway.staff.lost_import",
    "gateway.staff.inspector",
    "gateway.staff.buses",
    "gateway.staff.shop_queue",
    "gateway.staff.shop_till",
    "gateway.staff.shop_stock",
    "gateway.staff.shop_products",
    "gateway.staff.shop_import",
    "gateway.staff.shop_hours",
    "gateway.staff.shop_takings",
    "gateway.staff.shop_cases",
    "gateway.staff.shop_invoices",
    "gateway.staff.shop_campaigns",
    "gateway.staff.messages",
    "gateway.staff.payments",
    "gateway.staff.flights",
    "gateway.staff.checkin",
    "gateway.staff.accounts",
    "gateway.staff.trail",
    "gateway.staff.own",
)
"""Modules that have `desk(console) -> Desk`."""

EVERYBODY: Final = frozenset(Role)
Form = Mapping[str, str]
Draw = Callable[[Request, Staff], Awaitable[bytes | Response]]
Act = Callable[[Request, Staff, Form], Awaitable[bytes | Response]]
ActWithFiles = Callable[[Request, Staff, Form, Files], Awaitable[bytes | Response]]
Call = Callable[[Request, Staff, object], Awaitable[object]]
Upload = Callable[[Request, Staff, bytes], Awaitable[object]]


@dataclass(frozen=True)
class Place:
    """One address of a desk, made by one of the functions below. roles: narrower than the desk's; none: its."""

    path: str
    method: str
    draw: Draw | None = None
    act: Act | None = None
    act_with_files: ActWithFiles | None = None
    takes: Takes = field(default_factory=dict)
    call: Call | None = None
    upload: Upload | None = None
    roles: frozenset[Role] = frozenset()

    @property
    def by_script(self) -> bool:
        """Whether a script asks, which is answered in JSON, errors too."""
        return self.call is not None or self.upload is not None


@dataclass(frozen=True)
class Desk:
    """path: where the navigation leads. title: an N_ text. icon: a name of templates/icons.html.

    roles: who may enter; the door lets nobody else in, at none of the desk's addresses.
    """

    path: str
    title: str
    icon: str
    roles: frozenset[Role]
    places: tuple[Place, ...]
    in_menu: bool = True


def page(path: str, draw: Draw, roles: frozenset[Role] = frozenset()) -> Place:
    """GET: a page (bytes of HTML) or any answer (a file, JSON), for who may enter. It is never kept by anybody."""
    return Place(path, "GET", draw=draw, roles=roles)


def act(path: str, work: Act, roles: frozenset[Role] = frozenset()) -> Place:
    """POST of a form of ours: origin and token are checked before `work` sees the fields."""
    return Place(path, "POST", act=work, roles=roles)


def act_with_files(
    path: str, work: ActWithFiles, takes: Takes, roles: frozenset[Role] = frozenset()
) -> Place:
    """`act` of a form that may bring files. takes: names of their fields, and how many each may bring; `work` finds
    them in `files[name]`, a tuple of gateway.uploads.Upload. Whatever they claim to be, they are strangers' bytes."""
    return Place(path, "POST", act_with_files=work, takes=takes, roles=roles)


def call(path: str, work: Call, roles: frozenset[Role] = frozenset()) -> Place:
    """POST of JSON by a script of ours, which sends the page's token in `X-Form-Token`. `work` gets the parsed body and
    returns what is sent back as JSON; errors are answered as problem+json."""
    return Place(path, "POST", call=work, roles=roles)


def upload(path: str, work: Upload, roles: frozenset[Role] = frozenset()) -> Place:
    """POST of one file by a script of ours, as `file` of a form; the page's token comes in `X-Form-Token`. `work` gets the
    bytes, of whatever kind they claim to be (none: b""), and returns what is sent back as JSON; errors as of `call`."""
    return Place(path, "POST", upload=work, roles=roles)
