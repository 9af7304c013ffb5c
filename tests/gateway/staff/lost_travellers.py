"""The half of lost and found that hears travellers, as desks ask it: reports, matches, claims, handovers, finds."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any, Final

from marshmallow import ValidationError

from kernel import clock
from services.lostfound.errors import BadRequest
from services.lostfound.schemas import claims, courier, finds, offers, reports
from services.lostfound.usecases import (
    claiming,
    deciding,
    dispatching,
    evidence,
    finding,
    handing,
    matching,
    offering,
    reporting,
)
from tests.fakes.till import FakeTill

TILL: Final = FakeTill()
TRAVELLERS: Final[dict[str, tuple[Any, Any, Callable[..., Any]]]] = {
    "file_report": (reports.FileReportSchema, reports.OneDeskReportSchema, reporting.file_report),
    "change_report": (reports.ChangeReportSchema, reports.OneDeskReportSchema, reporting.change_report),
    "close_report": (reports.CloseReportSchema, reports.OneDeskReportSchema, reporting.close_report),
    "get_report": (reports.GetReportSchema, reports.OneDeskReportSchema, reporting.get_report),
    "search_reports": (reports.SearchReportsSchema, reports.DeskReportPageSchema, reporting.search_reports),
    "list_matches": (reports.ListMatchesSchema, reports.MatchesSchema, matching.list_matches),
    "dismiss_match": (reports.DismissMatchSchema, reports.DismissedSchema, matching.dismiss_match),
    "offer_hint": (offers.OfferHintSchema, offers.OfferedSchema, offering.offer_hint),
    "submit_claim": (claims.SubmitClaimSchema, claims.OneDeskClaimSchema, claiming.submit_claim),
    "get_claim": (claims.GetClaimSchema, claims.OneDeskClaimSchema, claiming.get_claim),
    "withdraw_claim": (claims.WithdrawClaimSchema, claims.OneDeskClaimSchema, claiming.withdraw_claim),
    "search_claims": (claims.SearchClaimsSchema, claims.DeskClaimPageSchema, deciding.search_claims),
    "decide_claim": (claims.DecideClaimSchema, claims.DecidedSchema, deciding.decide_claim),
    "renew_code": (claims.RenewCodeSchema, claims.CodeRenewedSchema, deciding.renew_code),
    "hand_over": (claims.HandOverSchema, claims.HandedOverSchema, handing.hand_over),
    "get_handover": (claims.GetClaimSchema, None, handing.get_handover),
    "get_evidence": (claims.GetEvidenceSchema, claims.EvidenceSchema, evidence.get_evidence),
    "reveal_contact": (claims.RevealContactSchema, claims.ContactShownSchema, evidence.reveal_contact),
    "list_courier_orders": (
        courier.ListCourierOrdersSchema,
        courier.DeskCourierOrdersSchema,
        lambda uow, place, asked: dispatching.list_courier_orders(uow, asked),
    ),
    "get_courier_slip": (courier.CourierSlipSchema, courier.SlipSchema, dispatching.get_courier_slip),
    "clear_for_courier": (
        courier.ClearForCourierSchema,
        courier.ClearedSchema,
        dispatching.clear_for_courier,
    ),
    "hand_to_courier": (
        courier.HandToCourierSchema,
        courier.OneDeskCourierOrderSchema,
        dispatching.hand_to_courier,
    ),
    "courier_delivered": (
        courier.CourierDeliveredSchema,
        courier.OneDeskCourierOrderSchema,
        dispatching.courier_delivered,
    ),
    "courier_came_back": (
        courier.CourierCameBackSchema,
        courier.OneDeskCourierOrderSchema,
        dispatching.courier_came_back,
    ),
    "refuse_courier": (
        courier.RefuseCourierSchema,
        courier.OneDeskCourierOrderSchema,
        lambda uow, place, asked, now: dispatching.refuse_courier(uow, place, TILL, asked, now),
    ),
    "list_finds": (finds.ListFindsSchema, finds.FindPageSchema, finding.list_finds),
    "get_find": (finds.GetFindSchema, finds.OneFindSchema, finding.get_find),
    "receive_find": (finds.ReceiveFindSchema, finds.OneFindSchema, finding.receive_find),
    "close_find": (finds.CloseFindSchema, finds.OneFindSchema, finding.close_find),
}


def called_for(method: str, uow: Any, place: Any) -> Callable[[dict[str, Any]], Any]:
    """One entrypoint: what it is asked is loaded, what it answers is looked at."""
    arguments, result, work = TRAVELLERS[method]

    def called(request: dict[str, Any]) -> Any:
        try:
            loaded = arguments().load(request)
        except ValidationError as exc:
            raise BadRequest(fields=exc.normalized_messages()) from None
        now = [clock.now()] if len(signature(work).parameters) > 3 else []
        answer = work(uow, place, loaded, *now)
        if result is not None:
            assert result().validate(answer) == {}
        elif answer["handover"] is not None:
            assert claims.HandoverSchema().validate(answer["handover"]) == {}
        return answer

    return called
