"""What the desks of lost and found have in common: who may, their parts, how the service is asked, and its words.

A desk of lost and found is a module like every other; it isn't in the menu (`in_menu=False`), but has a line in TABS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.calls import context_of
from gateway.sealing import Sealer
from gateway.staff.console import FORM_ID, HEADERS, Console
from gateway.staff.desks import Form
from gateway.staff.people import Staff
from gateway.staff.texts import N_, Texts, when
from kernel.clock import monotonic
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.vocabulary import CATEGORIES, COLOURS, ItemState, Place, places
from services.staff.schemas import Role

SERVICE: Final = "lostfound"
HOME: Final = "/staff/lost"
ROLES: Final = frozenset({Role.DESK, Role.SUPERVISOR})
SUPERVISORS: Final = frozenset({Role.SUPERVISOR})
"""Who may void, publish and dispose."""
TABS: Final = (
    (HOME, N_("Found items")),
    (f"{HOME}/new", N_("Register")),
    (f"{HOME}/scan", N_("Scan")),
    (f"{HOME}/claims", N_("Claims")),
    (f"{HOME}/handover", N_("Hand over")),
    (f"{HOME}/courier", N_("Parcels")),
    (f"{HOME}/reports", N_("Reports")),
    (f"{HOME}/finds", N_("Announced finds")),
    (f"{HOME}/transfers", N_("Transfers")),
    (f"{HOME}/stocktakes", N_("Stock-take")),
    (f"{HOME}/due", N_("Due")),
    (f"{HOME}/figures", N_("Figures")),
    (f"{HOME}/import", N_("Import")),
)
"""The parts of the desk, in the order of a day's work."""
MY_DESK: Final = "lost-desk"
"""The cookie that says at which desk this browser stands."""
STATES: Final = {
    ItemState.STORED.value: (N_("Kept here"), "go"),
    ItemState.IN_TRANSFER.value: (N_("On its way to a desk"), "late"),
    ItemState.RESERVED.value: (N_("Kept for its owner"), "late"),
    ItemState.SENT.value: (N_("With the courier"), "late"),
    ItemState.RETURNED.value: (N_("Given back"), "calm"),
    ItemState.TO_POLICE.value: (N_("Handed to the police"), "calm"),
    ItemState.DISPOSED.value: (N_("Disposed of"), "calm"),
    ItemState.VOIDED.value: (N_("Voided"), "bad"),
}
WRONG: Final = frozenset({Kind.INVALID, Kind.CONFLICT, Kind.LIMITED})
"""Told beside the form that it came from; everything else is a page of its own."""
_AWAY: Final = frozenset({Kind.UNAVAILABLE, Kind.DEADLINE})
_ABOUT: Final = {
    "found_from": "found",
    "found_to": "found",
    "flight_id": "flight",
    "number": "doc_number",
    "holder_name": "doc_holder",
    "name": "finder_name",
    "phone": "finder_phone",
    "witness": "witness_code",
    "amount_minor": "cash",
    "currency": "cash",
}
"""Fields of the service that our forms call otherwise."""
_ABOUT_CODES: Final = {
    "lostfound.unknown_shelf": "shelf",
    "lostfound.unknown_place": "place",
    "lostfound.desk_not_found": "desk_id",
    "lostfound.witness_needed": "witness_login",
    "staff.vouch_refused": "witness_code",
    "staff.too_many_attempts": "witness_code",
}
_FRESH_S: Final = 20.0
_MOST_ABOUT: Final = 128
_WHOLE_UNITS: Final = frozenset({"JPY", "KRW", "VND"})
_HOLDERS: Final = {
    "owner": N_("the owner"),
    "police": N_("the police"),
    "disposed": N_("disposed of"),
    "void": N_("voided"),
}


class LostFound:
    """The service, as its desks ask it."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._sealer = Sealer(console.deps.rpc, SERVICE)
        self._desks: tuple[float, list[dict[str, Any]]] = (0.0, [])
        airport = console.deps.airport
        self.places: Mapping[str, Place] = places(airport.iata, airport.terminals)

    async def read(self, request: Request, staff: Staff, method: str, **arguments: Any) -> Any:
        """Ask. Raises what the service raises, Unavailable, DeadlineExceeded."""
        return await self.console.read(request, staff, SERVICE, method, **arguments)

    async def try_read(self, request: Request, staff: Staff, method: str, **arguments: Any) -> Any:
        """The same for what a page can do without: None while the service is away."""
        try:
            return await self.read(request, staff, method, **arguments)
        except ServiceError as exc:
            if exc.kind not in _AWAY:
                raise
            return None

    async def write(self, request: Request, staff: Staff, form: Form, method: str, **arguments: Any) -> Any:
        """Have it done, once for each form drawn."""
        return await self.console.write(request, staff, form, SERVICE, method, **arguments)

    async def write_sealed(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        method: str,
        secret: tuple[str, Any],
        **arguments: Any,
    ) -> Any:
        """The same with something personal. secret: the argument's name and what leaves sealed in it."""
        name, document = secret

        async def ask(sealed: str) -> Any:
            return await self.write(request, staff, form, method, **arguments, **{name: sealed})

        return await self._sealer.sealed(orjson.dumps(document).decode(), context_of(request), ask)

    async def read_sealed(
        self, request: Request, staff: Staff, method: str, secret: Mapping[str, str], **arguments: Any
    ) -> Any:
        """`read` by something personal, which leaves sealed as `sealed`."""

        async def ask(sealed: str) -> Any:
            return await self.read(request, staff, method, **arguments, sealed=sealed)

        return await self._sealer.sealed(orjson.dumps(dict(secret)).decode(), context_of(request), ask)

    async def desks(self, request: Request, staff: Staff) -> list[dict[str, Any]]:
        """All desks with their shelves, as told some seconds ago at most."""
        at, known = self._desks
        if not known or monotonic() - at > _FRESH_S:
            answer = await self.read(request, staff, "list_vocabulary")
            known = answer["desks"]
            self._desks = (monotonic(), known)
        return known

    async def my_desk(self, request: Request, staff: Staff) -> dict[str, Any] | None:
        """The desk at which this browser stands; the only one there is; None when nobody said."""
        desks = await self.desks(request, staff)
        mine = request.cookies.get(MY_DESK, "")
        return next((each for each in desks if each["id"] == mine), desks[0] if len(desks) == 1 else None)

    async def witness(
        self, request: Request, staff: Staff, form: Form, about: str, roles: frozenset[Role] = ROLES
    ) -> str | None:
        """The second person that a form names by login and their own code, as trails call them; None when it names none.

        about: what they vouch for, sums and all: their code is good for nothing else. roles: one of which they have.

        Raises staff's VouchRefused, TooManyAttempts.
        """
        login, code = (form.get(name, "").strip()[:64] for name in ("witness_login", "witness_code"))
        if not login and not code:
            return None
        # The same for the same attempt, whatever was mended elsewhere in the form since: the code works only once. What
        # they vouch for is no elsewhere.
        once = hashlib.sha256(f"{form.get(FORM_ID, '')}:{login}:{code}:{about}".encode()).hexdigest()[:48]
        wish = {"login": login, "roles": sorted(roles), "about": about[:_MOST_ABOUT]}

        async def ask(sealed: str) -> Any:
            arguments = {"request_id": f"vouch:{once}", "actor": staff.actor, **wish, "sealed": sealed}
            return await self.console.read(request, staff, "staff", "vouch", **arguments)

        secret = orjson.dumps({"code": code}).decode()
        answer = await self.console.sealer.sealed(secret, context_of(request), ask)
        return f"staff:{answer['account']['id']}"

    def blamed(self, t: Texts, error: ServiceError) -> dict[str, str]:
        """What a service says of single fields, by the names that forms give them; {} when it is about the whole."""
        if error.code in _ABOUT_CODES:
            words = self.console.deps.words
            return {_ABOUT_CODES[error.code]: words.detail(error.code, error.kind, error.data, t.language)}
        found: dict[str, str] = {}
        for name, said in leaves(error.data.get("fields")):
            found.setdefault(_ABOUT.get(name, name), self.console.deps.words.field(said, t.language))
        return found

    # --- words ----------------------------------------------------------------------------------------------

    def place(self, t: Texts, code: str) -> str:
        """A place in the reader's language; its code when it isn't on the map any more."""
        place = self.places.get(code)
        return code if place is None else t.name({"zh": place.zh, "en": place.en})

    def holder(self, t: Texts, desks: Iterable[Mapping[str, Any]], holder: str) -> str:
        """Who has it: `desk:t2` as its name."""
        kind, _, key = holder.partition(":")
        if kind == "desk":
            return next((t.name(each["name"]) for each in desks if each["id"] == key), key)
        if kind == "airline":
            return key
        if kind == "transfer":
            return t("on its way")
        if kind == "courier":
            return t("the courier")
        return t(_HOLDERS.get(holder, holder))

    async def names(self, request: Request, staff: Staff, actors: Iterable[str | None]) -> dict[str, str]:
        """Who did things, by what trails call them; those that aren't staff stay as they are."""
        found = {staff.actor: staff.name}
        for actor in sorted({each for each in actors if each and each.startswith("staff:")} - {staff.actor}):
            account_id = actor.removeprefix("staff:")
            try:
                answer = await self.console.read(
                    request, staff, "staff", "get_account", account_id=account_id
                )
            except ServiceError as exc:
                if exc.kind is not Kind.NOT_FOUND:
                    raise
                continue
            found[actor] = str(answer["account"]["name"])
        return found


def printing(response: Response) -> Response:
    """A page that prints labels from a frame of its own: it may hold pages of ours, and nobody's else."""
    response.headers["Content-Security-Policy"] = f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"
    return response


def leaves(fields: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """(a field's own name, what is wrong with it) of what a schema said, however deep it lies."""
    if isinstance(fields, Mapping):
        for key, inner in fields.items():
            yield from leaves(inner, name if isinstance(key, int) or str(key).isdigit() else str(key))
    elif isinstance(fields, list):
        for each in fields[:1]:
            yield from leaves(each, name)
    elif isinstance(fields, str):
        yield name, fields


def category_words(t: Texts, code: str) -> str:
    """A category in the reader's language."""
    known = CATEGORIES.get(code)
    return code if known is None else t.name({"zh": known.zh, "en": known.en})


def colour_words(t: Texts, code: str) -> str:
    """A colour in the reader's language."""
    known = COLOURS.get(code)
    return code if known is None else t.name({"zh": known.zh, "en": known.en})


def title(t: Texts, item: Mapping[str, Any]) -> str:
    """What it is, in a few words: colours, brand, kind."""
    colours = [colour_words(t, code) for code in item["colours"]]
    kind = category_words(t, item["category"])
    if t.language == "zh":
        return " ".join(part for part in ("、".join(colours), item["brand"], kind) if part)
    said = " ".join(part for part in ("/".join(colours), item["brand"], kind.lower()) if part)
    return said[:1].upper() + said[1:]


def money(cash: Iterable[Mapping[str, Any]]) -> str:
    """Amounts as they are read out: `CNY 1,250.00, JPY 3,000`."""
    return ", ".join(amount(each["currency"], each["amount_minor"]) for each in cash)


def amount(currency: str, minor: int) -> str:
    """One amount with its currency."""
    return f"{currency} {minor:,}" if currency in _WHOLE_UNITS else f"{currency} {minor / 100:,.2f}"


def minor_units(currency: str) -> int:
    """How many of the smallest unit make one."""
    return 1 if currency in _WHOLE_UNITS else 100


def found_words(item: Mapping[str, Any], written: Callable[[str | datetime | None], str]) -> str:
    """When it was found, as an hour or a span. written: `texts.when` with its zone."""
    first, last = written(item["found_from"]), written(item["found_to"])
    if first == last:
        return first
    return f"{first} – {last[11:]}" if first[:10] == last[:10] else f"{first} – {last}"


def written_in(console: Console) -> Callable[[str | datetime | None], str]:
    """`texts.when` in the airport's zone."""
    return lambda value: when(value, console.zone)
