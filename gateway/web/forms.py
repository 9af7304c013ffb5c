"""A form that was sent and refused: what was typed, and what is wrong with it, beside the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.web.site import Site
from gateway.web.texts import N_, Texts
from gateway.web.visitors import Form, page
from kernel.errors import Kind, ServiceError

WHOLE: Final = ""
"""Where a complaint stands that is about no single field."""
PHOTOS: Final = "photos"
"""The field of every form of ours that takes photos."""
_ABOUT: Final[dict[str, str]] = {
    "id_form": "number",
    "id_birth_date": "number",
    "id_check_digit": "number",
    "passport_form": "number",
    "document_exists": "number",
    "mrz_form": "mrz",
    "mrz_check_digit": "mrz",
    "mrz_date": "mrz",
    "document_expired": "expires_on",
    "holder_needed": "holder_name",
    "consent_needed": "agree",
    "consent_outdated": "agree",
    "companion_not_found": "companion_id",
}
"""Errors of passengers, by the last part of their code, and the field of our forms that they are about."""
_NAMES: Final = N_("Write the name as it stands in the document: letters only, at most 64.")
_FIELDS: Final = {
    "name": _NAMES,
    "holder_name": _NAMES,
    "sealed": N_("That is too long for a document number."),
    "expires_on": N_("Choose a day."),
}


@dataclass(frozen=True)
class Filled:
    """values: what was typed. errors: sentences by field; WHOLE for the form itself."""

    values: Form = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """The field that the reader looks at first."""
        return next(iter(self.errors), "")


EMPTY: Final = Filled()


def refused(site: Site, t: Texts, form: Form, error: ServiceError) -> Filled:
    """The form with what a service says against it. Raises `error` again if the form isn't to blame."""
    if error.code.startswith("photos."):
        return Filled(form, {PHOTOS: site.deps.words.detail(error.code, error.kind, error.data, t.language)})
    if error.kind not in {Kind.INVALID, Kind.CONFLICT} or error.code.startswith("request."):
        raise error
    broken = error.data.get("fields")
    if isinstance(broken, dict) and broken:
        return Filled(
            form, {_field(name): _about_field(site, t, name, said) for name, said in broken.items()}
        )
    where = _ABOUT.get(error.code.rpartition(".")[2], WHOLE)
    return Filled(form, {where: site.deps.words.detail(error.code, error.kind, error.data, t.language)})


def again(html: bytes, t: Texts) -> Response:
    """The form once more, told as refused."""
    return page(html, t.tag, 400)


def once_done(error: ServiceError) -> bool:
    """Whether an error only says that this very form is being worked on, or was, with slightly other words."""
    return error.code.startswith("request.")


def chosen(request: Request, name: str, among: Any, otherwise: str) -> str:
    """A word of the address, if it is one of those there are."""
    asked = request.query_params.get(name, "")
    return asked if asked in {str(word) for word in among} else otherwise


def _field(name: str) -> str:
    return "number" if name == "sealed" else name


def _about_field(site: Site, t: Texts, name: str, said: Any) -> str:
    if name in _FIELDS:
        return t(_FIELDS[name])
    messages = said if isinstance(said, list) else [said]
    return site.deps.words.field(str(messages[0]) if messages else "", t.language)
