"""Check-in as JSON. Who asks is the session's traveller, or a program that was given a grant for one booking.

What isn't the asker's is answered like what isn't there. Surnames, numbers and documents go on sealed.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway import calls
from gateway.api.checkin_operations import CHECKIN_OPERATIONS, Asks, CheckinOperation
from gateway.api.flights import RATE_POLICY as PUBLIC
from gateway.api.me import RATE_POLICY as OWN
from gateway.api.schemas import NO_PARAMETERS
from gateway.api.wishes import HEADERS, as_json, path_id, read_wish, request_id
from gateway.deps import Deps
from gateway.pages import require_json
from gateway.parameters import read_query
from gateway.problems import Problems
from gateway.sealing import Sealer
from gateway.session import Traveller
from kernel.errors import ServiceError
from services.checkin.errors import AccessNeeded, DetailsNeeded, PartyRefused
from services.passengers.errors import NoSession

GRANT: Final = "Checkin-Grant"
_IS_GRANT: Final = re.compile(r"[0-9A-Za-z_-]{1,128}")
_LONGEST_ADDRESS: Final = 64
_NEEDS: Final = {
    "paper": {"zh": "缺少旅行当日有效的护照等旅行证件", "en": "A passport or other document that is valid on the day"},
    "contact": {"zh": "缺少联系电话", "en": "A phone number"},
    "destination": {"zh": "缺少第一晚的住址", "en": "The address of the first night"},
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Asker:
    """traveller: who is signed in. grant: for the one booking it was given for; None: none was sent."""

    traveller: Traveller | None
    grant: str | None
    address: str

    @property
    def account(self) -> str | None:
        return self.traveller.passenger_id if self.traveller else None

    @property
    def name(self) -> str:
        """Whose requests of one name are the same."""
        return self.account or f"{self.grant or ''} {self.address}"


class CheckinApi:
    """Endpoints made from the table of operations."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._sealer = Sealer(deps.rpc, "checkin")

    def routes(self) -> list[BaseRoute]:
        return [
            Route(operation.path, self._endpoint(operation), methods=[operation.method])
            for operation in CHECKIN_OPERATIONS
        ]

    def _endpoint(self, operation: CheckinOperation) -> Any:
        body = operation.body() if operation.body else None

        async def answer(request: Request) -> Response:
            require_json(request)
            asker = await self._asker(request, operation)
            policy, who = (OWN, asker.account) if asker.account else (PUBLIC, asker.address)
            headers = self._deps.limits.spend(policy, who).headers()
            read_query(request, NO_PARAMETERS)
            ids = {name: path_id(request, name) for name in request.path_params}
            given = {} if body is None else await read_wish(request, body)
            wish = _addressed(operation, asker, ids)
            if operation.writes:
                wish["request_id"] = request_id(request, operation.name, asker.name)
            try:
                told = await self._call(request, operation, wish, given)
            except ServiceError as exc:
                return self._refused(request, exc, headers)
            return as_json(told, operation.status, headers)

        return answer

    async def _asker(self, request: Request, operation: CheckinOperation) -> _Asker:
        """Raises NoSession, CrossSite, AccessNeeded for who is nobody."""
        sessions = self._deps.sessions
        traveller = await sessions.traveller(request)
        if traveller is None and operation.asks is Asks.ACCOUNT:
            raise NoSession
        if traveller is not None:
            # Cookies are sent by browsers whatever page asks; a grant is only ever sent by who means it.
            if operation.changes:
                sessions.check_origin(request)
            context = dataclasses.replace(
                calls.context_of(request), principal={"passenger": traveller.passenger_id}
            )
            calls.replace(request, context)
        # What can be no grant opens no more than none.
        found = _IS_GRANT.fullmatch(request.headers.get(GRANT, ""))
        grant = found[0] if found else None
        if operation.asks is Asks.PARTY and traveller is None and grant is None:
            raise AccessNeeded
        return _Asker(traveller, grant, self._deps.limits.address(request)[:_LONGEST_ADDRESS])

    async def _call(
        self, request: Request, operation: CheckinOperation, wish: dict[str, Any], given: dict[str, Any]
    ) -> Any:
        secret = given if operation.sealed == ("*",) else {name: given.pop(name) for name in operation.sealed}
        wish |= given if secret is not given else {}
        if not any(secret.values()):
            return await self._ask(request, operation, wish)

        async def ask(sealed: str) -> Any:
            return await self._ask(request, operation, wish | {"sealed": sealed})

        return await self._sealer.sealed(orjson.dumps(secret).decode(), calls.context_of(request), ask)

    async def _ask(self, request: Request, operation: CheckinOperation, wish: dict[str, Any]) -> Any:
        service, method = operation.calls
        return await self._deps.rpc.call(
            service, method, wish, repeat=True, context=calls.context_of(request)
        )

    def _refused(self, request: Request, error: ServiceError, headers: dict[str, str]) -> Response:
        """The problem; when it is about some of a party, `errors` says about whom, and why."""
        context, problems = calls.context_of(request), Problems(self._deps.words)
        problem = problems.describe(error, context.call_id, context.language)
        told = [
            {"field": traveller_id, "detail": words[context.language]} for traveller_id, words in _whys(error)
        ]
        shown = dataclasses.replace(problem, errors=told or problem.errors)
        return problems.answer(request, shown, HEADERS | headers)


def _addressed(operation: CheckinOperation, asker: _Asker, ids: Mapping[str, str]) -> dict[str, Any]:
    """Who asks about what, as the service wants to be told."""
    if operation.asks is Asks.ACCOUNT:
        return {"passenger_id": asker.account}
    if operation.asks is Asks.ANYBODY:
        return {**ids, "passenger_id": asker.account, "address": asker.address}
    access = {"booking_id": ids["booking_id"], "passenger_id": asker.account, "grant": asker.grant}
    return {"access": access, **{name: id_ for name, id_ in ids.items() if name != "booking_id"}}


def _whys(error: ServiceError) -> list[tuple[str, Mapping[str, str]]]:
    """Who of a party is meant, and why, in both languages."""
    if error.code == PartyRefused.code:
        return [
            (one["traveller_id"], why["reason"]) for one in error.data["travellers"] for why in one["reasons"]
        ]
    if error.code == DetailsNeeded.code:
        return [(id_, _NEEDS[need]) for id_, needs in error.data["needs"].items() for need in needs]
    return []
