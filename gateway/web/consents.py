"""What a traveller agreed to, when, and to which text; given and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import UnknownPath
from gateway.session import Traveller
from gateway.web.notices import notice
from gateway.web.site import Site
from gateway.web.texts import N_
from gateway.web.times import when_words
from gateway.web.visitors import Form, Visitors, go
from services.passengers.schemas import ConsentKind


@dataclass(frozen=True)
class ConsentText:
    """title; for: what the data is needed for; without: what taking it back means."""

    title: str
    purpose: str
    without: str


TEXTS: Final = {
    ConsentKind.PRIVACY_POLICY.value: ConsentText(
        N_("Privacy notice"),
        N_(
            "We keep your WeChat identity for this account, your language, the flights you follow and the messages "
            "sent to you, and use them for nothing but the services you ask for. You can see, take along and delete "
            "all of it on this site."
        ),
        N_("Taking this back deletes nothing by itself; to have everything deleted, see “My data”."),
    ),
    ConsentKind.IDENTITY_DOCUMENTS.value: ConsentText(
        N_("Keeping identity documents"),
        N_(
            "Document numbers are sensitive personal information. We keep them encrypted, show them masked, and use "
            "them only to fill in check-in, tickets and handovers that you begin yourself."
        ),
        N_("Taking this back deletes all documents you have saved here."),
    ),
    ConsentKind.FLIGHT_MESSAGES.value: ConsentText(
        N_("Messages about flights"),
        N_(
            "We send you WeChat messages about the flights you follow: delays, gates, boarding, arrival, baggage."
        ),
        N_("Without it you still see your flights here, but no message is sent."),
    ),
}
"""The texts of version 2026-10. A changed purpose is a new version in services/passengers, and asks anew."""


class Consents:
    def __init__(self, site: Site, visitors: Visitors) -> None:
        self._site = site
        self._visitors = visitors

    async def page(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/consents."""
        told = await self._visitors.read(request, traveller, "passengers", "list_consents")
        return self._visitors.draw(
            request,
            "consents.html",
            consents=[self._shown(request, one) for one in told["consents"]],
            history=[self._shown(request, one) for one in reversed(told["history"])],
            said=notice(request),
        )

    async def give(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /me/consents/{kind}/give."""
        wish = {"kind": _kind(request), "version": form.get("version", "")}
        await self._visitors.write(request, form, "passengers", "give_consent", traveller, **wish)
        return go(request, "/me/consents?done=consent_given")

    async def withdraw(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /me/consents/{kind}/withdraw."""
        kind = _kind(request)
        await self._visitors.write(request, form, "passengers", "withdraw_consent", traveller, kind=kind)
        with_documents = kind == ConsentKind.IDENTITY_DOCUMENTS.value
        done = "documents_withdrawn" if with_documents else "consent_withdrawn"
        return go(request, f"/me/consents?done={done}")

    def _shown(self, request: Request, one: dict[str, Any]) -> dict[str, Any]:
        t, zone = self._site.texts(request), self._site.deps.airport.zoneinfo
        return {
            **one,
            "text": TEXTS[one["kind"]],
            "when": when_words(t, one["at"], zone) if one["at"] else "",
        }


def _kind(request: Request) -> str:
    kind = str(request.path_params["kind"])
    if kind not in TEXTS:
        raise UnknownPath
    return kind
