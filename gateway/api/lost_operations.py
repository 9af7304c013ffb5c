"""Every operation of lost and found for travellers and finders, as rows of the same table as `me_operations`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from gateway import calls
from gateway.api.lost_schemas import (
    ClaimBody,
    ClosureBody,
    CourierBody,
    FindBody,
    HandedInPageSchema,
    ItemsParameters,
    PageParameters,
    PickupBody,
    ProvinceParameters,
    PublicVocabularySchema,
    ReportBody,
    ReportChangesBody,
)
from gateway.api.me_operations import Operation, Wish
from gateway.api.payers import PayBody, with_payer
from gateway.api.wishes import path_id
from gateway.deps import Deps
from services.lostfound.errors import CourierNotFound
from services.lostfound.schemas import claims, courier, finds, reports

LOST: Final = "/api/v1/lostfound"
TAG: Final = "Lost and found"
_REPORTS, _CLAIMS = f"{LOST}/reports", f"{LOST}/claims"
_REPORT, _CLAIM = f"{_REPORTS}/{{report_id}}", f"{_CLAIMS}/{{claim_id}}"
_COURIER: Final = f"{_CLAIM}/courier"


@dataclass(frozen=True)
class LostOperation(Operation):
    """open: for everybody, with an account or without. told: what the door says besides, of the request's language
    and address. ids: the path's ids that the service wants to hear; the others only make the address readable."""

    open: bool = False
    told: Callable[[str, str], dict[str, Any]] | None = None
    ids: tuple[str, ...] = ("report_id", "claim_id", "match_id")


def _language(language: str, address: str) -> dict[str, Any]:
    return {"language": language}


def _finder(language: str, address: str) -> dict[str, Any]:
    return {"language": language, "address": address}


async def _its_order(deps: Deps, request: Request, wish: Wish) -> Wish:
    """The newest order of the claim that the address names. Raises ClaimNotFound, CourierNotFound."""
    asked = {"passenger_id": wish["passenger_id"], "claim_id": path_id(request, "claim_id")}
    context = calls.context_of(request)
    found = await deps.rpc.call("lostfound", "get_courier_order", asked, repeat=True, context=context)
    if found["order"] is None:
        raise CourierNotFound
    return wish | {"order_id": found["order"]["id"]}


async def _paying(deps: Deps, request: Request, wish: Wish) -> Wish:
    return await with_payer(deps, request, await _its_order(deps, request, wish))


def _l(method: str) -> tuple[str, str]:
    return "lostfound", method


LOST_OPERATIONS: Final = (
    LostOperation("GET", f"{LOST}/vocabulary", "lostWords", "The codes of kinds, colours and places, and the desks",
                  _l("list_vocabulary"), PublicVocabularySchema, writes=False, open=True),
    LostOperation("GET", f"{LOST}/items", "handedIn", "What was handed in: kind, colours, month and a part of the airport",
                  _l("list_public"), HandedInPageSchema, query=ItemsParameters, writes=False, open=True),
    LostOperation("POST", f"{LOST}/finds", "announceFind", "Tell the airport of something that you found, anywhere",
                  _l("announce_find"), finds.AnnouncedSchema, FindBody, status=201, open=True, told=_finder),
    LostOperation("GET", _REPORTS, "lostReports", "My reports, newest first", _l("list_my_reports"),
                  reports.ReportPageSchema, query=PageParameters, writes=False),
    LostOperation("POST", _REPORTS, "fileReport", "Report a loss", _l("file_report"), reports.OneReportSchema, ReportBody,
                  status=201, told=_language),
    LostOperation("GET", _REPORT, "lostReport", "One report", _l("get_report"), reports.OneReportSchema, writes=False),
    LostOperation("PATCH", _REPORT, "changeReport", "Change a report, and have it compared anew", _l("change_report"),
                  reports.OneReportSchema, ReportChangesBody),
    LostOperation("POST", f"{_REPORT}/closure", "closeReport", "Stop looking", _l("close_report"), reports.OneReportSchema,
                  ClosureBody),
    LostOperation("GET", f"{_REPORT}/hints", "hints", "What may be mine, in words that give nothing away", _l("list_hints"),
                  reports.HintsSchema, writes=False),
    LostOperation("DELETE", f"{_REPORT}/hints/{{match_id}}", "dismissHint", "It isn't mine", _l("dismiss_match"),
                  reports.DismissedSchema, ids=("match_id",)),
    LostOperation("GET", _CLAIMS, "claims", "My claims, newest first", _l("list_my_claims"), claims.ClaimPageSchema,
                  query=PageParameters, writes=False),
    LostOperation("POST", _CLAIMS, "submitClaim", "Claim it, with a proof", _l("submit_claim"), claims.OneClaimSchema,
                  ClaimBody, status=201),
    LostOperation("GET", _CLAIM, "claim", "One claim; with the pick-up code once it is approved", _l("get_claim"),
                  claims.OneClaimSchema, writes=False),
    LostOperation("DELETE", _CLAIM, "withdrawClaim", "Take a claim back", _l("withdraw_claim"), claims.OneClaimSchema),
    LostOperation("GET", f"{_CLAIM}/windows", "pickupWindows", "The times at which it can be fetched", _l("list_windows"),
                  claims.WindowsSchema, writes=False),
    LostOperation("PUT", f"{_CLAIM}/pickup", "choosePickup", "Choose a time, or another one", _l("choose_pickup"),
                  claims.OneClaimSchema, PickupBody),
    LostOperation("GET", f"{_COURIER}/quote", "quoteCourier", "What it costs to have it sent there, or why it can't be",
                  _l("quote_courier"), courier.CourierQuoteSchema, query=ProvinceParameters, writes=False),
    LostOperation("GET", _COURIER, "courier", "The newest order to have it sent, and where the parcel is; null: none yet",
                  _l("get_courier_order"), courier.MaybeCourierOrderSchema, writes=False),
    LostOperation("POST", _COURIER, "orderCourier", "Have it sent for the fee that was quoted; to be paid within half an hour",
                  _l("order_courier"), courier.OneCourierOrderSchema, CourierBody, status=201),
    LostOperation("POST", f"{_COURIER}/payment", "payCourier", "What WeChat's pay sheet or a QR code is made of; asking again "
                  "pays nothing twice", _l("pay_courier"), courier.PayingCourierSchema, PayBody, ids=(),
                  prepare=_paying),
    LostOperation("DELETE", _COURIER, "releaseCourier", "Fetch it after all: what was paid goes back",
                  _l("release_courier"), courier.OneCourierOrderSchema, ids=(), prepare=_its_order),
)  # fmt: skip
