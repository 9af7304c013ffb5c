"""Who asks for a booking: the account that is bound to it, or a browser that was given a grant for it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.calls import context_of
from gateway.sealing import Sealer
from gateway.session import Traveller
from gateway.session.cookies import may_be_secure
from gateway.web.site import Endpoint, Site, in_wechat
from gateway.web.texts import N_, Texts
from gateway.web.times import when_words
from gateway.web.visitors import AWAY, FORM_ID, PRIVATE, Form, Visitors, go, page
from kernel.clock import real_now
from kernel.errors import Kind, ServiceError
from kernel.ids import new_id
from services.checkin.errors import AccessNeeded, BookingNotFound, SeatRefused

HOME: Final = "/checkin"
_LONGEST: Final = 64
_MOST: Final = 36
"""Of one party on one page; an airline's group of more is named in parts."""
_IS_FORM_ID: Final = re.compile(r"[0-9a-f]{32}")
_IS_GRANT: Final = re.compile(r"([0-9A-Za-z_-]{1,64})\.([0-9A-Za-z_-]{1,128})")
_INSTANTS: Final = ("opens_at", "closes_at")
SEATS: Final = {
    "exit_adults": N_("Seats at an exit are for adults, who may have to open it."),
    "exit_infant": N_("Nobody with an infant sits at an exit: both hands must be free to help."),
    "exit_able": N_("Nobody who needs help sits at an exit."),
    "exit_declare": N_("For a seat at an exit, first declare that you are able and willing to help."),
    "no_infant": N_("No infants on this seat."),
    "infants_in_block": N_("One infant among neighbouring seats: there is one oxygen mask to spare."),
    "other_cabin": N_("This seat is in another cabin."),
    "blocked": N_("This seat isn't in use."),
}
"""Why a seat isn't for somebody, by the code of `checkin.seat_refused`."""


@dataclass(frozen=True)
class Asker:
    """Who asks for the booking of the address. grant: what this browser got for its code, None for none."""

    booking_id: str
    traveller: Traveller | None
    grant: str | None

    @property
    def passenger_id(self) -> str | None:
        return self.traveller.passenger_id if self.traveller else None

    @property
    def access(self) -> dict[str, Any]:
        """AccessSchema."""
        return {"booking_id": self.booking_id, "passenger_id": self.passenger_id, "grant": self.grant}

    @property
    def href(self) -> str:
        return f"{HOME}/{self.booking_id}"

    @property
    def passes_href(self) -> str:
        return f"{HOME}/passes/{self.booking_id}"


Draw = Callable[[Request, Asker], Awaitable[bytes | Response]]
Act = Callable[[Request, Asker, Form], Awaitable[bytes | Response]]


class Askers:
    """Turns what draws and what acts for a booking into endpoints."""

    def __init__(self, site: Site, visitors: Visitors) -> None:
        self.site, self._visitors = site, visitors
        self._sessions = site.deps.sessions
        self._secure = may_be_secure(site.deps.settings.public_url)
        self._cookie = f"{'__Host-' if self._secure else ''}checkin"
        self._sealer = Sealer(site.deps.rpc, "checkin")

    # --- endpoints -----------------------------------------------------------------------------------

    def shown(self, draw: Draw) -> Endpoint:
        """A page of a booking. What isn't the asker's is answered like what isn't there."""

        async def respond(request: Request) -> Response:
            asker = await self.asker(request)
            return await self._answered(request, asker, draw(request, asker))

        return respond

    def act(self, work: Act) -> Endpoint:
        """What a form does; it must come from a page of ours, and from one made for the account that asks."""

        async def respond(request: Request) -> Response:
            asker = await self.asker(request)
            form = await self._form(request, asker)
            return await self._answered(request, asker, work(request, asker, form))

        return respond

    async def asker(self, request: Request) -> Asker:
        """Who asks for the booking that the address names, "" for none."""
        booking_id = str(request.path_params.get("booking_id", ""))[:_LONGEST]
        try:
            traveller = await self._visitors.traveller(request)
        except ServiceError as exc:
            if exc.kind not in AWAY:
                raise
            traveller = None
        kept = _IS_GRANT.fullmatch(request.cookies.get(self._cookie, ""))
        return Asker(booking_id, traveller, kept[2] if kept and kept[1] == booking_id else None)

    async def _form(self, request: Request, asker: Asker) -> Form:
        if asker.traveller is None:
            return await self._visitors.visitors_form(request)
        return await self._visitors.form(request)

    async def _answered(
        self, request: Request, asker: Asker, answer: Awaitable[bytes | Response]
    ) -> Response:
        try:
            drawn = await answer
        except ServiceError as exc:
            if exc.code != AccessNeeded.code:
                raise
            if asker.traveller is None:
                return go(request, f"{HOME}?done=checkin_again")
            raise BookingNotFound from exc
        if isinstance(drawn, bytes):
            return self.site.remember_language(request, page(drawn, self.site.texts(request).tag))
        for name, value in PRIVATE.items():
            drawn.headers.setdefault(name, value)
        return drawn

    # --- pages ---------------------------------------------------------------------------------------

    def draw(self, request: Request, asker: Asker, template: str, **values: Any) -> bytes:
        """A template whose forms this asker may send."""
        reader = self.reader(request, asker)
        return self.site.draw(
            request,
            template,
            token=self._sessions.form_token(request) if asker.traveller else "",
            form_id=new_id(),
            in_wechat=in_wechat(request),
            signed_in=asker.traveller is not None,
            asker=asker,
            **({"reader": reader} if reader else {}),
            **values,
        )

    def reader(self, request: Request, asker: Asker) -> str:
        """A name for whoever reads that tells nothing: as that of a session, or of a grant; "" for a visitor."""
        if asker.traveller is not None:
            return self._visitors.reader(request)
        return hashlib.sha256(f"grant {asker.grant}".encode()).hexdigest()[:16] if asker.grant else ""

    def keep_grant(self, response: Response, asker: Asker, grant: str, until: str) -> None:
        """Let this browser use the booking until the grant is over."""
        left_s = max(0, int((datetime.fromisoformat(until) - real_now()).total_seconds()))
        response.set_cookie(
            self._cookie,
            f"{asker.booking_id}.{grant}",
            max_age=left_s,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def said(self, t: Texts, error: ServiceError) -> str:
        """What stands on the page that asks again: with times of this place, and a seat's own reason."""
        zone = self.site.deps.airport.zoneinfo
        told: dict[str, Any] = {
            name: when_words(t, error.data[name], zone) for name in _INSTANTS if name in error.data
        }
        if error.code == SeatRefused.code and error.data.get("code") in SEATS:
            return f"{error.data.get('seat', '')}: {t(SEATS[error.data['code']])}"
        return self.site.deps.words.detail(error.code, error.kind, {**error.data, **told}, t.language)

    # --- calls ---------------------------------------------------------------------------------------

    async def ask(self, request: Request, asker: Asker, method: str, **more: Any) -> Any:
        """A reading call about the asker's booking."""
        return await self.call(request, method, {"access": asker.access, **more})

    async def write(self, request: Request, asker: Asker, form: Form, method: str, **more: Any) -> Any:
        """A writing call, done once for each form drawn, however often it is sent."""
        return await self.call(
            request,
            method,
            {"request_id": self.once(asker, form, method), "access": asker.access, **more},
        )

    async def call(self, request: Request, method: str, wish: dict[str, Any]) -> Any:
        return await self.site.deps.rpc.call(
            "checkin", method, wish, repeat=True, context=context_of(request)
        )

    async def call_sealed(
        self, request: Request, method: str, wish: dict[str, Any], document: Mapping[str, Any]
    ) -> Any:
        """A call whose personal part only the service can open; sealed anew when its key has changed."""

        async def ask(sealed: str) -> Any:
            return await self.call(request, method, {**wish, "sealed": sealed})

        return await self._sealer.sealed(orjson.dumps(document).decode(), context_of(request), ask)

    @staticmethod
    def once(asker: Asker, form: Form, method: str) -> str:
        """The request's name: the same for the same form of the same reader."""
        drawn = form.get(FORM_ID, "")
        once = drawn if _IS_FORM_ID.fullmatch(drawn) else new_id()
        return f"{method}:{asker.passenger_id or 'visitor'}:{once}"

    def address(self, request: Request) -> str:
        """Whose wrong guesses are counted together."""
        return self.site.deps.limits.address(request)[:_LONGEST]


def named(form: Form) -> list[str]:
    """The travellers that a form names: `who` as a list, boxes `who-<id>` one by one."""
    listed = form.get("who", "").split(",") + [
        name.removeprefix("who-") for name, value in form.items() if name.startswith("who-") and value
    ]
    return list(dict.fromkeys(one[:_LONGEST] for one in listed if one))[:_MOST]


def asked_for(request: Request) -> list[str]:
    """The travellers that an address names."""
    listed = ",".join(request.query_params.getlist("who")).split(",")
    return list(dict.fromkeys(one[:_LONGEST] for one in listed if one))[:_MOST]


def to_ask_again(error: ServiceError) -> bool:
    """Whether the traveller can do something about it on the page they are on."""
    return error.kind in {Kind.INVALID, Kind.CONFLICT, Kind.LIMITED} and not error.code.startswith("request.")
