"""A day's takings: what was paid and paid back, by hour and by product, held against the payments' ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console, link
from gateway.staff.desks import Desk, page
from gateway.staff.people import Staff
from gateway.staff.plots import Share, columns
from gateway.staff.sheets import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx
from gateway.staff.shop_shared import HOME, ROLES, Mall, name_words, typed_yuan, yuan
from gateway.staff.texts import N_, Texts
from kernel import clock

TAKINGS: Final = f"{HOME}/takings"
_FIRST_HOUR: Final = 6


def desk(console: Console) -> Desk:
    takings = Takings(Mall(console))
    return Desk(TAKINGS, N_("Takings"), "shop", ROLES, (page(TAKINGS, takings.page),), in_menu=False)


class Takings:
    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/shop/takings?day=…: of one day of the airport."""
        t, shop = self._console.texts(request), await self._mall.mine(request, staff)
        today = clock.now().astimezone(self._console.zone).date()
        day = _day(request, today)
        found = await self._mall.read(
            request, staff, "takings", shop_id=shop["id"], day_local=day.isoformat()
        )
        kind = request.query_params.get("as", "")
        if kind in {"csv", "xlsx"}:
            return await self._file(request, staff, found, kind)
        title = t("Paid by hour, in yuan; paid back of it in red")
        hours = [
            Share(
                f"{each['hour']:02d}:00",
                each["paid_fen"] // 100,
                min(each["refund_fen"], each["paid_fen"]) // 100,
            )
            for each in _whole_day(found["hours"])
        ]
        return await self._mall.draw(
            request,
            staff,
            "shop_takings.html",
            TAKINGS,
            day=day.isoformat(),
            today=today.isoformat(),
            before=link(TAKINGS, day=(day - timedelta(days=1)).isoformat()),
            after=link(TAKINGS, day=(day + timedelta(days=1)).isoformat()) if day < today else "",
            found=found,
            yuan=yuan,
            plot=columns(title, hours, ("go", "bad")),
            plot_title=title,
            hours=[
                (f"{each['hour']:02d}:00", each["parcels"], yuan(each["paid_fen"]), yuan(each["refund_fen"]))
                for each in found["hours"]
            ],
            products=[
                {
                    "name": name_words(t, each["name"]),
                    "options": name_words(t, each["options"]),
                    "quantity": each["quantity"],
                    "paid": yuan(each["paid_fen"]),
                    "refund": yuan(each["refund_fen"]) if each["refund_fen"] else "",
                }
                for each in found["products"]
            ],
            csv_href=link(TAKINGS, day=day.isoformat(), **{"as": "csv"}),
            xlsx_href=link(TAKINGS, day=day.isoformat(), **{"as": "xlsx"}),
        )

    async def _file(self, request: Request, staff: Staff, found: Mapping[str, Any], kind: str) -> Response:
        t = self._console.texts(request)
        rows = _rows(t, found)
        name = f"takings-{found['shop_id']}-{found['day_local']}"
        await self._console.note(request, staff, "export.taken", name[:128], rows=len(rows), kind=kind)
        body, media_type = (as_csv(rows), CSV_TYPE) if kind == "csv" else (as_xlsx(rows), XLSX_TYPE)
        headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
        return Response(body, headers=headers, media_type=media_type)


def _rows(t: Texts, found: Mapping[str, Any]) -> list[list[str]]:
    def money(*sums: int) -> list[str]:
        return [typed_yuan(each) for each in sums]

    rows = [[t("Day"), t("Parcels sold"), t("Value of goods"), t("Coupons"), t("Paid"), t("Paid back")]]
    sums = money(*(found[name] for name in ("goods_fen", "discount_fen", "paid_fen", "refund_fen")))
    rows += [[found["day_local"], str(found["parcels"]), *sums], []]
    rows.append([t("Product"), t("Options"), t("Pieces"), t("Paid"), t("Paid back")])
    rows += [
        [
            name_words(t, each["name"]),
            name_words(t, each["options"]),
            str(each["quantity"]),
            *money(each["paid_fen"], each["refund_fen"]),
        ]
        for each in found["products"]
    ]
    rows += [
        [],
        [t("Order"), t("Trade number"), t("Here"), t("In the ledger"), t("Back here"), t("Back there")],
    ]
    rows += [
        [
            each["order_id"],
            each["out_trade_no"] or "",
            *money(each["amount_fen"], each["known_fen"], each["refund_fen"], each["known_refund_fen"]),
        ]
        for each in found["unmatched"]
    ]
    return rows


def _whole_day(hours: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every hour from the first flight's on, also those in which nothing was sold."""
    known = {each["hour"]: each for each in hours}
    first = min([_FIRST_HOUR, *known])
    empty = {"parcels": 0, "paid_fen": 0, "refund_fen": 0}
    return [known.get(hour, {"hour": hour, **empty}) for hour in range(first, 24)]


def _day(request: Request, today: date) -> date:
    try:
        asked = date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        return today
    return min(max(asked, date(2020, 1, 1)), today)
