"""The traveller's coupons for a bus: which fit these riders, what each takes off, the best first. While the mall is away
there are none, and the page sells as it always did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request

from gateway.calls import context_of
from gateway.session import Traveller
from gateway.web.bus_views import money
from gateway.web.site import Site
from gateway.web.visitors import AWAY
from kernel.errors import ServiceError
from services.bus.schemas import MAX_SEATS

FIELD: Final = "coupon"
_LONGEST: Final = 64
_PATIENCE_S: Final = 1.5
NONE: Final[dict[str, Any]] = {"coupons": [], "nearly": [], "chosen": "", "off": "", "coupons_away": False}
"""For a reader who isn't signed in."""


def chosen(given: Mapping[str, str]) -> str:
    """The coupon that a form or an address names; "" for none."""
    return given.get(FIELD, "")[:_LONGEST]


class Coupons:
    """Asks the mall which of a traveller's coupons fit."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def values(
        self, request: Request, traveller: Traveller, given: Mapping[str, str], fares: Sequence[int]
    ) -> dict[str, Any]:
        """What the page shows of them. fares: of the riders, in fen. Until something is chosen it is the best one."""
        if not 1 <= len(fares) <= MAX_SEATS:
            return NONE
        try:
            quote = await self._quote(request, traveller, fares)
        except ServiceError as exc:
            if exc.kind not in AWAY:
                raise
            return NONE | {"coupons_away": True}
        t = self._site.texts(request)
        usable = quote["usable"]
        wanted = chosen(given) if FIELD in given else "".join(one["id"] for one in usable[:1])
        used = next((one for one in usable if one["id"] == wanted), None)
        off_fen = used["discount_fen"] if used else 0
        return {
            "coupons": [
                {"id": one["id"], "title": t.name(one["title"]), "off": money(one["discount_fen"])}
                for one in usable
            ],
            "nearly": [
                (t.name(one["title"]), t.name(one["words"]))
                for one in quote["not_usable"]
                if one["missing_fen"] or one["id"] == wanted
            ],
            "chosen": used["id"] if used else "",
            "off": money(off_fen) if used else "",
            "total": money(sum(fares) - off_fen),
            "coupons_away": False,
        }

    async def _quote(self, request: Request, traveller: Traveller, fares: Sequence[int]) -> Any:
        wish = {
            "passenger_id": traveller.passenger_id,
            "service": "bus",
            "items": [
                {"ref": str(number), "price_fen": fen, "quantity": 1} for number, fen in enumerate(fares, 1)
            ],
        }
        return await self._site.deps.rpc.call(
            "shop", "quote_coupon", wish, deadline_s=_PATIENCE_S, repeat=True, context=context_of(request)
        )
