"""The till: coupons are scanned one after the other, what they take off together is shown, then all are redeemed for a sale,
or that is undone in time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, act, page
from gateway.staff.lost_scan import CAMERA_WORDS
from gateway.staff.people import Staff
from gateway.staff.shop_reading import read_yuan, wrong_words
from gateway.staff.shop_shared import AGAIN, HOME, ROLES, Mall, name_words, typed_yuan, yuan
from gateway.staff.texts import N_, Texts, when
from kernel.errors import ServiceError
from services.shop.schemas.coupon_words import MAX_TOGETHER

TILL: Final = f"{HOME}/till"


def desk(console: Console) -> Desk:
    till = Till(Mall(console))
    places = (
        page(TILL, till.page),
        act(TILL, till.look),
        act(f"{TILL}/redeem", till.redeem),
        act(f"{TILL}/undo", till.undo),
    )
    return Desk(TILL, N_("Till"), "shop", ROLES, places, in_menu=False)


@dataclass(frozen=True)
class _Sale:
    """What the cashier typed, the codes that are good so far, and the one that isn't."""

    typed: Form
    codes: list[str]
    code: str = ""


class Till:
    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/shop/till."""
        return await self._draw(request, staff, _Sale({}, []))

    async def look(self, request: Request, staff: Staff, form: Form) -> Response | bytes:
        """POST /staff/shop/till: what the coupons would take off, with one more or one less; nothing is used yet."""
        kept, code = _kept(form), _code(form)
        dropped = form.get("drop", "")
        codes = [each for each in kept if each != dropped]
        if code and code not in codes:
            codes.append(code)
        if dropped and not codes:
            return await self._draw(request, staff, _Sale(form, []))
        try:
            found = await self._scan(request, staff, form, codes)
        except ServiceError as exc:
            return await self._refused(request, staff, exc, _Sale(form, kept, code))
        return await self._draw(request, staff, _Sale(form, codes), found=found)

    async def redeem(self, request: Request, staff: Staff, form: Form) -> Response | bytes:
        """POST /staff/shop/till/redeem: they are used for this receipt, all of them, once."""
        codes = _kept(form)
        try:
            wish = await self._wish(request, staff, form, codes)
            found = await self._mall.write(request, staff, form, "redeem_at_till", **wish)
        except ServiceError as exc:
            return await self._refused(request, staff, exc, _Sale(form, codes))
        return await self._draw(request, staff, _Sale(form, codes), found=found)

    async def undo(self, request: Request, staff: Staff, form: Form) -> Response | bytes:
        """POST /staff/shop/till/undo: the customer has them again."""
        shop = await self._mall.mine(request, staff)
        wish = {
            "shop_id": shop["id"],
            "coupon_ids": [each[:64] for each in form.get("coupon_ids", "").split()][:MAX_TOGETHER],
            "receipt": form.get("receipt", "").strip()[:32],
        }
        try:
            await self._mall.write(request, staff, form, "undo_at_till", **wish)
        except ServiceError as exc:
            return await self._refused(request, staff, exc, _Sale(form, []))
        return await self._draw(request, staff, _Sale({}, []), undone=True)

    async def _scan(self, request: Request, staff: Staff, form: Form, codes: list[str]) -> Mapping[str, Any]:
        """What they take off. One coupon that is shown by two codes keeps the first."""
        wish = await self._wish(request, staff, form, codes)
        found: Mapping[str, Any] = await self._mall.read(request, staff, "scan_coupons", **wish)
        if len(found["coupons"]) < len(codes):
            codes.pop()
        return found

    async def _wish(self, request: Request, staff: Staff, form: Form, codes: list[str]) -> dict[str, Any]:
        shop = await self._mall.mine(request, staff)
        return {
            "shop_id": shop["id"],
            "codes": codes,
            "amount_fen": read_yuan(form.get("amount", "")),
            "receipt": form.get("receipt", "").strip()[:32],
        }

    async def _refused(self, request: Request, staff: Staff, error: ServiceError, sale: _Sale) -> Response:
        """Why, and what was scanned before as it is now."""
        if error.kind not in AGAIN:
            raise error
        wrong = wrong_words(self._console, self._console.texts(request), error)
        found = None
        if sale.codes:
            with suppress(ServiceError):
                found = await self._scan(request, staff, sale.typed, sale.codes)
        return self._console.page(
            request, await self._draw(request, staff, sale, found=found, wrong=wrong), 400
        )

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        sale: _Sale,
        *,
        found: Mapping[str, Any] | None = None,
        wrong: list[str] | None = None,
        undone: bool = False,
    ) -> bytes:
        t = self._console.texts(request)
        quote = None if found is None else self._quote(t, found, sale)
        used = quote is not None and bool(quote["undo_until"])
        # The next customer's coupons are no part of a sale that is done.
        typed = {name: "" if used else sale.typed.get(name, "") for name in ("amount", "receipt")}
        if isinstance(amount_fen := read_yuan(typed["amount"]), int):
            typed["amount"] = typed_yuan(amount_fen)
        typed |= {"code": sale.code, "codes": "" if used else " ".join(sale.codes)}
        words = {key: t(word) for key, word in CAMERA_WORDS.items()}
        values = {"typed": typed, "quote": quote, "wrong": wrong or [], "undone": undone, "words": words}
        return await self._mall.draw(request, staff, "shop_till.html", TILL, **values)

    def _quote(self, t: Texts, found: Mapping[str, Any], sale: _Sale) -> dict[str, Any]:
        coupons = [
            {
                "id": each["coupon_id"],
                "code": sale.codes[n] if n < len(sale.codes) else "",
                "title": name_words(t, each["title"]),
                "terms": name_words(t, each["terms"]),
                "usable": each["usable"],
                "why": name_words(t, each["words"]),
                "discount": f"− {yuan(each['discount_fen'])}",
                "until": when(each["valid_until"], self._console.zone),
            }
            for n, each in enumerate(found["coupons"])
        ]
        return {
            "coupons": coupons,
            "usable": found["usable"],
            "amount": yuan(found["discount_fen"] + found["pay_fen"]),
            "discount": f"− {yuan(found['discount_fen'])}",
            "pay": yuan(found["pay_fen"]),
            "receipt": sale.typed.get("receipt", "").strip(),
            "undo_until": when(found["undo_until"], self._console.zone)[11:],
        }


def _kept(form: Form) -> list[str]:
    """Codes that were scanned before."""
    return list(dict.fromkeys(each[:64] for each in form.get("codes", "").split()))[:MAX_TOGETHER]


def _code(form: Form) -> str:
    """The code that is scanned now, "" for none."""
    return "".join(form.get("code", "").split())[:64]
