"""FRONT DOOR: errors that callers of lost and found may see.

ServiceError
├── NotFound
│   ├── ItemNotFound          lostfound.item_not_found       data.number, where one was given
│   ├── PhotoNotFound         lostfound.photo_not_found
│   ├── DeskNotFound          lostfound.desk_not_found
│   ├── TransferNotFound      lostfound.transfer_not_found
│   ├── StocktakeNotFound     lostfound.stocktake_not_found
│   ├── DisposalNotFound      lostfound.disposal_not_found
│   ├── ReportNotFound        lostfound.report_not_found     also another traveller's
│   ├── MatchNotFound         lostfound.match_not_found      not shown to this traveller; no item has that number
│   ├── ClaimNotFound         lostfound.claim_not_found      also another traveller's
│   ├── FindNotFound          lostfound.find_not_found
│   └── CourierNotFound       lostfound.courier_not_found    also another traveller's order
├── Conflict
│   ├── ChangedMeanwhile      lostfound.changed_meanwhile    data.number: read it again
│   ├── WrongState            lostfound.wrong_state          data.number, .state: that can't be done from there
│   ├── ItemMissing           lostfound.item_missing         data.number: scan it first
│   ├── NotCounted            lostfound.not_counted          data.number: two people count it first
│   ├── NotHere               lostfound.not_here             data.number, .holder: somebody else has it
│   ├── NotDue                lostfound.not_due              data.number, .keep_until: too early
│   ├── WrongWay              lostfound.wrong_way            data.number, .way, .due: its rule says otherwise
│   ├── Proposed              lostfound.proposed             data.number: it is in a proposal already
│   ├── AlreadyDecided        lostfound.already_decided      data.state: of the proposal
│   ├── StocktakeOpen         lostfound.stocktake_open       data.stocktake_id: that desk is counted already
│   ├── StocktakeClosed       lostfound.stocktake_closed
│   ├── TooManyPhotos         lostfound.too_many_photos      data.most
│   ├── RefTaken              lostfound.ref_taken            data.number: the item that has this external_ref
│   ├── AlreadyFiled          lostfound.already_filed        data.report_id, .number: of the same form, sent before
│   ├── ReportClosed          lostfound.report_closed
│   ├── FindClosed            lostfound.find_closed          data.state
│   ├── MarksNeeded           lostfound.marks_needed         say first what only an owner knows
│   ├── ItemGone              lostfound.item_gone            it can't be claimed any more
│   ├── ItemClaimed           lostfound.item_claimed         data.number, .claims: numbers of those to decide first
│   ├── ItemPromised          lostfound.item_promised        another claim on it was approved
│   ├── AlreadyClaimed        lostfound.already_claimed      by this report
│   ├── HintDismissed         lostfound.hint_dismissed       the owner said that it isn't theirs
│   ├── WrongClaimState       lostfound.wrong_claim_state    data.state: that can't be done from there
│   ├── NoWindow              lostfound.no_window            that time isn't offered, or full by now
│   ├── CodeLocked            lostfound.code_locked          too many wrong ones: staff make a new one
│   ├── AlreadyHandedOver     lostfound.already_handed_over
│   ├── CourierOrdered        lostfound.courier_ordered      data.order_id: the claim has one
│   ├── CourierOver           lostfound.courier_over         it can't be paid any more
│   ├── FeeChanged            lostfound.fee_changed          data.fee_fen: ask again
│   ├── NotSendable           lostfound.not_sendable         data.why: courier_words.NotSent
│   ├── WrongParcel           lostfound.wrong_parcel         data.state: of the parcel; another did it
│   └── TrackingTaken         lostfound.tracking_taken       data.tracking_number: of another parcel
├── Forbidden
│   ├── SamePerson            lostfound.same_person          two people must do it
│   └── ComeToDesk            lostfound.come_to_desk         too many refused claims: only in person from now on
├── Limited
│   ├── TooManyReports        lostfound.too_many_reports     data.most: open at a time
│   ├── TooManyChanges        lostfound.too_many_changes     of one report
│   ├── TooManyClaims         lostfound.too_many_claims      data.most: open at a time
│   ├── TooManyFinds          lostfound.too_many_finds       data.retry_after_s
│   └── TooManyGuesses        lostfound.too_many_guesses     data.retry_after_s
└── Invalid
    ├── BadRequest            lostfound.bad_request          data.fields
    ├── BadSeal               lostfound.bad_seal             sealed for another key: fetch the key, seal again
    ├── BadNumber             lostfound.bad_number           no number of ours: a slip in typing
    ├── UnknownPlace          lostfound.unknown_place        data.place
    ├── UnknownShelf          lostfound.unknown_shelf        data.desk_id, .shelf
    ├── WitnessNeeded         lostfound.witness_needed       cash is counted by two people
    ├── SecondPersonNeeded    lostfound.second_person_needed a valuable is handed over by two people here
    ├── ContactNeeded         lostfound.contact_needed       without an account: a phone or an e-mail
    └── WrongCode             lostfound.wrong_code           data.tries_left
"""

from __future__ import annotations

from kernel.errors import Conflict, Forbidden, Invalid, Limited, NotFound


class ItemNotFound(NotFound):
    code = "lostfound.item_not_found"


class PhotoNotFound(NotFound):
    code = "lostfound.photo_not_found"


class DeskNotFound(NotFound):
    code = "lostfound.desk_not_found"


class TransferNotFound(NotFound):
    code = "lostfound.transfer_not_found"


class StocktakeNotFound(NotFound):
    code = "lostfound.stocktake_not_found"


class DisposalNotFound(NotFound):
    code = "lostfound.disposal_not_found"


class ReportNotFound(NotFound):
    code = "lostfound.report_not_found"


class MatchNotFound(NotFound):
    code = "lostfound.match_not_found"


class ClaimNotFound(NotFound):
    code = "lostfound.claim_not_found"


class FindNotFound(NotFound):
    code = "lostfound.find_not_found"


class ChangedMeanwhile(Conflict):
    code = "lostfound.changed_meanwhile"


class WrongState(Conflict):
    code = "lostfound.wrong_state"


class ItemMissing(Conflict):
    code = "lostfound.item_missing"


class NotCounted(Conflict):
    code = "lostfound.not_counted"


class NotHere(Conflict):
    code = "lostfound.not_here"


class NotDue(Conflict):
    code = "lostfound.not_due"


class WrongWay(Conflict):
    code = "lostfound.wrong_way"


class Proposed(Conflict):
    code = "lostfound.proposed"


class AlreadyDecided(Conflict):
    code = "lostfound.already_decided"


class StocktakeOpen(Conflict):
    code = "lostfound.stocktake_open"


class StocktakeClosed(Conflict):
    code = "lostfound.stocktake_closed"


class TooManyPhotos(Conflict):
    code = "lostfound.too_many_photos"


class RefTaken(Conflict):
    code = "lostfound.ref_taken"


class AlreadyFiled(Conflict):
    code = "lostfound.already_filed"


class ReportClosed(Conflict):
    code = "lostfound.report_closed"


class FindClosed(Conflict):
    code = "lostfound.find_closed"


class MarksNeeded(Conflict):
    code = "lostfound.marks_needed"


class ItemGone(Conflict):
    code = "lostfound.item_gone"


class ItemClaimed(Conflict):
    code = "lostfound.item_claimed"


class ItemPromised(Conflict):
    code = "lostfound.item_promised"


class AlreadyClaimed(Conflict):
    code = "lostfound.already_claimed"


class HintDismissed(Conflict):
    code = "lostfound.hint_dismissed"


class WrongClaimState(Conflict):
    code = "lostfound.wrong_claim_state"


class NoWindow(Conflict):
    code = "lostfound.no_window"


class CodeLocked(Conflict):
    code = "lostfound.code_locked"


class AlreadyHandedOver(Conflict):
    code = "lostfound.already_handed_over"


class CourierNotFound(NotFound):
    code = "lostfound.courier_not_found"


class CourierOrdered(Conflict):
    code = "lostfound.courier_ordered"


class CourierOver(Conflict):
    code = "lostfound.courier_over"


class FeeChanged(Conflict):
    code = "lostfound.fee_changed"


class NotSendable(Conflict):
    code = "lostfound.not_sendable"


class WrongParcel(Conflict):
    code = "lostfound.wrong_parcel"


class TrackingTaken(Conflict):
    code = "lostfound.tracking_taken"


class SamePerson(Forbidden):
    code = "lostfound.same_person"


class ComeToDesk(Forbidden):
    code = "lostfound.come_to_desk"


class TooManyReports(Limited):
    code = "lostfound.too_many_reports"


class TooManyChanges(Limited):
    code = "lostfound.too_many_changes"


class TooManyClaims(Limited):
    code = "lostfound.too_many_claims"


class TooManyFinds(Limited):
    code = "lostfound.too_many_finds"


class TooManyGuesses(Limited):
    code = "lostfound.too_many_guesses"


class BadRequest(Invalid):
    code = "lostfound.bad_request"


class BadSeal(Invalid):
    code = "lostfound.bad_seal"


class BadNumber(Invalid):
    code = "lostfound.bad_number"


class UnknownPlace(Invalid):
    code = "lostfound.unknown_place"


class UnknownShelf(Invalid):
    code = "lostfound.unknown_shelf"


class WitnessNeeded(Invalid):
    code = "lostfound.witness_needed"


class SecondPersonNeeded(Invalid):
    code = "lostfound.second_person_needed"


class ContactNeeded(Invalid):
    code = "lostfound.contact_needed"


class WrongCode(Invalid):
    code = "lostfound.wrong_code"
