"""Who is asking: the traveller behind a request's session cookie."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson
from starlette.requests import Request

from gateway.calls import context_of
from gateway.session import origin
from gateway.session.cookies import Cookies
from kernel.clock import monotonic
from kernel.errors import Kind, ServiceError
from services.passengers import events
from services.passengers.errors import NoSession
from services.passengers.secrecy import token_hash

if TYPE_CHECKING:
    from gateway.deps import Rpc

FRESH_S: Final = 30.0
_ASKED_S: Final = 2.0
"""Pages for everybody go on without knowing who reads: they shouldn't wait long to learn that nobody answers."""
_MOST_KEPT: Final = 20_000
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,128}")


@dataclass(frozen=True)
class Traveller:
    """Somebody signed in."""

    passenger_id: str
    language: str


class Sessions:
    """Sessions as last heard of: kept for half a minute under the token's hash, forgotten at once when they end.

    While the broker is away nobody hears of an end; an ended session counts for half a minute then, and after
    that nobody is signed in until the service answers again.
    """

    def __init__(self, rpc: Rpc, public_url: str) -> None:
        self._rpc, self._public_url = rpc, public_url
        self.cookies = Cookies(public_url)
        self._known: OrderedDict[str, tuple[float, Traveller]] = OrderedDict()
        self._generation = 0
        rpc.on_event(events.PUBLISHER, events.SESSIONS_ENDED, self._ended)
        rpc.on_event(events.PUBLISHER, events.PASSENGER_CHANGED, self._changed)

    async def traveller(self, request: Request) -> Traveller | None:
        """Who is signed in in this browser, None for nobody. Raises Unavailable, DeadlineExceeded."""
        token = self.cookies.session(request)
        if not _TOKEN.fullmatch(token):
            return None
        hashed = token_hash(token)
        known = self._known.get(hashed)
        if known is not None and monotonic() - known[0] < FRESH_S:
            return known[1]
        generation = self._generation
        try:
            answer = await self._rpc.call(
                "passengers",
                "get_session",
                {"token": token},
                deadline_s=_ASKED_S,
                repeat=True,
                context=context_of(request),
            )
        except ServiceError as exc:
            if exc.kind is not Kind.UNAUTHENTICATED:
                raise
            self._known.pop(hashed, None)
            return None
        found = Traveller(answer["passenger"]["id"], answer["passenger"]["language"])
        if generation == self._generation:
            self._keep(hashed, found)
        return found

    async def require(self, request: Request) -> Traveller:
        """Who is signed in. Raises NoSession, Unavailable, DeadlineExceeded."""
        found = await self.traveller(request)
        if found is None:
            raise NoSession
        return found

    # --- forms and other requests that change something ------------------------------------------------

    def form_token(self, request: Request) -> str:
        """What a form of this reader must carry; "" for one who isn't signed in."""
        token = self.cookies.session(request)
        return origin.form_token(token) if token else ""

    def check_origin(self, request: Request) -> None:
        """Raises CrossSite for what no page of ours sent."""
        origin.require_own_page(request, self._public_url)

    def check_form(self, request: Request, token: str) -> None:
        """Raises CrossSite, and BadForm for a form that isn't this reader's."""
        self.check_origin(request)
        origin.require_form_token(self.cookies.session(request), token)

    # --- ends --------------------------------------------------------------------------------------------

    def forget(self, token: str) -> None:
        """This session ended here; others are told by the event."""
        self._generation += 1
        self._known.pop(token_hash(token), None)

    def forget_passenger(self, passenger_id: str) -> None:
        """All sessions of a traveller are to be asked for again."""
        self._generation += 1
        for hashed in [key for key, (_, known) in self._known.items() if known.passenger_id == passenger_id]:
            del self._known[hashed]

    def _keep(self, hashed: str, traveller: Traveller) -> None:
        self._known[hashed] = (monotonic(), traveller)
        self._known.move_to_end(hashed)
        if len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)

    def _ended(self, body: bytes) -> None:
        data = _data(body)
        # An answer that is under way may be older than the end: it isn't kept.
        self._generation += 1
        for hashed in data.get("token_hashes", []):
            self._known.pop(hashed, None)
        if "passenger_id" in data:
            self.forget_passenger(data["passenger_id"])

    def _changed(self, body: bytes) -> None:
        self.forget_passenger(_data(body)["passenger_id"])


def _data(body: bytes) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(body)["data"]
    return data
