"""Entrypoints for those who lost something, those who found it, and the staff who compare: reports, matches, claims, finds."""

from __future__ import annotations

from typing import Any

from kernel import clock
from kernel.wire import handle_event, rpc, timer
from services.lostfound.schemas import claims, finds, offers, reports, rights
from services.lostfound.service.place import Rooms
from services.lostfound.usecases import (
    claiming,
    deciding,
    ending,
    evidence,
    finding,
    handing,
    indexing,
    matching,
    offering,
    people,
    reminding,
    reporting,
)


class TravellerEntrypoints(Rooms):
    """What travellers, claimants and finders ask, and staff of them."""

    # --- reports

    @rpc(arguments=reports.FileReportSchema())
    def file_report(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneReportSchema, for staff OneDeskReportSchema. Errors: lostfound.bad_seal, .unknown_place, .contact_needed,
        .too_many_reports, .already_filed."""
        return reporting.file_report(self.storage, self.place, request, clock.now())

    @rpc(arguments=reports.ChangeReportSchema())
    def change_report(self, request: dict[str, Any]) -> dict[str, Any]:
        """As file_report. Errors: lostfound.report_not_found, .report_closed, .changed_meanwhile, .too_many_changes,
        .bad_seal, .unknown_place."""
        return reporting.change_report(self.storage, self.place, request, clock.now())

    @rpc(arguments=reports.CloseReportSchema())
    def close_report(self, request: dict[str, Any]) -> dict[str, Any]:
        """As file_report. Errors: lostfound.report_not_found, .report_closed, .changed_meanwhile."""
        return reporting.close_report(self.storage, self.place, request)

    @rpc(arguments=reports.GetReportSchema())
    def get_report(self, request: dict[str, Any]) -> dict[str, Any]:
        """As file_report. Errors: lostfound.report_not_found."""
        return reporting.get_report(self.storage, self.place, request)

    @rpc(arguments=reports.ListMyReportsSchema())
    def list_my_reports(self, request: dict[str, Any]) -> dict[str, Any]:
        """ReportPageSchema."""
        return reporting.list_my_reports(self.storage, self.place, request)

    @rpc(arguments=reports.SearchReportsSchema())
    def search_reports(self, request: dict[str, Any]) -> dict[str, Any]:
        """DeskReportPageSchema. Errors: lostfound.bad_seal."""
        return reporting.search_reports(self.storage, self.place, request)

    # --- matches

    @rpc(arguments=reports.ListHintsSchema())
    def list_hints(self, request: dict[str, Any]) -> dict[str, Any]:
        """HintsSchema. Errors: lostfound.report_not_found."""
        return matching.list_hints(self.storage, self.place, request)

    @rpc(arguments=reports.ListMatchesSchema())
    def list_matches(self, request: dict[str, Any]) -> dict[str, Any]:
        """MatchesSchema. Errors: lostfound.report_not_found."""
        return matching.list_matches(self.storage, self.place, request)

    @rpc(arguments=reports.DismissMatchSchema())
    def dismiss_match(self, request: dict[str, Any]) -> dict[str, Any]:
        """DismissedSchema. Errors: lostfound.match_not_found."""
        return matching.dismiss_match(self.storage, self.place, request)

    @rpc(arguments=offers.OfferHintSchema())
    def offer_hint(self, request: dict[str, Any]) -> dict[str, Any]:
        """OfferedSchema. Errors: lostfound.report_not_found, .report_closed, .item_not_found, .item_promised, .item_gone,
        .already_claimed, .hint_dismissed."""
        return offering.offer_hint(self.storage, self.place, request)

    # --- claims

    @rpc(arguments=claims.SubmitClaimSchema())
    def submit_claim(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneClaimSchema, for staff OneDeskClaimSchema. Errors: lostfound.bad_seal, .report_not_found, .match_not_found,
        .report_closed, .marks_needed, .item_gone, .already_claimed, .too_many_claims, .too_many_guesses, .come_to_desk."""
        return claiming.submit_claim(self.storage, self.place, request)

    @rpc(arguments=claims.GetClaimSchema())
    def get_claim(self, request: dict[str, Any]) -> dict[str, Any]:
        """As submit_claim. Errors: lostfound.claim_not_found."""
        return claiming.get_claim(self.storage, self.place, request)

    @rpc(arguments=claims.ListMyClaimsSchema())
    def list_my_claims(self, request: dict[str, Any]) -> dict[str, Any]:
        """ClaimPageSchema."""
        return claiming.list_my_claims(self.storage, self.place, request)

    @rpc(arguments=claims.WithdrawClaimSchema())
    def withdraw_claim(self, request: dict[str, Any]) -> dict[str, Any]:
        """As submit_claim. Errors: lostfound.claim_not_found, .wrong_claim_state."""
        return claiming.withdraw_claim(self.storage, self.place, request)

    @rpc(arguments=claims.SearchClaimsSchema())
    def search_claims(self, request: dict[str, Any]) -> dict[str, Any]:
        """DeskClaimPageSchema."""
        return deciding.search_claims(self.storage, self.place, request)

    @rpc(arguments=claims.DecideClaimSchema())
    def decide_claim(self, request: dict[str, Any]) -> dict[str, Any]:
        """DecidedSchema. Errors: lostfound.claim_not_found, .changed_meanwhile, .wrong_claim_state, .item_promised,
        .not_here, .wrong_state, .item_missing."""
        return deciding.decide_claim(self.storage, self.place, request, clock.now())

    @rpc(arguments=claims.ListWindowsSchema())
    def list_windows(self, request: dict[str, Any]) -> dict[str, Any]:
        """WindowsSchema. Errors: lostfound.claim_not_found, .wrong_claim_state."""
        return deciding.list_windows(self.storage, self.place, request, clock.now())

    @rpc(arguments=claims.ChoosePickupSchema())
    def choose_pickup(self, request: dict[str, Any]) -> dict[str, Any]:
        """As submit_claim. Errors: lostfound.claim_not_found, .wrong_claim_state, .no_window."""
        return deciding.choose_pickup(self.storage, self.place, request, clock.now())

    @rpc(arguments=claims.RenewCodeSchema())
    def renew_code(self, request: dict[str, Any]) -> dict[str, Any]:
        """CodeRenewedSchema. Errors: lostfound.claim_not_found, .wrong_claim_state."""
        return deciding.renew_code(self.storage, self.place, request)

    @rpc(arguments=claims.HandOverSchema())
    def hand_over(self, request: dict[str, Any]) -> dict[str, Any]:
        """HandedOverSchema. Errors: lostfound.bad_seal, .item_not_found, .claim_not_found, .not_here, .code_locked,
        .wrong_code, .already_handed_over, .item_missing, .not_counted."""
        return handing.hand_over(self.storage, self.place, request)

    @rpc(arguments=claims.GetClaimSchema())
    def get_handover(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"handover": HandoverSchema | null}, for staff. Errors: lostfound.claim_not_found."""
        return handing.get_handover(self.storage, self.place, request)

    @rpc(arguments=claims.AttachEvidenceSchema())
    def attach_evidence(self, request: dict[str, Any]) -> dict[str, Any]:
        """AttachedSchema. Errors: lostfound.bad_seal, .report_not_found, .report_closed, .claim_not_found,
        .wrong_claim_state, .too_many_photos."""
        return evidence.attach_evidence(self.storage, self.place, request)

    @rpc(arguments=claims.GetEvidenceSchema())
    def get_evidence(self, request: dict[str, Any]) -> dict[str, Any]:
        """EvidenceSchema. Errors: lostfound.photo_not_found."""
        return evidence.get_evidence(self.storage, self.place, request)

    @rpc(arguments=claims.RevealContactSchema())
    def reveal_contact(self, request: dict[str, Any]) -> dict[str, Any]:
        """ContactShownSchema. Errors: lostfound.report_not_found, .claim_not_found, .find_not_found."""
        return evidence.reveal_contact(self.storage, self.place, request)

    # --- finds

    @rpc(arguments=finds.AnnounceFindSchema())
    def announce_find(self, request: dict[str, Any]) -> dict[str, Any]:
        """AnnouncedSchema. Errors: lostfound.bad_seal, .too_many_finds."""
        return finding.announce_find(self.storage, self.place, request, clock.now())

    @rpc(arguments=finds.ListFindsSchema())
    def list_finds(self, request: dict[str, Any]) -> dict[str, Any]:
        """FindPageSchema."""
        return finding.list_finds(self.storage, self.place, request)

    @rpc(arguments=finds.GetFindSchema())
    def get_find(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneFindSchema. Errors: lostfound.find_not_found."""
        return finding.get_find(self.storage, self.place, request)

    @rpc(arguments=finds.ReceiveFindSchema())
    def receive_find(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneFindSchema. Errors: lostfound.find_not_found, .find_closed, .item_not_found."""
        return finding.receive_find(self.storage, self.place, request)

    @rpc(arguments=finds.CloseFindSchema())
    def close_find(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneFindSchema. Errors: lostfound.find_not_found, .find_closed."""
        return finding.close_find(self.storage, self.place, request)

    # --- accounts

    @rpc(arguments=rights.AccountSchema())
    def export_passenger(self, request: dict[str, Any]) -> dict[str, Any]:
        """ExportSchema."""
        return people.export_passenger(self.storage, self.place, request["passenger_id"])

    @handle_event("passengers", "passengers_merged")
    def on_passengers_merged(self, event: dict[str, Any]) -> None:
        """Give one account's reports and claims to another."""
        people.note_merge(self.storage, event["id"], event["data"]["from"], event["data"]["into"])

    @handle_event("passengers", "erasure_requested")
    def on_erasure_requested(self, event: dict[str, Any]) -> None:
        """Forget an account."""
        people.erase(self.storage, event["id"], event["data"])

    # --- its own events: whose is it?

    @handle_event("lostfound", "item_registered")
    def on_item_registered(self, event: dict[str, Any]) -> None:
        matching.hear_item(self.storage, self.place, event["data"]["item_id"], event["data"]["what"])

    @handle_event("lostfound", "item_changed")
    def on_item_changed(self, event: dict[str, Any]) -> None:
        matching.hear_item(self.storage, self.place, event["data"]["item_id"], event["data"]["what"])

    @handle_event("lostfound", "report_filed")
    def on_report_filed(self, event: dict[str, Any]) -> None:
        matching.hear_report(self.storage, self.place, event["data"]["report_id"])

    @handle_event("lostfound", "report_changed")
    def on_report_changed(self, event: dict[str, Any]) -> None:
        matching.hear_report(self.storage, self.place, event["data"]["report_id"])

    @handle_event("lostfound", "find_announced")
    def on_find_announced(self, event: dict[str, Any]) -> None:
        matching.hear_find(self.storage, self.place, event["data"]["find_id"])

    @handle_event("lostfound", "find_changed")
    def on_find_changed(self, event: dict[str, Any]) -> None:
        matching.hear_find(self.storage, self.place, event["data"]["find_id"])

    @handle_event("lostfound", "item_returned")
    def on_item_returned(self, event: dict[str, Any]) -> None:
        """Whoever has theirs again claims nothing else with the same report."""
        ending.end_rests(self.storage, event["data"]["report_id"])

    # --- time

    @timer(every_s=300, lease="lostfound.claims")
    def see_to_claims(self) -> None:
        """End what nobody fetched and what stood open to its end, remind of what is soon too late; once in five minutes
        whatever the number of copies."""
        reminding.remind_claimants(self.storage, clock.now())
        deciding.lapse_claims(self.storage, clock.now())
        reporting.expire_reports(self.storage, self.place)

    @timer(every_s=10, lease="lostfound.index")
    def renew_index(self) -> None:
        """After an update the matching reads things anew, some hundreds at a time, while everybody works on."""
        indexing.renew(self.storage, self.place)

    @timer(every_s=3600, lease="lostfound.forget_claims")
    def forget_claims(self) -> None:
        """Let go what is personal of what is long over, once an hour whatever the number of copies."""
        people.forget_old(self.storage, self.place)
