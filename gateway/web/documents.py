"""A traveller's identity documents: always masked, shown in full only on request, checked before they are kept."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.calls import context_of
from gateway.sealing import Sealer
from gateway.session import Traveller
from gateway.web.consents import TEXTS
from gateway.web.forms import EMPTY, Filled, again, chosen, once_done, refused
from gateway.web.notices import notice
from gateway.web.site import Site
from gateway.web.texts import N_, Texts
from gateway.web.times import full_date
from gateway.web.visitors import Form, Visitors, go
from kernel.errors import ServiceError
from services.passengers.errors import DocumentNotFound
from services.passengers.schemas import MAX_DOCUMENTS, MAX_NAME, ConsentKind, DocumentKind, UnmaskReason

KINDS: Final = {
    DocumentKind.RESIDENT_ID.value: N_("Resident ID card"),
    DocumentKind.PASSPORT.value: N_("Passport"),
}
CHECKED: Final = {
    "check_digit": N_("Check digit is right"),
    "mrz": N_("All check digits are right"),
    "form": N_("Typed by hand"),
}
_CONSENT: Final = ConsentKind.IDENTITY_DOCUMENTS.value
_HOME: Final = "/me/documents"
_LONGEST: Final = 200


class Documents:
    def __init__(self, site: Site, visitors: Visitors) -> None:
        self._site = site
        self._visitors = visitors
        self._sealer = Sealer(site.deps.rpc, "passengers")

    async def page(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/documents."""
        return await self._draw(request, traveller)

    async def show(self, request: Request, traveller: Traveller, form: Form) -> bytes:
        """POST /me/documents/{document_id}/show: one number in full, once. The service logs who, when and why."""
        document = await self._mine(request, traveller)
        wish = {"document_id": document["id"], "reason": UnmaskReason.SHOWN_TO_TRAVELLER.value}
        told = await self._visitors.write(request, form, "passengers", "unmask_document", traveller, **wish)
        return await self._draw(request, traveller, shown_id=document["id"], shown=told["number"])

    async def remove(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /me/documents/{document_id}/remove."""
        wish = {"document_id": request.path_params["document_id"]}
        await self._visitors.write(request, form, "passengers", "remove_document", traveller, **wish)
        return go(request, f"{_HOME}?done=document_removed")

    async def new(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/documents/new?kind=…"""
        kind = chosen(request, "kind", KINDS, DocumentKind.RESIDENT_ID.value)
        return await self._draw_new(request, traveller, kind, EMPTY)

    async def add(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /me/documents: the number goes to the service sealed, and comes back here only masked."""
        t = self._site.texts(request)
        kind = form["kind"] if form.get("kind") in KINDS else DocumentKind.RESIDENT_ID.value
        missing = self._missing(request, kind, form)
        if missing.errors:
            return again(await self._draw_new(request, traveller, kind, missing), t)
        try:
            if form.get("agree"):
                consent = {"kind": _CONSENT, "version": form["agree"]}
                await self._visitors.write(request, form, "passengers", "give_consent", traveller, **consent)
            await self._add(request, traveller, form, kind)
        except ServiceError as exc:
            if not once_done(exc):
                filled = refused(self._site, t, form, exc)
                return again(await self._draw_new(request, traveller, kind, filled), t)
        return go(request, f"{_HOME}?done=document_added")

    async def _add(self, request: Request, traveller: Traveller, form: Form, kind: str) -> None:
        wish = {
            "kind": kind,
            "holder_name": form.get("holder_name") or None,
            "expires_on": form.get("expires_on") or None,
            "companion_id": form.get("companion_id") or None,
        }
        text = (form.get("mrz") if kind == DocumentKind.PASSPORT.value else "") or form.get("number", "")

        async def ask(sealed: str) -> None:
            await self._visitors.write(
                request, form, "passengers", "add_document", traveller, sealed=sealed, **_given(wish)
            )

        await self._sealer.sealed(text, context_of(request), ask)

    def _missing(self, request: Request, kind: str, form: Form) -> Filled:
        """What nobody has to be asked about: fields that are empty or far too long."""
        t, errors = self._site.texts(request), {}
        passport = kind == DocumentKind.PASSPORT.value
        number, mrz = form.get("number", ""), form.get("mrz", "") if passport else ""
        if not number and not mrz:
            where = "mrz" if passport else "number"
            errors[where] = (
                t("Fill in the two lines, or the number below.") if passport else t("Fill in the number.")
            )
        elif max(len(number), len(mrz)) > _LONGEST:
            errors["mrz" if mrz else "number"] = t("That is too long for a document number.")
        if not mrz and number:
            if not form.get("holder_name"):
                errors["holder_name"] = t("Fill in the holder's name.")
            if passport and not form.get("expires_on"):
                errors["expires_on"] = t("Choose the day the passport expires.")
        return Filled(form, errors)

    async def _all(self, request: Request, traveller: Traveller) -> list[dict[str, Any]]:
        told = await self._visitors.read(request, traveller, "passengers", "list_documents")
        documents: list[dict[str, Any]] = told["documents"]
        return documents

    async def _mine(self, request: Request, traveller: Traveller) -> dict[str, Any]:
        """The document of the address. Raises DocumentNotFound: another traveller's is like none."""
        wanted = request.path_params["document_id"]
        for document in await self._all(request, traveller):
            if document["id"] == wanted:
                return document
        raise DocumentNotFound

    async def _companions(self, request: Request, traveller: Traveller) -> dict[str, str]:
        told = await self._visitors.read(request, traveller, "passengers", "list_companions")
        return {companion["id"]: companion["name"] for companion in told["companions"]}

    async def _draw(
        self, request: Request, traveller: Traveller, shown_id: str = "", shown: str = ""
    ) -> bytes:
        t, documents = self._site.texts(request), await self._all(request, traveller)
        return self._visitors.draw(
            request,
            "documents.html",
            documents=[{**one, "until": _until(t, one["expires_on"])} for one in documents],
            companions=await self._companions(request, traveller),
            kinds=KINDS,
            checked=CHECKED,
            full=len(documents) >= MAX_DOCUMENTS,
            most=MAX_DOCUMENTS,
            shown_id=shown_id,
            shown=shown,
            said=notice(request),
        )

    async def _draw_new(self, request: Request, traveller: Traveller, kind: str, filled: Filled) -> bytes:
        told = await self._visitors.read(request, traveller, "passengers", "list_consents")
        consent = next(one for one in told["consents"] if one["kind"] == _CONSENT)
        return self._visitors.draw(
            request,
            "document_new.html",
            kind=kind,
            kinds=KINDS,
            companions=await self._companions(request, traveller),
            consent=None if consent["in_force"] else consent,
            consent_text=TEXTS[_CONSENT],
            max_name=MAX_NAME,
            filled=filled,
        )


def _until(t: Texts, expires_on: str | None) -> str:
    return full_date(t, date.fromisoformat(expires_on)) if expires_on else ""


def _given(wish: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in wish.items() if value is not None}
