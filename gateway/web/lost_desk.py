"""What every page of lost and found asks of its service: sealed, once for each form drawn; and what it says of errors."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from starlette.requests import Request

from gateway.calls import context_of
from gateway.photos import Photo
from gateway.sealing import Sealer
from gateway.session import Traveller
from gateway.web.forms import PHOTOS, WHOLE, Filled
from gateway.web.lost_views import known_places
from gateway.web.site import Site, in_wechat
from gateway.web.texts import N_, Texts
from gateway.web.visitors import AWAY, FORM_ID, Form, Visitors
from kernel.clock import monotonic
from kernel.errors import Kind, ServiceError
from kernel.ids import new_id

SERVICE: Final = "lostfound"
_DESKS_KEPT_S: Final = 300.0
_IS_FORM_ID: Final = re.compile(r"[0-9a-f]{32}")
_SAID: Final = frozenset({Kind.INVALID, Kind.CONFLICT, Kind.LIMITED, Kind.FORBIDDEN})
"""What the traveller can do something about on the page they are on, or must read there."""
_ABOUT: Final = {
    "loss": WHOLE,
    "sealed": WHOLE,
    "document": "document_number",
    "number": "document_number",
    "holder_name": "document_name",
    "contact": "phone",
    "found_at": "found_at",
}
"""Fields of the service, by their last name, and where our forms show what is wrong with them."""
_OWN: Final = {
    "lost_from": N_("That time can't be right."),
    "lost_to": N_("That time can't be right."),
    "found_at": N_("That time can't be right."),
    "marks": N_("Say something that only the owner can know."),
    "seat": N_("A seat looks like 35A."),
    "document_number": N_("That is no document number."),
}
"""What is said of a field when the service's own words are for programs."""


class LostDesk:
    """The lostfound service, as travellers' pages call it."""

    def __init__(self, site: Site, visitors: Visitors) -> None:
        self.site, self.visitors = site, visitors
        self._sealer = Sealer(site.deps.rpc, SERVICE)
        self._desks: list[dict[str, Any]] = []
        self._desks_until_s = 0.0

    # --- who reads -----------------------------------------------------------------------------------

    async def someone(self, request: Request) -> Traveller | None:
        """Who is signed in; None for nobody, and while nobody can say."""
        try:
            return await self.visitors.traveller(request)
        except ServiceError as exc:
            if exc.kind not in AWAY:
                raise
            return None

    def draw(self, request: Request, traveller: Traveller | None, template: str, **values: Any) -> bytes:
        """A template with forms, for one who is signed in or for anybody."""
        signed_in = traveller is not None
        if signed_in:
            return self.visitors.draw(request, template, signed_in=True, **values)
        return self.site.draw(
            request,
            template,
            token="",
            form_id=new_id(),
            in_wechat=in_wechat(request),
            signed_in=False,
            **values,
        )

    # --- calls ---------------------------------------------------------------------------------------

    async def ask(self, request: Request, method: str, **wish: Any) -> Any:
        return await self.site.deps.rpc.call(SERVICE, method, wish, repeat=True, context=context_of(request))

    async def try_ask(self, request: Request, method: str, **wish: Any) -> Any:
        """The same; None while the service is away."""
        try:
            return await self.ask(request, method, **wish)
        except ServiceError as exc:
            if exc.kind in AWAY:
                return None
            raise

    async def write(
        self, request: Request, form: Form, method: str, traveller: Traveller | None, **wish: Any
    ) -> Any:
        """Once for each form drawn, however often it is sent."""
        return await self.ask(request, method, **self._once(form, method, traveller), **wish)

    async def write_sealed(
        self,
        request: Request,
        form: Form,
        method: str,
        traveller: Traveller | None,
        private: Mapping[str, Any],
        part: str = "",
        **wish: Any,
    ) -> Any:
        """The same with what only the service may read. part: of one form that asks several times."""
        once = self._once(form, method + part, traveller)

        async def ask(sealed: str) -> Any:
            return await self.ask(request, method, **once, **wish, sealed=sealed)

        return await self._sealer.sealed(orjson.dumps(private).decode(), context_of(request), ask)

    async def attach(
        self,
        request: Request,
        form: Form,
        traveller: Traveller,
        about: tuple[str, str],
        photos: Sequence[Photo],
    ) -> None:
        """Put photos to a report or a claim. about: its kind and its id."""
        wish = {"about": about[0], "about_id": about[1]}
        for number, photo in enumerate(photos, 1):
            private = {
                "jpeg": base64.b64encode(photo.jpeg).decode(),
                "thumbnail": base64.b64encode(photo.thumbnail).decode(),
            }
            await self.write_sealed(
                request, form, "attach_evidence", traveller, private, part=str(number), **wish
            )

    async def try_attach(
        self,
        request: Request,
        form: Form,
        traveller: Traveller,
        about: tuple[str, str],
        photos: Sequence[Photo],
    ) -> bool:
        """The same after the report or claim itself, which stands even if its photos can't be kept just now."""
        try:
            await self.attach(request, form, traveller, about, photos)
        except ServiceError:
            return False
        return True

    async def desks(self, request: Request) -> list[dict[str, Any]]:
        """The desks: id, name, place. Those last heard of while the service is away."""
        if monotonic() < self._desks_until_s:
            return self._desks
        told = await self.try_ask(request, "list_vocabulary")
        if told is not None:
            # Shelves are nobody's business but the desk's.
            self._desks = [{name: one[name] for name in ("id", "name", "place")} for one in told["desks"]]
            self._desks_until_s = monotonic() + _DESKS_KEPT_S
        return self._desks

    async def desk_words(self, request: Request) -> list[dict[str, str]]:
        """Where things are handed in and fetched, in the reader's language."""
        t, places = self.site.texts(request), known_places(self.site.deps.airport)
        return [
            {
                "id": one["id"],
                "name": t.name(one["name"]),
                "place": getattr(places[one["place"]], t.language) if one["place"] in places else "",
            }
            for one in await self.desks(request)
        ]

    def refused(self, t: Texts, form: Form, error: ServiceError) -> Filled:
        """The form with what the service says against it. Raises `error` again if the form isn't to blame."""
        if error.code.startswith("photos."):
            return Filled(form, {PHOTOS: self.said(t, error)})
        if error.kind not in _SAID or error.code.startswith("request."):
            raise error
        broken = _leaves(error.data.get("fields"))
        if not broken:
            return Filled(form, {WHOLE: self.said(t, error)})
        words = self.site.deps.words
        return Filled(
            form,
            {name: t(_OWN[name]) if name in _OWN else words.field(said, t.language) for name, said in broken},
        )

    def said(self, t: Texts, error: ServiceError) -> str:
        return self.site.deps.words.detail(error.code, error.kind, error.data, t.language)

    @staticmethod
    def _once(form: Form, method: str, traveller: Traveller | None) -> dict[str, Any]:
        drawn = form.get(FORM_ID, "")
        once = drawn if _IS_FORM_ID.fullmatch(drawn) else new_id()
        who = traveller.passenger_id if traveller else None
        return {"request_id": f"{method}:{who or 'visitor'}:{once}", "passenger_id": who}


def _leaves(tree: Any, name: str = "") -> list[tuple[str, str]]:
    """(field of our form, message) of what marshmallow says, however deep it lies."""
    if isinstance(tree, Mapping):
        return [
            leaf
            for key, value in tree.items()
            for leaf in _leaves(value, name if str(key).isdigit() or key == "_schema" else str(key))
        ]
    messages = tree if isinstance(tree, list) else [tree] if tree else []
    return [(_ABOUT.get(name, name), str(messages[0]))] if messages else []
