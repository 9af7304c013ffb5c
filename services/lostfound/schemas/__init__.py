"""FRONT DOOR: arguments and results of every RPC of lost and found, and the vocabularies they use.

An *item* is a found thing, a *report* what a traveller misses, a *find* what a finder announces from afar. Writing
calls carry a `request_id`; a repeat gets the answer of the first. What is personal comes sealed by the door
(`get_sealing_key`, `kernel.sealing.seal`); a retry may seal it anew. Roles are checked by the door; that two people
act where two must is checked here.

    get_sealing_key {}                        → SealingKeySchema
    list_vocabulary {}                        → VocabularySchema           categories, colours, places, rules, desks
    add_desk AddDeskSchema                    → DeskResultSchema           or changes it

  items (schemas.items)
    register_item RegisterItemSchema          → ItemResultSchema
    change_item ChangeItemSchema              → ItemResultSchema
    put_on_shelf PutOnShelfSchema             → ItemResultSchema
    count_cash CountCashSchema                → ItemResultSchema           by two people
    void_item VoidItemSchema                  → ItemResultSchema
    attach_photo AttachPhotoSchema            → PhotoAddedSchema
    get_photo GetPhotoSchema                  → PhotoResultSchema
    get_item GetItemSchema                    → FullItemSchema             with what is sealed, masked
    search_items SearchItemsSchema            → ItemPageSchema             the newest first
    import_items ImportItemsSchema            → ImportReportSchema         every row whole or refused
    list_public ListPublicSchema              → PublicPageSchema           category, colours, month, area: no more

  custody (schemas.custody)
    list_custody ItemIdSchema                 → CustodySchema
    verify_custody VerifyCustodySchema        → VerifiedSchema
    send_transfer SendTransferSchema          → TransferResultSchema       all items or none
    accept_transfer AcceptTransferSchema      → AcceptedSchema
    get_transfer   TransferIdSchema           → TransferResultSchema
    list_transfers ListTransfersSchema        → TransferPageSchema         the newest first
    report_missing ReportMissingSchema        → ItemResultSchema
    begin_stocktake BeginStocktakeSchema      → StocktakeResultSchema
    scan_stocktake ScanStocktakeSchema        → ScanStocktakeResultSchema
    get_stocktake StocktakeIdSchema           → StocktakeResultSchema
    close_stocktake CloseStocktakeSchema      → StocktakeResultSchema
    list_stocktakes ListStocktakesSchema      → StocktakePageSchema        the newest first

  what nobody claims (schemas.disposals)
    list_due ListDueSchema                    → ItemPageSchema             the longest overdue first
    publish_notices PublishNoticesSchema      → PublishedSchema            all items or none
    propose_disposal ProposeDisposalSchema    → DisposalResultSchema       all items or none
    confirm_disposal DecideDisposalSchema     → DisposalResultSchema       by another person; all items or none
    withdraw_disposal DecideDisposalSchema    → DisposalResultSchema
    get_disposal DisposalIdSchema             → DisposalResultSchema       a police list is one
    list_disposals ListDisposalsSchema        → DisposalPageSchema         the newest first
    figures FiguresArgumentsSchema            → FiguresSchema

Who asks the rest is an account (`passenger_id`) or staff (`actor`); their schemas are imported from the modules.

  reports (schemas.reports); staff get OneDeskReportSchema
    file_report FileReportSchema              → OneReportSchema
    change_report ChangeReportSchema          → OneReportSchema
    close_report CloseReportSchema            → OneReportSchema
    get_report GetReportSchema                → OneReportSchema
    list_my_reports ListMyReportsSchema       → ReportPageSchema           the newest first
    search_reports SearchReportsSchema        → DeskReportPageSchema       the newest first
    list_hints ListHintsSchema                → HintsSchema                what an owner may see
    list_matches ListMatchesSchema            → MatchesSchema              what staff see
    dismiss_match DismissMatchSchema          → DismissedSchema

  claims (schemas.claims); staff get OneDeskClaimSchema
    submit_claim SubmitClaimSchema            → OneClaimSchema
    get_claim GetClaimSchema                  → OneClaimSchema             with the pick-up code, for the claimant
    list_my_claims ListMyClaimsSchema         → ClaimPageSchema            the newest first
    withdraw_claim WithdrawClaimSchema        → OneClaimSchema
    search_claims SearchClaimsSchema          → DeskClaimPageSchema        who waits longest first
    decide_claim DecideClaimSchema            → DecidedSchema
    list_windows ListWindowsSchema            → WindowsSchema
    choose_pickup ChoosePickupSchema          → OneClaimSchema
    renew_code RenewCodeSchema                → CodeRenewedSchema
    hand_over HandOverSchema                  → HandedOverSchema           to one person, once
    get_handover GetClaimSchema               → {"handover": HandoverSchema | null}
    attach_evidence AttachEvidenceSchema      → AttachedSchema
    get_evidence GetEvidenceSchema            → EvidenceSchema
    reveal_contact RevealContactSchema        → ContactShownSchema

  airlines (schemas.partners)
    register_found RegisterFoundSchema        → FoundReportSchema          every item whole or refused
    list_found ListFoundSchema                → FoundPageSchema            the newest first
    get_found GetFoundSchema                  → OneFoundSchema
    hand_to_desk HandToDeskSchema             → HandedToDeskSchema
    list_flight_claims ListFlightClaimsSchema → FlightClaimsSchema
    list_codes {}                             → PartnerWordsSchema

  finds (schemas.finds) and accounts (schemas.rights)
    announce_find AnnounceFindSchema          → AnnouncedSchema
    list_finds ListFindsSchema                → FindPageSchema             the newest first
    get_find GetFindSchema                    → OneFindSchema
    receive_find ReceiveFindSchema            → OneFindSchema              it is an item now
    close_find CloseFindSchema                → OneFindSchema
    export_passenger AccountSchema            → ExportSchema
"""

from __future__ import annotations

from kernel.schemas import NoArgumentsSchema, WordsSchema
from services.lostfound.schemas.custody import (
    AcceptedSchema,
    AcceptTransferSchema,
    BeginStocktakeSchema,
    BrokenChainSchema,
    CloseStocktakeSchema,
    CustodySchema,
    DifferenceSchema,
    ItemIdSchema,
    ListStocktakesSchema,
    ListTransfersSchema,
    ReportMissingSchema,
    ScannedSchema,
    ScanStocktakeResultSchema,
    ScanStocktakeSchema,
    SendTransferSchema,
    StocktakeIdSchema,
    StocktakePageSchema,
    StocktakeResultSchema,
    StocktakeSchema,
    TransferIdSchema,
    TransferItemSchema,
    TransferPageSchema,
    TransferResultSchema,
    TransferSchema,
    VerifiedSchema,
    VerifyCustodySchema,
)
from services.lostfound.schemas.desks import (
    AddDeskSchema,
    AreaCountSchema,
    CategoryCountSchema,
    CategorySchema,
    ColourSchema,
    CountSchema,
    DeskResultSchema,
    DeskSchema,
    FiguresArgumentsSchema,
    FiguresSchema,
    GroupSchema,
    PlaceSchema,
    RuleSchema,
    VocabularySchema,
    WeekCountSchema,
)
from services.lostfound.schemas.disposals import (
    DecideDisposalSchema,
    DisposalIdSchema,
    DisposalPageSchema,
    DisposalResultSchema,
    DisposalSchema,
    ListDisposalsSchema,
    ListDueSchema,
    ProposeDisposalSchema,
    PublishedSchema,
    PublishNoticesSchema,
)
from services.lostfound.schemas.items import (
    AttachPhotoSchema,
    ChangeItemSchema,
    CountCashSchema,
    CustodyRowSchema,
    FinderSchema,
    FullItemSchema,
    GetItemSchema,
    GetPhotoSchema,
    ImportedRowSchema,
    ImportItemsSchema,
    ImportReportSchema,
    ImportRowSchema,
    ItemChangesSchema,
    ItemPageSchema,
    ItemResultSchema,
    ItemSchema,
    ItemSpecSchema,
    ListPublicSchema,
    PersonalSchema,
    PhotoAddedSchema,
    PhotoResultSchema,
    PhotoSchema,
    PublicItemSchema,
    PublicPageSchema,
    PutOnShelfSchema,
    RefusedRowSchema,
    RegisterItemSchema,
    SearchItemsSchema,
    ShownDocumentSchema,
    ShownFinderSchema,
    ShownPersonalSchema,
    VoidItemSchema,
)
from services.lostfound.schemas.shared import (
    DocumentSchema,
    MoneySchema,
    SealingKeySchema,
)
from services.lostfound.schemas.vocabulary import (
    AREAS,
    CATEGORIES,
    COLOURS,
    GROUPS,
    MAX_COLOURS,
    MAX_ITEMS,
    MAX_PAGE,
    MAX_PHOTOS,
    MAX_PLACES,
    MAX_ROWS,
    MAX_SCANNED,
    NOTICE_LASTS,
    RETENTION,
    Area,
    Category,
    Colour,
    CustodyKind,
    Difference,
    DisposalState,
    DocumentKind,
    FinderKind,
    Group,
    ItemState,
    Place,
    Rule,
    Size,
    Step,
    StocktakeState,
    TransferState,
    Way,
    places,
    within,
)

__all__ = [
    "AREAS",
    "CATEGORIES",
    "COLOURS",
    "GROUPS",
    "MAX_COLOURS",
    "MAX_ITEMS",
    "MAX_PAGE",
    "MAX_PHOTOS",
    "MAX_PLACES",
    "MAX_ROWS",
    "MAX_SCANNED",
    "NOTICE_LASTS",
    "RETENTION",
    "AcceptTransferSchema",
    "AcceptedSchema",
    "AddDeskSchema",
    "Area",
    "AreaCountSchema",
    "AttachPhotoSchema",
    "BeginStocktakeSchema",
    "BrokenChainSchema",
    "Category",
    "CategoryCountSchema",
    "CategorySchema",
    "ChangeItemSchema",
    "CloseStocktakeSchema",
    "Colour",
    "ColourSchema",
    "CountCashSchema",
    "CountSchema",
    "CustodyKind",
    "CustodyRowSchema",
    "CustodySchema",
    "DecideDisposalSchema",
    "DeskResultSchema",
    "DeskSchema",
    "Difference",
    "DifferenceSchema",
    "DisposalIdSchema",
    "DisposalPageSchema",
    "DisposalResultSchema",
    "DisposalSchema",
    "DisposalState",
    "DocumentKind",
    "DocumentSchema",
    "FiguresArgumentsSchema",
    "FiguresSchema",
    "FinderKind",
    "FinderSchema",
    "FullItemSchema",
    "GetItemSchema",
    "GetPhotoSchema",
    "Group",
    "GroupSchema",
    "ImportItemsSchema",
    "ImportReportSchema",
    "ImportRowSchema",
    "ImportedRowSchema",
    "ItemChangesSchema",
    "ItemIdSchema",
    "ItemPageSchema",
    "ItemResultSchema",
    "ItemSchema",
    "ItemSpecSchema",
    "ItemState",
    "ListDisposalsSchema",
    "ListDueSchema",
    "ListPublicSchema",
    "ListStocktakesSchema",
    "ListTransfersSchema",
    "MoneySchema",
    "NoArgumentsSchema",
    "PersonalSchema",
    "PhotoAddedSchema",
    "PhotoResultSchema",
    "PhotoSchema",
    "Place",
    "PlaceSchema",
    "ProposeDisposalSchema",
    "PublicItemSchema",
    "PublicPageSchema",
    "PublishNoticesSchema",
    "PublishedSchema",
    "PutOnShelfSchema",
    "RefusedRowSchema",
    "RegisterItemSchema",
    "ReportMissingSchema",
    "Rule",
    "RuleSchema",
    "ScanStocktakeResultSchema",
    "ScanStocktakeSchema",
    "ScannedSchema",
    "SealingKeySchema",
    "SearchItemsSchema",
    "SendTransferSchema",
    "ShownDocumentSchema",
    "ShownFinderSchema",
    "ShownPersonalSchema",
    "Size",
    "Step",
    "StocktakeIdSchema",
    "StocktakePageSchema",
    "StocktakeResultSchema",
    "StocktakeSchema",
    "StocktakeState",
    "TransferIdSchema",
    "TransferItemSchema",
    "TransferPageSchema",
    "TransferResultSchema",
    "TransferSchema",
    "TransferState",
    "VerifiedSchema",
    "VerifyCustodySchema",
    "VocabularySchema",
    "VoidItemSchema",
    "Way",
    "WeekCountSchema",
    "WordsSchema",
    "places",
    "within",
]
