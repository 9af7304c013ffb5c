"""Those whom a traveller books for: listed, added, changed, removed."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.session import Traveller
from gateway.web.forms import EMPTY, Filled, again, refused
from gateway.web.notices import notice
from gateway.web.site import Site
from gateway.web.texts import N_
from gateway.web.visitors import Form, Visitors, go
from kernel.errors import ServiceError
from services.passengers.errors import CompanionNotFound
from services.passengers.schemas import MAX_COMPANIONS, MAX_NAME, CompanionKind

KINDS: Final = {
    CompanionKind.ADULT.value: N_("Adult"),
    CompanionKind.CHILD.value: N_("Child, 2 to 11"),
    CompanionKind.INFANT.value: N_("Infant, under 2"),
}
_HOME: Final = "/me/companions"


class Companions:
    def __init__(self, site: Site, visitors: Visitors) -> None:
        self._site = site
        self._visitors = visitors

    async def page(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/companions."""
        return await self._draw(request, traveller, EMPTY)

    async def add(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /me/companions."""
        wish = {"name": form.get("name", ""), "kind": form.get("kind", "")}
        try:
            await self._visitors.write(request, form, "passengers", "add_companion", traveller, **wish)
        except ServiceError as exc:
            t = self._site.texts(request)
            html = await self._draw(request, traveller, refused(self._site, t, form, exc))
            return again(html, t)
        return go(request, f"{_HOME}?done=companion_added")

    async def one(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/companions/{companion_id}."""
        companion = await self._mine(request, traveller)
        return self._draw_one(
            request, companion, Filled({"name": companion["name"], "kind": companion["kind"]})
        )

    async def change(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /me/companions/{companion_id}."""
        companion = await self._mine(request, traveller)
        wish = {
            "companion_id": companion["id"],
            "name": form.get("name", ""),
            "kind": form.get("kind", ""),
        }
        try:
            await self._visitors.write(request, form, "passengers", "change_companion", traveller, **wish)
        except ServiceError as exc:
            t = self._site.texts(request)
            return again(self._draw_one(request, companion, refused(self._site, t, form, exc)), t)
        return go(request, f"{_HOME}?done=companion_changed")

    async def remove(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /me/companions/{companion_id}/remove."""
        wish = {"companion_id": request.path_params["companion_id"]}
        await self._visitors.write(request, form, "passengers", "remove_companion", traveller, **wish)
        return go(request, f"{_HOME}?done=companion_removed")

    async def _all(self, request: Request, traveller: Traveller) -> list[dict[str, Any]]:
        told = await self._visitors.read(request, traveller, "passengers", "list_companions")
        companions: list[dict[str, Any]] = told["companions"]
        return companions

    async def _mine(self, request: Request, traveller: Traveller) -> dict[str, Any]:
        """The companion of the address. Raises CompanionNotFound: another traveller's is like none."""
        wanted = request.path_params["companion_id"]
        for companion in await self._all(request, traveller):
            if companion["id"] == wanted:
                return companion
        raise CompanionNotFound

    async def _draw(self, request: Request, traveller: Traveller, filled: Filled) -> bytes:
        companions = await self._all(request, traveller)
        return self._visitors.draw(
            request,
            "companions.html",
            companions=companions,
            full=len(companions) >= MAX_COMPANIONS,
            most=MAX_COMPANIONS,
            kinds=KINDS,
            max_name=MAX_NAME,
            filled=filled,
            said=notice(request),
        )

    def _draw_one(self, request: Request, companion: dict[str, Any], filled: Filled) -> bytes:
        return self._visitors.draw(
            request, "companion.html", companion=companion, kinds=KINDS, max_name=MAX_NAME, filled=filled
        )
