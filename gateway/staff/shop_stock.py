"""What lies on the shelves: the list, a count by shelf or by scanner, what came and what broke, and every move of a thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, act, page
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.shop_parcel import staff_names
from gateway.staff.shop_reading import read_whole, wrong_words
from gateway.staff.shop_shared import AGAIN, HOME, ROLES, TABS, Mall, name_words, option_words
from gateway.staff.texts import N_, Texts, when
from kernel.errors import ServiceError
from services.shop.schemas.vocabulary import MoveKind

STOCK: Final = f"{HOME}/stock"
_ONE: Final = f"{STOCK}/{{variant_id}}"
_COUNT: Final = f"{STOCK}/count"
_PAGE: Final = 50
MOVES: Final = {
    MoveKind.COUNT.value: N_("Stock count"),
    MoveKind.DELIVERED.value: N_("Delivered"),
    MoveKind.SOLD.value: N_("Sold"),
    MoveKind.RETURNED.value: N_("Returned by customers"),
    MoveKind.BROKEN.value: N_("Broken or lost"),
    MoveKind.CORRECTED.value: N_("Corrected"),
}
_BY_HAND: Final = ("delivered", "broken", "returned", "corrected")
WHY: Final = {
    "unknown": N_("not of this shop"),
    "changed": N_("sold or moved since the page was opened: count it again"),
    "held": N_("more pieces than that are promised to customers"),
}
QUEUE: Final = Queue(
    "shop-stock",
    (
        Column(N_("SKU"), "code"),
        Column(N_("Product name")),
        Column(N_("Barcode"), "code"),
        Column(N_("In stock"), "number"),
        Column(N_("Held for orders"), "number"),
        Column(N_("Free to sell"), "number"),
        Column(N_("Last change"), "time"),
    ),
    search=N_("Name, SKU or barcode"),
    filters=(
        Filter(
            "low",
            N_("Free to sell"),
            (("0", N_("None left")), ("5", N_("5 or fewer")), ("20", N_("20 or fewer"))),
        ),
    ),
)


def desk(console: Console) -> Desk:
    stock = Stock(Mall(console))
    places = (
        page(STOCK, stock.page),
        page(_COUNT, stock.count_page),
        act(_COUNT, stock.count),
        page(_ONE, stock.one),
        act(_ONE, stock.move),
    )
    return Desk(STOCK, N_("Stock"), "shop", ROLES, places, in_menu=False)


class Stock:
    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/shop/stock: by SKU."""
        t, shop = self._console.texts(request), await self._mall.mine(request, staff)

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            wish: dict[str, Any] = {"shop_id": shop["id"], "q": wishes["q"][:60], "limit": min(limit, 100)}
            wish |= {"low": int(wishes["low"])} if wishes["low"] else {}
            answer = await self._mall.read(request, staff, "list_stock", **wish, cursor=cursor or None)
            found = answer["stocks"]
            hrefs = [f"{STOCK}/{each['variant_id']}?q={quote(each['sku'])}" for each in found]
            return Found([self._row(t, each) for each in found], answer["next_cursor"] or "", hrefs)

        values = {
            "template": "shop_stock.html",
            "heading": N_("Stock"),
            "empty": N_("No product of this shop has a stock yet."),
            **await frame(self._mall, request, staff, STOCK),
        }
        return await QUEUE.answer(self._console, request, staff, fetch, values)

    def _row(self, t: Texts, each: Mapping[str, Any]) -> list[Cell]:
        return [
            Cell(each["sku"]),
            Cell(name_words(t, each["name"]), note=option_words(t, each["options"])),
            Cell(each["barcode"]),
            Cell(str(each["on_hand"])),
            Cell(str(each["held"]) if each["held"] else ""),
            Cell(str(each["free"]), "" if each["free"] > 5 else "late" if each["free"] else "bad"),
            Cell(when(each["changed_at"], self._console.zone)),
        ]

    async def count_page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/shop/stock/count?q=…: a shelf's worth of rows with a field each."""
        return await self._draw_count(request, staff)

    async def count(self, request: Request, staff: Staff, form: Form) -> bytes | Response:
        """POST /staff/shop/stock/count: the fields that were filled in."""
        shop = await self._mall.mine(request, staff)
        counts, before = [], {}
        for name, value in form.items():
            if not name.startswith("n-") or not value.strip():
                continue
            version, _, was = form.get(f"s-{name[2:]}", "").partition(":")
            seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
            before[name[2:]] = was
            counts.append({"variant_id": name[2:66], "on_hand": read_whole(value), "seen_version": seen})
        if not counts:
            t = self._console.texts(request)
            html = await self._draw_count(request, staff, wrong=[t("Fill in at least one count.")])
            return self._console.page(request, html, 400)
        try:
            wish = {"shop_id": shop["id"], "counts": counts, "note": form.get("note", "").strip()[:120]}
            told = await self._mall.write(request, staff, form, "count_stock", **wish)
        except ServiceError as exc:
            if exc.kind not in AGAIN:
                raise
            wrong = wrong_words(self._console, self._console.texts(request), exc)
            return self._console.page(request, await self._draw_count(request, staff, wrong=wrong), 400)
        return await self._draw_count(request, staff, report=self._report(request, told, before))

    def _report(self, request: Request, told: Mapping[str, Any], before: Mapping[str, str]) -> dict[str, Any]:
        t = self._console.texts(request)
        counted = []
        for each in told["counted"]:
            was = before.get(each["variant_id"], "")
            diff = each["on_hand"] - int(was) if was.isdigit() else 0
            counted.append(
                {
                    "name": name_words(t, each["name"]),
                    "options": option_words(t, each["options"]),
                    "on_hand": each["on_hand"],
                    "diff": diff,
                }
            )
        refused = [
            {
                "name": name_words(t, each["stock"]["name"]) if each["stock"] else each["variant_id"],
                "why": WHY[each["why"]],
                "now": each["stock"]["on_hand"] if each["stock"] else None,
            }
            for each in told["refused"]
        ]
        return {"counted": counted, "refused": refused}

    async def _draw_count(
        self, request: Request, staff: Staff, *, wrong: list[str] | None = None, report: Any = None
    ) -> bytes:
        t, shop = self._console.texts(request), await self._mall.mine(request, staff)
        q, cursor = (request.query_params.get(name, "").strip() for name in ("q", "cursor"))
        wish = {"shop_id": shop["id"], "q": q[:60], "limit": _PAGE, "cursor": cursor[:300] or None}
        answer = await self._mall.read(request, staff, "list_stock", **wish)
        rows = [
            {
                "id": each["variant_id"],
                "sku": each["sku"],
                "name": name_words(t, each["name"]),
                "options": option_words(t, each["options"]),
                "barcode": each["barcode"],
                "on_hand": each["on_hand"],
                "held": each["held"],
                "seen": f"{each['version']}:{each['on_hand']}",
            }
            for each in answer["stocks"]
        ]
        values = {
            "rows": rows,
            "q": q,
            "next": answer["next_cursor"] or "",
            "wrong": wrong or [],
            "report": report,
        }
        return await self._mall.draw(request, staff, "shop_count.html", STOCK, **values)

    async def one(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/shop/stock/{variant_id}?q=SKU: a thing, and every move of it."""
        return await self._draw_one(request, staff)

    async def move(self, request: Request, staff: Staff, form: Form) -> bytes | Response:
        """POST /staff/shop/stock/{variant_id}: what came, broke, or was put right."""
        shop = await self._mall.mine(request, staff)
        kind = form.get("kind", "")
        wish = {
            "shop_id": shop["id"],
            "kind": kind if kind in _BY_HAND else "",
            "moves": [{"variant_id": _variant_id(request), "quantity": read_whole(form.get("quantity", ""))}],
            "note": form.get("note", "").strip()[:120],
        }
        try:
            await self._mall.write(request, staff, form, "move_stock", **wish)
        except ServiceError as exc:
            if exc.kind not in AGAIN:
                raise
            wrong = wrong_words(self._console, self._console.texts(request), exc)
            html = await self._draw_one(request, staff, wrong, form)
            return self._console.page(request, html, 400)
        q = quote(request.query_params.get("q", "")[:80])
        return self._console.go(f"{STOCK}/{_variant_id(request)}?q={q}&done=1")

    async def _draw_one(
        self,
        request: Request,
        staff: Staff,
        wrong: list[str] | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        t, shop, variant = (
            self._console.texts(request),
            await self._mall.mine(request, staff),
            _variant_id(request),
        )
        q = request.query_params.get("q", "").strip()[:60]
        wish = {"shop_id": shop["id"], "variant_id": variant, "limit": _PAGE}
        moves = (await self._mall.read(request, staff, "list_moves", **wish))["moves"]
        sku = q or (moves[0]["sku"] if moves else "")
        known = await self._mall.read(request, staff, "list_stock", shop_id=shop["id"], q=sku, limit=100)
        stock = next((each for each in known["stocks"] if each["variant_id"] == variant), None)
        names = await staff_names(self._console, request, staff, [each["actor"] for each in moves])
        return await self._mall.draw(
            request,
            staff,
            "shop_stock_one.html",
            STOCK,
            stock=stock,
            name=name_words(t, stock["name"]) if stock else sku,
            options=option_words(t, stock["options"]) if stock else "",
            moves=[
                {
                    "at": when(each["at"], self._console.zone),
                    "what": MOVES[each["kind"]],
                    "quantity": f"{each['quantity']:+d}",
                    "on_hand": each["on_hand"],
                    "who": names.get(each["actor"], ""),
                    "note": each["note"],
                }
                for each in moves
            ],
            kinds=[(kind, MOVES[kind]) for kind in _BY_HAND],
            wrong=wrong or [],
            typed=typed or {},
            done="done" in request.query_params,
            q=sku,
        )


async def frame(mall: Mall, request: Request, staff: Staff, section: str) -> dict[str, Any]:
    """What `Mall.draw` adds, for pages that a queue draws."""
    shops, shop = await mall.shops(request, staff), await mall.mine(request, staff)
    return {"tabs": TABS, "section": section, "my_shops": shops, "my_shop": shop}


def _variant_id(request: Request) -> str:
    return str(request.path_params["variant_id"])[:64]
