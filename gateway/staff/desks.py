"""What a desk is, and which there are: one line a desk, in the order of the navigation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.people import Staff
from services.staff.schemas import Role

DESKS: Final = (
    "gateway.staff.inspector",
    "gateway.staff.buses",
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
Call = Callable[[Request, Staff, object], Awaitable[object]]


@dataclass(frozen=True)
class Place:
    """One address of a desk, made by `page`, `act` or `call`. roles: narrower than the desk's; none: the desk's."""

    path: str
    method: str
    draw: Draw | None = None
    act: Act | None = None
    call: Call | None = None
    roles: frozenset[Role] = frozenset()


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


def call(path: str, work: Call, roles: frozenset[Role] = frozenset()) -> Place:
    """POST of JSON by a script of ours, which sends the page's token in `X-Form-Token`. `work` gets the parsed body and
    returns what is sent back as JSON; errors are answered as problem+json."""
    return Place(path, "POST", call=work, roles=roles)
