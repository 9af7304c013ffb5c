"""Forms of lost and found as they come in: the fields, whose they are, and photos made harmless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from gateway import photos
from gateway.photos import Photo
from gateway.session import Traveller
from gateway.session.errors import BadForm
from gateway.uploads import Upload
from gateway.web.forms import PHOTOS
from gateway.web.lost_desk import LostDesk
from gateway.web.visitors import Form, go, sign_in_href
from kernel.errors import ServiceError
from services.lostfound.schemas.vocabulary import MAX_PHOTOS


@dataclass(frozen=True)
class Sent:
    """A form. is_theirs: it was drawn for the one who is signed in. errors: what is wrong with a photo."""

    form: Form
    traveller: Traveller | None
    is_theirs: bool
    photos: tuple[Photo, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)


class Uploads:
    """Reads forms of anybody: one whose session is over gets back what was typed, not a page to sign in."""

    def __init__(self, desk: LostDesk) -> None:
        self._desk = desk
        self._sessions = desk.site.deps.sessions

    async def read(self, request: Request) -> Sent:
        """The form. Photos are opened only for one who is signed in, of a form that is theirs. Raises CrossSite."""
        form, files = await self._desk.visitors.visitors_form_with_files(request, {PHOTOS: MAX_PHOTOS})
        traveller = await self._desk.visitors.traveller(request)
        if traveller is None:
            return Sent(form, None, False)
        try:
            self._sessions.check_form(request, form.get("csrf", ""))
        except BadForm:
            return Sent(form, traveller, False)
        taken, errors = await self._taken(request, files[PHOTOS])
        return Sent(form, traveller, True, taken, errors)

    async def _taken(
        self, request: Request, uploads: tuple[Upload, ...]
    ) -> tuple[tuple[Photo, ...], dict[str, str]]:
        try:
            return tuple([await photos.take(each.content) for each in uploads]), {}
        except ServiceError as exc:
            if not exc.code.startswith("photos."):
                raise
            return (), {PHOTOS: self._desk.said(self._desk.site.texts(request), exc)}

    def sign_in(self, request: Request, back: str) -> Response:
        """For one whose session is over on a page that shows nothing to strangers."""
        return go(request, sign_in_href(back))
