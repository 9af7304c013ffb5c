"""Who may: every address of every desk goes through here, and through nothing else.

GET: signed in, with a role of the desk; others sign in first, or are told that it isn't their desk. POST: from a page of
ours besides, with the token that the page was drawn with. Somebody whose password was given by another changes it first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qsl, quote

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.bodies import media_type, parse_json, read_body
from gateway.errors import BadBody, WrongMediaType
from gateway.problems import problem
from gateway.session.origin import require_form_token, require_own_page
from gateway.staff.console import HEADERS, Console
from gateway.staff.desks import Desk, Form, Place
from gateway.staff.errors import NotYourDesk
from gateway.staff.people import Staff
from gateway.uploads import read_form
from kernel.errors import Kind, ServiceError
from services.staff.errors import NoSession

SIGN_IN: Final = "/staff/sign-in"
PASSWORD: Final = "/staff/password"  # noqa: S105 - an address
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_MAX_FORM_BYTES: Final = 64_000
_MAX_JSON_BYTES: Final = 256_000
_FILE: Final = "file"
_MOST_FIELDS: Final = 200
Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(console: Console, desk: Desk, place: Place) -> Endpoint:
    """The endpoint of one address of a desk."""
    roles = place.roles or desk.roles

    async def respond(request: Request) -> Response:
        staff: Staff | None = None
        try:
            if place.method != "GET":
                require_own_page(request, console.deps.settings.public_url)
            staff = await console.people.of(request)
            if staff is None:
                return _sign_in_first(console, request, place)
            if not staff.may(roles):
                raise NotYourDesk
            if staff.must_change and request.url.path != PASSWORD:
                return console.go(PASSWORD)
            return await _answer(console, place, request, staff)
        except ServiceError as exc:
            if exc.kind is Kind.INTERNAL:
                raise
            if place.by_script:
                return _with_headers(problem(request, exc))
            return console.error(request, exc, staff)

    return respond


async def _answer(console: Console, place: Place, request: Request, staff: Staff) -> Response:
    if place.by_script:
        return await _called(console, place, request, staff)
    if place.act_with_files is not None:
        sent = await read_form(request, place.takes)
        form = _joined(sent.fields)
        require_form_token(console.people.cookies.session(request), form.get("csrf", ""))
        drawn = await place.act_with_files(request, staff, form, sent.files)
    elif place.act is not None:
        drawn = await place.act(request, staff, await form_of(console, request))
    else:
        assert place.draw is not None, "a place draws, acts or is called"
        drawn = await place.draw(request, staff)
    return console.page(request, drawn) if isinstance(drawn, bytes) else _with_headers(drawn)


async def _called(console: Console, place: Place, request: Request, staff: Staff) -> Response:
    require_form_token(console.people.cookies.session(request), request.headers.get("x-form-token", ""))
    if place.upload is not None:
        files = (await read_form(request, {_FILE: 1})).files[_FILE]
        result = await place.upload(request, staff, files[0].content if files else b"")
        return Response(orjson.dumps(result), headers=HEADERS, media_type="application/json")
    assert place.call is not None, "a script calls or uploads"
    if media_type(request) != "application/json":
        raise WrongMediaType(accepted=["application/json"])
    body = parse_json(await read_body(request, _MAX_JSON_BYTES))
    result = await place.call(request, staff, body)
    return Response(orjson.dumps(result), headers=HEADERS, media_type="application/json")


async def form_of(console: Console, request: Request) -> Form:
    """The fields of a form made for this session. Raises BadForm, WrongMediaType, BadBody."""
    form = await plain_form(request)
    require_form_token(console.people.cookies.session(request), form.get("csrf", ""))
    return form


async def plain_form(request: Request) -> Form:
    """The fields of a form. Several of one name come joined by spaces, as boxes that are ticked do."""
    if media_type(request) != _FORM_TYPE:
        raise WrongMediaType(accepted=[_FORM_TYPE])
    body = await read_body(request, _MAX_FORM_BYTES)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as exc:
        raise BadBody(fields={}) from exc
    return _joined(pairs)


def _joined(pairs: list[tuple[str, str]]) -> Form:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]} {value}" if name in found else value
    return found


def _sign_in_first(console: Console, request: Request, place: Place) -> Response:
    if place.by_script:
        return _with_headers(problem(request, NoSession()))
    back = request.url.path if place.method == "GET" else "/staff"
    query = f"?{request.url.query}" if request.url.query and place.method == "GET" else ""
    return console.go(f"{SIGN_IN}?next={quote(back + query, safe='/')}")


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
