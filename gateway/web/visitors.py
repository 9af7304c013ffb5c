"""Who reads: a visitor, or a traveller who is signed in; and what pages for one traveller alone have in common.

Such a page is drawn for its reader, is never kept by anybody (`no-store`), and is sent uncompressed: it holds a
secret of the reader's beside words that a link can choose, and the length of a compressed page would tell (BREACH).

A form with photos: `{% from "photos.html" import photo_field %}` and `enctype="multipart/form-data" data-photos` in the
template, `visitors.act_with_files(work, {"photos": 4}, back)` as its endpoint; `async work(request, traveller, form,
files)` gets `files["photos"]`, a tuple of gateway.uploads.Upload, for `await photos.take(each.content)`. A page for
everybody reads `form, files = await visitors.visitors_form_with_files(request, {"photos": 4})`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway import calls
from gateway.bodies import media_type, read_body
from gateway.errors import BadBody, WrongMediaType
from gateway.following import follow_consent
from gateway.session import Traveller
from gateway.uploads import Files, Takes, read_form
from gateway.web.site import Endpoint, Site, in_wechat
from kernel.errors import Kind, ServiceError
from kernel.ids import new_id

FORM_ID: Final = "form_id"
_FORM_FIELD: Final = "csrf"
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_MAX_FORM_BYTES: Final = 16_000
_MOST_FIELDS: Final = 60
AWAY: Final = frozenset({Kind.UNAVAILABLE, Kind.DEADLINE})
"""Kinds of errors that say: not now."""
PRIVATE: Final = {"Cache-Control": "private, no-store", "Vary": "Cookie"}
_IS_FORM_ID: Final = re.compile(r"[0-9a-f]{32}")


Form = Mapping[str, str]
Own = Callable[[Request, Traveller], Awaitable[bytes | Response]]
Act = Callable[[Request, Traveller, Form], Awaitable[bytes | Response]]
ActWithFiles = Callable[[Request, Traveller, Form, Files], Awaitable[bytes | Response]]


class Visitors:
    """Turns what draws and what acts for one traveller into endpoints."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._sessions = site.deps.sessions

    async def traveller(self, request: Request) -> Traveller | None:
        """Who is signed in. Raises Unavailable, DeadlineExceeded.

        The pages go on in the language that this browser reads; the traveller's own is that of messages, and
        may be no choice of theirs but what WeChat said when they began to follow the account.
        """
        traveller = await self._sessions.traveller(request)
        if traveller is not None:
            known = calls.context_of(request)
            calls.replace(request, replace(known, principal={"passenger": traveller.passenger_id}))
        return traveller

    def either(self, shared: Endpoint, own: Own) -> Endpoint:
        """A page for everybody that has a part of its own for those who are signed in. While nobody can say who
        that is, it is the page for everybody."""

        async def respond(request: Request) -> Response:
            try:
                traveller = await self.traveller(request)
            except ServiceError as exc:
                if exc.kind not in AWAY:
                    raise
                traveller = None
            if traveller is None:
                return await shared(request)
            return self._private(request, await own(request, traveller))

        return respond

    def own(self, draw: Own) -> Endpoint:
        """A page for one who is signed in; others sign in first and come back."""

        async def respond(request: Request) -> Response:
            traveller = await self.traveller(request)
            if traveller is None:
                return go(request, sign_in_href(address_of(request)))
            return self._private(request, await draw(request, traveller))

        return respond

    def part(self, draw: Own) -> Endpoint:
        """A part that an open page fetches; nothing for one whose session is over by now."""

        async def respond(request: Request) -> Response:
            traveller = await self.traveller(request)
            if traveller is None:
                return Response(status_code=204, headers=PRIVATE)
            return self._private(request, await draw(request, traveller))

        return respond

    def act(self, work: Act, back: str = "/me") -> Endpoint:
        """What a form does. It must come from a page of ours, made for this reader.

        back: where one whose session is over comes out after signing in again.
        """

        async def respond(request: Request) -> Response:
            traveller = await self.traveller(request)
            if traveller is None:
                self._sessions.check_origin(request)
                return go(request, sign_in_href(back))
            form = await self.form(request)
            return self._private(request, await work(request, traveller, form))

        return respond

    def act_with_files(self, work: ActWithFiles, takes: Takes, back: str = "/me") -> Endpoint:
        """`act` of a form that may bring files. takes: names of their fields, and how many each may bring."""

        async def respond(request: Request) -> Response:
            traveller = await self.traveller(request)
            if traveller is None:
                self._sessions.check_origin(request)
                return go(request, sign_in_href(back))
            form, files = await self.visitors_form_with_files(request, takes)
            self._sessions.check_form(request, form.get(_FORM_FIELD, ""))
            return self._private(request, await work(request, traveller, form, files))

        return respond

    async def form(self, request: Request) -> Form:
        """The fields of a form made for this reader. Raises CrossSite, BadForm, WrongMediaType, BadBody."""
        form = await self.visitors_form(request)
        self._sessions.check_form(request, form.get(_FORM_FIELD, ""))
        return form

    async def visitors_form(self, request: Request) -> Form:
        """The fields, trimmed, of a form on a page of ours that was drawn for everybody. Raises CrossSite."""
        self._sessions.check_origin(request)
        if media_type(request) != _FORM_TYPE:
            raise WrongMediaType(accepted=[_FORM_TYPE])
        body = await read_body(request, _MAX_FORM_BYTES)
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError as exc:
            raise BadBody(fields={}) from exc
        return {name: value.strip() for name, value in pairs}

    async def visitors_form_with_files(self, request: Request, takes: Takes) -> tuple[Form, Files]:
        """`visitors_form` of a form that may bring files. Raises CrossSite and what `read_form` raises."""
        self._sessions.check_origin(request)
        sent = await read_form(request, takes)
        return {name: value.strip() for name, value in sent.fields}, sent.files

    def draw(self, request: Request, template: str, **values: Any) -> bytes:
        """A template whose forms this reader may send."""
        return self._site.draw(
            request,
            template,
            token=self._sessions.form_token(request),
            form_id=new_id(),
            reader=self.reader(request),
            in_wechat=in_wechat(request),
            **values,
        )

    def reader(self, request: Request) -> str:
        """A name for this session that tells nothing: what a browser keeps for one reader isn't shown to the next."""
        token = self._sessions.form_token(request)
        return hashlib.sha256(f"reader {token}".encode()).hexdigest()[:16]

    async def read(self, request: Request, traveller: Traveller, service: str, method: str) -> Any:
        """Ask a service about this traveller."""
        return await self._call(request, service, method, {"passenger_id": traveller.passenger_id})

    async def try_read(self, request: Request, traveller: Traveller, service: str, method: str) -> Any:
        """The same; None while the service is away."""
        try:
            return await self.read(request, traveller, service, method)
        except ServiceError as exc:
            if exc.kind in AWAY:
                return None
            raise

    async def write(
        self, request: Request, form: Form, service: str, method: str, traveller: Traveller, **arguments: Any
    ) -> Any:
        """Have a service do something for this traveller, once for each form drawn, however often it is sent."""
        drawn = form.get(FORM_ID, "")
        once = drawn if _IS_FORM_ID.fullmatch(drawn) else new_id()
        wish = {
            "request_id": f"{method}:{traveller.passenger_id}:{once}",
            "passenger_id": traveller.passenger_id,
            **arguments,
        }
        return await self._call(request, service, method, wish)

    async def agree(self, request: Request, form: Form, traveller: Traveller) -> None:
        """Note the consent that following a flight gives; after it was taken back only a box that is ticked does."""
        again, drawn = form.get("agree") == "yes", form.get(FORM_ID, "")
        once = drawn if _IS_FORM_ID.fullmatch(drawn) else new_id()
        # The forms of one page share an id, and may say different things.
        wanted = f"{'agree_again' if again else 'agree'}:{traveller.passenger_id}:{once}"
        context = calls.context_of(request)
        await follow_consent(self._site.deps.rpc, traveller.passenger_id, wanted, context, again=again)

    async def _call(self, request: Request, service: str, method: str, wish: dict[str, Any]) -> Any:
        return await self._site.deps.rpc.call(
            service, method, wish, repeat=True, context=calls.context_of(request)
        )

    def _private(self, request: Request, drawn: bytes | Response) -> Response:
        if isinstance(drawn, bytes):
            return self._site.remember_language(request, page(drawn, self._site.texts(request).tag))
        for name, value in PRIVATE.items():
            drawn.headers.setdefault(name, value)
        return drawn


def page(html: bytes, tag: str, status: int = 200) -> Response:
    """A page or a part of one for one reader alone."""
    return Response(html, status, {**PRIVATE, "Content-Language": tag}, "text/html")


def go(request: Request, path: str) -> Response:
    """After a form: on to the page that shows what it did, so that loading again doesn't send it again."""
    if is_htmx(request):
        return Response(headers={"HX-Redirect": path, **PRIVATE})
    return RedirectResponse(path, 303, PRIVATE)


def sign_in_href(back: str) -> str:
    """Where one signs in and comes back to `back`, a path of ours."""
    return f"/sign-in?next={quote(back, safe='/')}"


def address_of(request: Request) -> str:
    """The path and query that were asked for."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def is_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"
