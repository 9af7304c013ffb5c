"""Operations on a traveller's own orders, cases and coupons of the mall, as rows of the same table as `me_operations`."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from gateway import calls
from gateway.api.me_operations import Operation, Wish
from gateway.api.payers import PayBody, with_payer
from gateway.api.shop import CAMPAIGNS
from gateway.api.shop_reads import SHOP
from gateway.api.shop_schemas import (
    AnswerBody,
    CouponsParameters,
    InvoiceBody,
    OrderBody,
    OrdersParameters,
    PiecesBody,
    QuoteBody,
)
from gateway.deps import Deps
from services.shop.schemas import cases, coupons, orders
from services.shop.schemas.coupon_words import Source

ORDERS: Final = f"{SHOP}/orders"
COUPONS: Final = f"{SHOP}/coupons"
_ONE: Final = f"{ORDERS}/{{order_id}}"
CASES: Final = f"{_ONE}/cases"
_CASE: Final = f"{CASES}/{{case_id}}"


async def _in_language(deps: Deps, request: Request, wish: Wish) -> Wish:
    """Messages about the order go out in the language in which it was asked for."""
    return wish | {"language": calls.context_of(request).language}


async def _by_itself(deps: Deps, request: Request, wish: Wish) -> Wish:
    """What is found by its own id: the order's only makes the address readable."""
    return {name: value for name, value in wish.items() if name != "order_id"}


async def _on_page(deps: Deps, request: Request, wish: Wish) -> Wish:
    return wish | {"source": Source.PAGE.value}


def _s(method: str) -> tuple[str, str]:
    return "shop", method


SHOP_OPERATIONS: Final = (
    Operation("POST", f"{SHOP}/quotes", "quoteShopOrder", "What it costs now, how each shop can hand it over, and which coupons "
              "can be used; it can be ordered when `problems` is empty", _s("quote_order"), orders.QuoteResultSchema,
              QuoteBody, writes=False, prepare=_in_language),
    Operation("GET", ORDERS, "shopOrders", "My orders, newest first", _s("list_orders"), orders.OrdersSchema,
              query=OrdersParameters, writes=False),
    Operation("POST", ORDERS, "placeShopOrder", "Order what was quoted; it is held for 15 minutes, to be paid for",
              _s("place_order"), orders.OrderResultSchema, OrderBody, status=201, prepare=_in_language),
    Operation("GET", _ONE, "shopOrder", "One order with its parcels", _s("get_order"), orders.OrderResultSchema,
              writes=False),
    Operation("DELETE", _ONE, "cancelShopOrder", "Give up what isn't paid for", _s("cancel_order"),
              orders.OrderResultSchema),
    Operation("POST", f"{_ONE}/payment", "payShopOrder", "What WeChat's pay sheet or a QR code is made of; asking again pays "
              "nothing twice", _s("pay_order"), orders.PayResultSchema, PayBody, prepare=with_payer),
    Operation("POST", f"{_ONE}/asks/{{ask_id}}", "answerShop", "Answer what a shop asks about a parcel", _s("answer_ask"),
              orders.OrderResultSchema, AnswerBody, prepare=_by_itself),
    Operation("DELETE", f"{_ONE}/parcels/{{parcel_id}}", "cancelParcel", "Call a paid parcel off before the shop begins",
              _s("cancel_parcel"), orders.OrderResultSchema),
    Operation("POST", f"{_ONE}/return-quotes", "quoteShopReturn", "What comes back for these pieces, and by which rule",
              _s("quote_return"), cases.QuoteReturnResultSchema, PiecesBody, writes=False),
    Operation("GET", CASES, "shopCases", "The after-sales cases of an order", _s("list_cases_of"), cases.CasesSchema,
              writes=False),
    Operation("GET", _CASE, "shopCase", "One case", _s("get_case"), cases.CaseResultSchema, writes=False, prepare=_by_itself),
    Operation("DELETE", _CASE, "withdrawShopCase", "Take a case back", _s("withdraw_case"), cases.CaseResultSchema,
              prepare=_by_itself),
    Operation("POST", f"{_ONE}/invoice", "requestShopInvoice", "Ask the merchants for their invoices (fapiao)",
              _s("request_invoice"), orders.OrderResultSchema, InvoiceBody),
    Operation("POST", f"{CAMPAIGNS}/{{campaign_id}}/coupons", "claimCoupon", "Take a coupon of a campaign",
              _s("claim_coupon"), coupons.OneCouponSchema, status=201, prepare=_on_page),
    Operation("GET", COUPONS, "myCoupons", "My coupons", _s("list_my_coupons"), coupons.CouponPageSchema,
              query=CouponsParameters, writes=False),
    Operation("GET", f"{COUPONS}/{{coupon_id}}", "myCoupon", "One coupon of mine; `code` is for the till",
              _s("get_coupon"), coupons.DetailedCouponSchema, writes=False),
)  # fmt: skip
