"""Staff of one shop at another's: each call of the desk, with what is the other's; and what the database says in plain."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from sqlalchemy import select

from kernel.errors import ServiceError
from kernel.ids import new_id
from services.shop.schemas.shared import AtWorkSchema
from services.shop.store import metadata
from services.shop.usecases import rights
from tests.fakes.till import FakeTill
from tests.gateway.staff.real_mall import RealMall
from tests.gateway.staff.shop_desk import RPCS
from tests.unit.shop import coupons
from tests.unit.shop.after import PHOTO, handed, open_case, some, want_invoice
from tests.unit.shop.mall import TEA, a_product, picture, put_product
from tests.unit.shop.orders import ANN, bought, put, see

OTHER = "t9-elsewhere"
UNSEEN = {"list_staff_shops", "list_campaigns_for_staff", "list_parcels", "list_cases", "list_invoices"}
"""Lists of what is theirs: empty for them."""
GONE = {"coupon_owners", "outbox"}
"""That an account is gone must be known when a merge is heard of late; what was told is deleted within days."""


def calls(mall: Any, till: FakeTill) -> dict[str, dict[str, Any]]:
    """What somebody of OTHER would ask, by RPC: everything in it is TEA's."""
    product_id, tea = put_product(mall, on_hand=20)
    order = handed(mall, bought(mall, till, {tea: 2}))
    case = open_case(mall, order, some(order["parcels"][0]["lines"][0], 1))
    want_invoice(mall, order)
    parcel = bought(mall, till, {tea: 1})["parcels"][0]
    invoice = see(mall, order["id"])["invoices"][0]
    mine = coupons.claimed(mall, ANN, scope={"services": ["shop"], "shop_ids": [TEA]}, funded_by="merchant")
    campaign_id = coupons.look(mall, mine)["campaign_id"]
    code = coupons.look(mall, mine)["code"]
    photo_id = case["photos"][0]
    here, one = {"shop_id": TEA}, {"parcel_id": parcel["id"]}
    at_till = here | {"codes": [code], "amount_fen": 20_000, "receipt": "R1"}
    weekly = [{"opens": "07:00", "closes": "23:00"}] * 7
    return {
        "set_hours": here | {"weekly": weekly, "seen_version": 2},
        "set_shop_state": here | {"state": "paused"},
        "get_staff_shop": here,
        "list_staff_shops": {},
        "save_product": a_product(product_id=product_id, seen_version=3),
        "save_variant": {"product_id": product_id, "seen_version": 3, "price_fen": 1},
        "attach_photo": {"product_id": product_id, "jpeg": picture(), "thumbnail": picture()},
        "get_staff_product": {"product_id": product_id},
        "list_range": here,
        "import_products": here | {"rows": [{"sku": "TEA-001", "price": "0.01"}]},
        "export_catalogue": here,
        "count_stock": here | {"counts": [{"variant_id": tea, "on_hand": 1}]},
        "move_stock": here | {"kind": "broken", "moves": [{"variant_id": tea, "quantity": 1}]},
        "list_stock": here,
        "list_moves": here,
        "list_parcels": {},
        "get_parcel": {"parcel": parcel["number"]},
        "start_picking": one,
        "report_missing": one | {"line_id": parcel["lines"][0]["id"], "quantity": 1},
        "parcel_ready": one,
        "send_to_gate": one,
        "hand_over": {"code": parcel["code"]},
        "withdraw_parcel": one | {"words": "x"},
        "takings": here | {"day_local": "2026-11-24"},
        "list_cases": {},
        "get_staff_case": {"case_id": case["id"]},
        "decide_case": {"case_id": case["id"], "accept": True, "refund_fen": 1, "words": "x"},
        "get_case_photo": {"photo_id": photo_id, "size": "small"},
        "list_invoices": {},
        "issue_invoice": {"invoice_id": invoice["id"], "number": "12345678"},
        "refuse_invoice": {"invoice_id": invoice["id"], "words": "x"},
        "save_campaign": {
            "campaign_id": campaign_id,
            "seen_version": 2,
            "campaign": coupons.draft(scope={"services": ["shop"], "shop_ids": [TEA]}, funded_by="merchant"),
        },
        "set_campaign_state": {"campaign_id": campaign_id, "state": "ended"},
        "list_campaigns_for_staff": {},
        "campaign_figures": {"campaign_id": campaign_id},
        "scan_coupons": at_till,
        "redeem_at_till": at_till,
        "undo_at_till": here | {"coupon_ids": [mine], "receipt": "R1"},
    }


def rows(mall: Any) -> dict[str, list[str]]:
    """All that the database holds, in plain text."""
    with mall.read() as tx:
        connection = tx.store._connection
        return {
            each.name: sorted(str(tuple(row)) for row in connection.execute(select(each)))
            for each in metadata.sorted_tables
        }


def test_nobody_of_another_shop_sees_or_does_anything(mall: Any) -> None:
    desk = RealMall(mall)
    asked = calls(mall, desk.till)
    known = {name for name, (arguments, _) in RPCS.items() if issubclass(arguments, AtWorkSchema)}
    assert known == set(asked), "every call of the desk is tried"
    before = rows(mall)
    for name in sorted(known):
        given = {"actor": "staff:spy", "shops": [OTHER], **asked[name]}
        if "request_id" in RPCS[name][0]().fields:
            given["request_id"] = new_id()
        if name in UNSEEN:
            assert not any(getattr(desk, name)(given).values()), name
            continue
        with pytest.raises(ServiceError) as refused:
            getattr(desk, name)(given)
        assert refused.value.code.endswith(("not_your_shop", "not_found", "wrong_code")), name
    assert rows(mall) == before


def test_what_buyers_write_and_what_opens_their_parcels_is_nowhere_in_plain(mall: Any) -> None:
    till, guest = FakeTill(), "Guest-Key-0123456789abc"
    tea = put_product(mall, on_hand=20)[1]
    order = bought(mall, till, {tea: 2})
    code = order["parcels"][0]["code"]
    coupon = coupons.claimed(mall, ANN)
    coupon_code = coupons.look(mall, coupon)["code"]
    order = handed(mall, order)
    case = open_case(mall, order, some(order["parcels"][0]["lines"][0], 1), words="planted-words-4711")
    want_invoice(mall, order, title="planted-title-4712", email="planted-4713@example.com")
    put(mall, tea, 1, guest=guest)
    held = "\n".join(each for found in rows(mall).values() for each in found)
    assert case["number"] in held, "the measure sees what is there"
    photo = base64.b64decode(PHOTO["jpeg"]).decode()
    for planted in ("planted", "914301001837851876", code, coupon_code, guest, photo, PHOTO["jpeg"]):
        assert planted not in held, planted
    rights.erase(mall, {"id": new_id(), "data": {"erasure_id": "e1", "passenger_id": ANN, "earlier_ids": []}})
    left = {name: found for name, found in rows(mall).items() if name not in GONE}
    assert [name for name, found in left.items() if any(ANN in each for each in found)] == []
