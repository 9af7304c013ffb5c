"""The mall as its desk calls it: requests are loaded and answers checked by services/shop/schemas; parcels move, the rest
is made up. What lies in a shop that the caller doesn't work at is refused, as the service does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import ValidationError

from kernel.errors import Conflict, Invalid, NotFound, Unavailable
from services.shop.errors import BadRequest, CouponNotFound, NotYourShop
from services.shop.schemas import campaigns, cases, invoices, parcels, products, shops, stock, till
from tests.gateway.staff import shop_goods as goods

CODE = "K7M2Q9XA"
JPEG = "/9j/" + "A" * 200


class ParcelNotFound(NotFound):
    code = "shop.parcel_not_found"


class WrongCode(Invalid):
    code = "shop.wrong_code"


class PassNotChecked(Conflict):
    code = "shop.pass_not_checked"


class CaseTooMuch(Invalid):
    code = "shop.too_much"


class ShopDesk:
    """Two shops: tea, with everything in it, and cables."""

    def __init__(self) -> None:
        self.away = False
        self.shops = [
            goods.shop("tea-t2", "茶颜", "Tea House"),
            goods.shop("cables-t2", "数码站", "Cable Stop"),
        ]
        self.parcels = [
            goods.parcel("M-AAAAAA-1", "placed", 25, gate="34"),
            goods.parcel("M-BBBBBB-2", "picking", 12, lines=[goods.line("l1", "安化黑茶", "Anhua dark tea", 2), goods.line("l2", "白酒", "Baijiu", 1, duty_free=True)]),
            goods.parcel("M-CCCCCC-3", "placed", -6),
            goods.parcel("M-DDDDDD-4", "ready", 30, lines=[goods.line("l9", "白酒", "Baijiu", 1, duty_free=True)]),
            goods.parcel("M-EEEEEE-5", "on_the_way", 8, gate="22"),
        ]  # fmt: skip
        self.products = [goods.product("p1", "TEA-001", "安化黑茶", "Anhua dark tea")]
        self.stocks = [
            goods.stock("v1", "TEA-001", "安化黑茶", "Anhua dark tea", 14, 2),
            goods.stock("v2", "TEA-002", "君山银针", "Junshan silver needle", 3, barcode="6901234567908"),
        ]
        self.cases = [goods.case()]
        self.invoices = [goods.invoice()]
        self.campaigns = [goods.campaign()]
        self.unmatched: list[dict[str, Any]] = []

    def __getattr__(self, method: str) -> Callable[[dict[str, Any]], Any]:
        if method not in RPCS:
            raise AttributeError(method)
        arguments, result = RPCS[method]

        def called(request: dict[str, Any]) -> Any:
            if self.away:
                raise Unavailable
            try:
                loaded = arguments().load(request)
            except ValidationError as exc:
                raise BadRequest(fields=exc.normalized_messages()) from None
            own = set(request["shops"]) if "shops" in request else {"*"}
            if "*" not in own and request.get("shop_id") not in {None, *own}:
                raise NotYourShop
            answer = getattr(self, f"do_{method}")(request, loaded)
            assert result().validate(answer) == {}, (method, result().validate(answer))
            return answer

        return called

    def _parcel(self, request: dict[str, Any]) -> dict[str, Any]:
        wanted = request.get("parcel") or request.get("parcel_id") or request.get("number")
        own = set(request["shops"])
        for each in self.parcels:
            coded = wanted == CODE and each["number"] == "M-DDDDDD-4"
            if (coded or wanted in {each["id"], each["number"]}) and own & {"*", each["shop"]["id"]}:
                return each
        raise ParcelNotFound

    def _moved(self, request: dict[str, Any], state: str) -> dict[str, Any]:
        found = self._parcel(request)
        step = {"number": 2, "before": found["state"], "after": state, "at": goods.ago(0), "actor": request["actor"], "reason": ""}  # fmt: skip
        found["state"], found["steps"] = state, [*found["steps"], step]
        return {"parcel": found}

    def do_list_staff_shops(self, request: dict[str, Any], loaded: Any) -> Any:
        return {"shops": [each for each in self.shops if set(request["shops"]) & {"*", each["id"]}]}

    def do_get_staff_shop(self, request: dict[str, Any], loaded: Any) -> Any:
        return {"shop": next(each for each in self.shops if each["id"] == request["shop_id"])}

    def do_set_hours(self, request: dict[str, Any], loaded: Any) -> Any:
        found = self.do_get_staff_shop(request, loaded)
        found["shop"]["hours"] = {"weekly": request["weekly"], "exceptions": request["exceptions"]}
        return found

    def do_set_shop_state(self, request: dict[str, Any], loaded: Any) -> Any:
        found = self.do_get_staff_shop(request, loaded)
        found["shop"]["state"] = request["state"]
        return found

    def do_list_parcels(self, request: dict[str, Any], loaded: Any) -> Any:
        found = [each for each in self.parcels if each["state"] in request["states"]]
        found = [each for each in found if request["shop_id"] == each["shop"]["id"]]
        return {"parcels": sorted(found, key=lambda each: str(each["promised_until"])), "next_cursor": None}

    def do_get_parcel(self, request: dict[str, Any], loaded: Any) -> Any:
        return {"parcel": self._parcel(request)}

    def do_start_picking(self, request: dict[str, Any], loaded: Any) -> Any:
        return self._moved(request, "picking")

    def do_parcel_ready(self, request: dict[str, Any], loaded: Any) -> Any:
        return self._moved(request, "ready")

    def do_send_to_gate(self, request: dict[str, Any], loaded: Any) -> Any:
        return self._moved(request, "on_the_way")

    def do_withdraw_parcel(self, request: dict[str, Any], loaded: Any) -> Any:
        return self._moved(request, "cancelled")

    def do_hand_over(self, request: dict[str, Any], loaded: Any) -> Any:
        if request["code"] != CODE:
            raise WrongCode
        found = self._parcel({"number": "M-DDDDDD-4", **{k: v for k, v in request.items() if v}})
        if found["duty_free"] and not request["checked_pass"]:
            raise PassNotChecked
        return self._moved({**request, "parcel": found["id"]}, "handed_over")

    def do_report_missing(self, request: dict[str, Any], loaded: Any) -> Any:
        found = self._moved(request, "asking")
        found["parcel"]["ask"] = {
            "id": "a1",
            "kind": "missing",
            "choices": ["replace", "refund"],
            "until": goods.ahead(8),
            "words": goods.words("缺少 1 件安化黑茶", "One Anhua dark tea is missing"),
            "line_id": request["line_id"],
            "quantity": request["quantity"],
            "offer": None,
        }
        return found

    def do_takings(self, request: dict[str, Any], loaded: Any) -> Any:
        hours = [
            {"hour": hour, "parcels": hour % 5 + 1, "paid_fen": 18_000 * (hour % 5 + 1), "refund_fen": 9_000 if hour == 14 else 0}
            for hour in range(7, 21)
        ]  # fmt: skip
        sold = {"product_id": "p1", "variant_id": "v1", "name": goods.words("安化黑茶", "Anhua dark tea"), "options": goods.words("250克", "250 g"), "quantity": 31, "paid_fen": 396_800, "refund_fen": 12_800}  # fmt: skip
        return {
            "shop_id": request["shop_id"],
            "day_local": request["day_local"],
            "currency": "CNY",
            "parcels": 42,
            "goods_fen": 780_000,
            "discount_fen": 24_000,
            "paid_fen": 756_000,
            "refund_fen": 9_000,
            "hours": hours,
            "products": [sold, {**sold, "variant_id": "v2", "name": goods.words("=HYPERLINK()", "=HYPERLINK()"), "refund_fen": 0}],
            "matched": not self.unmatched,
            "unmatched": self.unmatched,
        }  # fmt: skip

    def do_list_stock(self, request: dict[str, Any], loaded: Any) -> Any:
        q, low = request.get("q", ""), request.get("low")
        found = [
            each
            for each in self.stocks
            if (not q or q in each["sku"] or q in each["name"]["zh"] or q == each["barcode"])
            and (low is None or each["free"] <= low)
        ]
        return {"stocks": found, "next_cursor": None}

    def do_list_moves(self, request: dict[str, Any], loaded: Any) -> Any:
        move = {"id": 7, "variant_id": "v1", "sku": "TEA-001", "name": goods.words("安化黑茶", "Anhua dark tea"), "kind": "sold", "quantity": -2, "on_hand": 14, "actor": "system", "at": goods.ago(60), "order_id": "o" * 32, "note": ""}  # fmt: skip
        return {"moves": [move, {**move, "id": 6, "kind": "delivered", "quantity": 16, "on_hand": 16, "note": "DN-31"}], "next_cursor": None}  # fmt: skip

    def do_count_stock(self, request: dict[str, Any], loaded: Any) -> Any:
        known = {each["variant_id"]: each for each in self.stocks}
        counted, refused = [], []
        for each in request["counts"]:
            found = known.get(each["variant_id"])
            if found is None or each["seen_version"] != found["version"]:
                refused.append(
                    {
                        "variant_id": each["variant_id"],
                        "why": "changed" if found else "unknown",
                        "stock": found,
                    }
                )
            else:
                found |= {
                    "on_hand": each["on_hand"],
                    "free": each["on_hand"] - found["held"],
                    "version": found["version"] + 1,
                }
                counted.append(found)
        return {"counted": counted, "refused": refused}  # fmt: skip

    def do_move_stock(self, request: dict[str, Any], loaded: Any) -> Any:
        return {
            "stocks": [
                each for each in self.stocks if each["variant_id"] == request["moves"][0]["variant_id"]
            ]
        }

    def do_list_range(self, request: dict[str, Any], loaded: Any) -> Any:
        return {"products": self.products, "next_cursor": None}

    def do_get_staff_product(self, request: dict[str, Any], loaded: Any) -> Any:
        found = next((each for each in self.products if each["id"] == request["product_id"]), None)
        if found is None:
            raise ParcelNotFound
        return {"product": found}

    def do_save_product(self, request: dict[str, Any], loaded: Any) -> Any:
        wish = {name: request[name] for name in ("name", "words", "brand", "category", "kind", "tags", "origin", "sku", "state", "duty_free", "perishable", "liquid_ml")}  # fmt: skip
        if request["product_id"] is None:
            self.products.append(goods.product("p9", request["sku"], "", "") | wish | {"variants": []})
            return {"product": self.products[-1]}
        found = self.do_get_staff_product(request, loaded)["product"]
        found |= wish | ({"photos": request["photos"]} if request.get("photos") is not None else {})
        return {"product": found}

    def do_save_variant(self, request: dict[str, Any], loaded: Any) -> Any:
        found = self.do_get_staff_product(request, loaded)["product"]
        deal = request["deal"] and {"from_at": goods.ago(0), **{k: v for k, v in request["deal"].items() if v or k != "from_at"}}  # fmt: skip
        made = goods.variant(request["variant_id"] or "v-new", options=request["options"], price_fen=request["price_fen"], deal=deal, barcode=request["barcode"], offered=request["offered"])  # fmt: skip
        found["variants"] = [each for each in found["variants"] if each["id"] != made["id"]] + [made]
        return {"product": found, "variant_id": made["id"]}

    def do_attach_photo(self, request: dict[str, Any], loaded: Any) -> Any:
        found = self.do_get_staff_product(request, loaded)["product"]
        found["photos"] = [*found["photos"], f"photo{len(found['photos']) + 1}"]
        return {"photo_id": found["photos"][-1]}

    def do_get_photo(self, request: dict[str, Any], loaded: Any) -> Any:
        return {"photo_id": request["photo_id"], "jpeg": JPEG}

    def do_import_products(self, request: dict[str, Any], loaded: Any) -> Any:
        refused = [
            {"row": at, "sku": row.get("sku", ""), "field": "price", "reason": "Not a valid integer."}
            for at, row in enumerate(request["rows"], 1)
            if not row.get("price", "").replace(".", "").isdigit()
        ]
        good = len(request["rows"]) - len(refused)
        return {"accepted": good, "added": good, "changed": 0, "same": 0, "refused": refused}

    def do_export_catalogue(self, request: dict[str, Any], loaded: Any) -> Any:
        row = {
            "sku": "TEA-001",
            "name_zh": "安化黑茶",
            "name_en": "=1+1",
            "price": "128.00",
            "category": "tea",
        }
        return {"columns": list(row), "rows": [row], "next_cursor": None}

    def do_list_cases(self, request: dict[str, Any], loaded: Any) -> Any:
        return {"cases": [each for each in self.cases if not request["states"] or each["state"] in request["states"]], "next_cursor": None}  # fmt: skip

    def do_get_staff_case(self, request: dict[str, Any], loaded: Any) -> Any:
        found = next((each for each in self.cases if each["id"] == request["case_id"]), None)
        if found is None:
            raise ParcelNotFound
        return {"case": found}

    def do_decide_case(self, request: dict[str, Any], loaded: Any) -> Any:
        found = self.do_get_staff_case(request, loaded)["case"]
        if request["accept"] and request["refund_fen"] > found["asked_fen"]:
            raise CaseTooMuch(most_fen=found["asked_fen"])
        found |= {"state": "accepted" if request["accept"] else "refused", "refund_fen": request["refund_fen"], "answer": request["words"], "decided_at": goods.ago(0), "decided_by": request["actor"]}  # fmt: skip
        return {"case": found}

    def do_get_case_photo(self, request: dict[str, Any], loaded: Any) -> Any:
        return {"jpeg": JPEG}

    def do_list_invoices(self, request: dict[str, Any], loaded: Any) -> Any:
        return {"invoices": [each for each in self.invoices if not request["states"] or each["state"] in request["states"]], "next_cursor": None}  # fmt: skip

    def _invoice(self, request: dict[str, Any], **more: Any) -> Any:
        found = next((each for each in self.invoices if each["id"] == request["invoice_id"]), None)
        if found is None:
            raise ParcelNotFound
        found |= more
        return {"invoice": found}

    def do_issue_invoice(self, request: dict[str, Any], loaded: Any) -> Any:
        return self._invoice(request, state="issued", number=request["number"])

    def do_refuse_invoice(self, request: dict[str, Any], loaded: Any) -> Any:
        return self._invoice(request, state="refused", words=request["words"])

    def do_list_campaigns_for_staff(self, request: dict[str, Any], loaded: Any) -> Any:
        return {"campaigns": self.campaigns, "next_cursor": None}

    def do_save_campaign(self, request: dict[str, Any], loaded: Any) -> Any:
        drawn = {**request["campaign"], "left": request["campaign"]["stock"], "claimed": 0}
        self.campaigns.append(goods.campaign("k9", "draft", **drawn))
        return {"campaign": self.campaigns[-1]}

    def do_campaign_figures(self, request: dict[str, Any], loaded: Any) -> Any:
        found = next((each for each in self.campaigns if each["id"] == request["campaign_id"]), None)
        if found is None:
            raise ParcelNotFound
        states = {"claimed": 70, "locked": 4, "redeemed": 41, "expired": 5}
        return {"campaign": found, "states": states, "change_coupons": 2, "used": 44, "given_back": 3, "discount_fen": 82_000, "by_service": {"shop": 30, "till": 14}}  # fmt: skip

    def do_set_campaign_state(self, request: dict[str, Any], loaded: Any) -> Any:
        found = self.do_campaign_figures(request, loaded)["campaign"]
        found["state"] = request["state"]
        return {"campaign": found}

    def do_scan_coupons(self, request: dict[str, Any], loaded: Any) -> Any:
        """Codes in A are of one coupon, those in B of another that goes with it; the rest are nobody's."""
        if any(each[0] not in "AB" for each in request["codes"]):
            raise CouponNotFound
        usable = request["amount_fen"] >= 10_000
        coupons = [
            {
                "coupon_id": f"u{each}",
                "title": goods.words(f"满100减20（{each}）", f"20 off from 100 ({each})"),
                "terms": goods.words("仅限本店。", "In this shop only."),
                "state": "claimed",
                "usable": usable,
                "why": None if usable else "threshold",
                "words": None if usable else goods.words("未满100元", "Less than ¥100"),
                "discount_fen": 2_000 if usable else 0,
                "valid_until": goods.ahead(9_000),
            }
            for each in dict.fromkeys(code[0] for code in request["codes"])
        ]
        off = sum(each["discount_fen"] for each in coupons)
        sums = {"discount_fen": off, "pay_fen": request["amount_fen"] - off, "undo_until": None}
        return {"coupons": coupons, "usable": usable, **sums}

    def do_redeem_at_till(self, request: dict[str, Any], loaded: Any) -> Any:
        found = self.do_scan_coupons(request, loaded)
        used = [each | {"state": "redeemed"} for each in found["coupons"]]
        return found | {"coupons": used, "undo_until": goods.ahead(10)}

    def do_undo_at_till(self, request: dict[str, Any], loaded: Any) -> Any:
        return {"coupons": [{"coupon_id": each, "state": "claimed"} for each in request["coupon_ids"]]}


RPCS: dict[str, tuple[Any, Any]] = {
    "list_staff_shops": (shops.AtWorkOnlySchema, shops.ShopsSchema),
    "get_staff_shop": (shops.StaffShopSchema, shops.ShopResultSchema),
    "set_hours": (shops.SetHoursSchema, shops.ShopResultSchema),
    "set_shop_state": (shops.SetShopStateSchema, shops.ShopResultSchema),
    "list_parcels": (parcels.ListParcelsSchema, parcels.StaffParcelsSchema),
    "get_parcel": (parcels.GetParcelSchema, parcels.StaffParcelResultSchema),
    "start_picking": (parcels.ParcelActSchema, parcels.StaffParcelResultSchema),
    "report_missing": (parcels.ReportMissingSchema, parcels.StaffParcelResultSchema),
    "parcel_ready": (parcels.ParcelActSchema, parcels.StaffParcelResultSchema),
    "send_to_gate": (parcels.ParcelActSchema, parcels.StaffParcelResultSchema),
    "hand_over": (parcels.HandOverSchema, parcels.StaffParcelResultSchema),
    "withdraw_parcel": (parcels.WithdrawParcelSchema, parcels.StaffParcelResultSchema),
    "takings": (parcels.TakingsSchema, parcels.TakingsResultSchema),
    "list_stock": (stock.ListStockSchema, stock.StockPageSchema),
    "list_moves": (stock.ListMovesSchema, stock.MovePageSchema),
    "count_stock": (stock.CountStockSchema, stock.StockCountedSchema),
    "move_stock": (stock.MoveStockSchema, stock.StocksSchema),
    "list_range": (products.ListRangeSchema, products.RangePageSchema),
    "get_staff_product": (products.StaffProductIdSchema, products.StaffProductResultSchema),
    "save_product": (products.SaveProductSchema, products.StaffProductResultSchema),
    "save_variant": (products.SaveVariantSchema, products.VariantSavedSchema),
    "attach_photo": (products.AttachPhotoSchema, products.PhotoAddedSchema),
    "get_photo": (products.GetPhotoSchema, products.PhotoResultSchema),
    "import_products": (products.ImportProductsSchema, products.ImportReportSchema),
    "export_catalogue": (products.ExportCatalogueSchema, products.ExportPageSchema),
    "list_cases": (cases.ListCasesSchema, cases.StaffCasesSchema),
    "get_staff_case": (cases.StaffCaseIdSchema, cases.StaffCaseResultSchema),
    "decide_case": (cases.DecideCaseSchema, cases.StaffCaseResultSchema),
    "get_case_photo": (cases.CasePhotoSchema, cases.CasePhotoResultSchema),
    "list_invoices": (invoices.ListInvoicesSchema, invoices.StaffInvoicesSchema),
    "issue_invoice": (invoices.IssueInvoiceSchema, invoices.StaffInvoiceResultSchema),
    "refuse_invoice": (invoices.RefuseInvoiceSchema, invoices.StaffInvoiceResultSchema),
    "list_campaigns_for_staff": (campaigns.ListCampaignsForStaffSchema, campaigns.DeskCampaignPageSchema),
    "campaign_figures": (campaigns.CampaignForStaffSchema, campaigns.FiguresSchema),
    "save_campaign": (campaigns.SaveCampaignSchema, campaigns.OneDeskCampaignSchema),
    "set_campaign_state": (campaigns.SetCampaignStateSchema, campaigns.OneDeskCampaignSchema),
    "scan_coupons": (till.ScanCouponsSchema, till.TillSchema),
    "redeem_at_till": (till.RedeemAtTillSchema, till.TillSchema),
    "undo_at_till": (till.UndoAtTillSchema, till.UndoneSchema),
}
