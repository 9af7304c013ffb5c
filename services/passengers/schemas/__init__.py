"""FRONT DOOR: arguments and results of every RPC of passengers, and the vocabularies they use.

Writing calls carry a `request_id`; a repeat gets the answer of the first. Instants are aware: out as UTC with
`Z`. Ids of another traveller are answered as ids that don't exist. Loading refuses unknown fields.

    get_sealing_key {}                        → SealingKeySchema
    sign_in_with_wechat SignInSchema          → SignedInSchema
    get_session TokenSchema                   → SessionStateSchema
    end_session EndSessionSchema              → DoneSchema
    end_all_sessions WriteSchema              → DoneSchema
    begin_pairing BeginPairingSchema          → BegunPairingSchema      a computer waits for a phone
    get_pairing PairingCodeSchema             → PairingSchema
    decide_pairing DecidePairingSchema        → PairingDecidedSchema
    pairing_state PairingWatchSchema          → PairingStateSchema
    claim_pairing ClaimPairingSchema          → SignedInSchema
    note_wechat_follower FollowerSchema       → FollowerResultSchema
    get_passenger PassengerIdSchema           → PassengerResultSchema
    get_payer PassengerIdSchema               → PayerSchema
    set_language SetLanguageSchema            → PassengerResultSchema
    list_companions PassengerIdSchema         → CompanionsSchema
    add_companion / change_companion          → CompanionResultSchema
    remove_companion                          → DoneSchema
    list_documents PassengerIdSchema          → DocumentsSchema
    add_document AddDocumentSchema            → DocumentResultSchema
    remove_document                           → DoneSchema
    unmask_document UnmaskSchema              → UnmaskedSchema
    find_documents FindDocumentsSchema        → FoundDocumentsSchema
    list_consents PassengerIdSchema           → ConsentsSchema
    give_consent / withdraw_consent           → ConsentsSchema
    request_export WriteSchema                → ExportSchema
    request_erasure WriteSchema               → ErasureIdSchema
    get_erasure ErasureIdSchema               → ErasureSchema
    list_erasures ListErasuresSchema          → ErasuresSchema
"""

from __future__ import annotations

from kernel.schemas import NoArgumentsSchema
from services.passengers.schemas.accounts import (
    AddCompanionSchema,
    ChangeCompanionSchema,
    CompanionIdSchema,
    CompanionResultSchema,
    CompanionSchema,
    CompanionsSchema,
    EndSessionSchema,
    FollowerResultSchema,
    FollowerSchema,
    PassengerResultSchema,
    PassengerSchema,
    SessionSchema,
    SessionStateSchema,
    SetLanguageSchema,
    SignedInSchema,
    SignInSchema,
    TokenSchema,
    WeChatStateSchema,
)
from services.passengers.schemas.documents import (
    AddDocumentSchema,
    DocumentIdSchema,
    DocumentResultSchema,
    DocumentSchema,
    DocumentsSchema,
    FindDocumentsSchema,
    FoundDocumentSchema,
    FoundDocumentsSchema,
    UnmaskedSchema,
    UnmaskSchema,
)
from services.passengers.schemas.pairings import (
    BeginPairingSchema,
    BegunPairingSchema,
    ClaimPairingSchema,
    DecidePairingSchema,
    PairingCodeSchema,
    PairingDecidedSchema,
    PairingSchema,
    PairingStateSchema,
    PairingWatchSchema,
)
from services.passengers.schemas.payers import PayerSchema
from services.passengers.schemas.rights import (
    ConsentEntrySchema,
    ConsentSchema,
    ConsentsSchema,
    ErasureIdSchema,
    ErasureSchema,
    ErasuresSchema,
    ExportSchema,
    GiveConsentSchema,
    ListErasuresSchema,
    ServiceErasureSchema,
    WithdrawConsentSchema,
)
from services.passengers.schemas.shared import (
    DoneSchema,
    PassengerIdSchema,
    SealingKeySchema,
    WriteSchema,
)
from services.passengers.schemas.vocabulary import (
    CURRENT_CONSENTS,
    MAX_COMPANIONS,
    MAX_DOCUMENTS,
    MAX_NAME,
    MAX_SEALED,
    Checked,
    CompanionKind,
    ConsentKind,
    DocumentKind,
    Language,
    UnmaskReason,
)

__all__ = [
    "CURRENT_CONSENTS",
    "MAX_COMPANIONS",
    "MAX_DOCUMENTS",
    "MAX_NAME",
    "MAX_SEALED",
    "AddCompanionSchema",
    "AddDocumentSchema",
    "BeginPairingSchema",
    "BegunPairingSchema",
    "ChangeCompanionSchema",
    "Checked",
    "ClaimPairingSchema",
    "CompanionIdSchema",
    "CompanionKind",
    "CompanionResultSchema",
    "CompanionSchema",
    "CompanionsSchema",
    "ConsentEntrySchema",
    "ConsentKind",
    "ConsentSchema",
    "ConsentsSchema",
    "DecidePairingSchema",
    "DocumentIdSchema",
    "DocumentKind",
    "DocumentResultSchema",
    "DocumentSchema",
    "DocumentsSchema",
    "DoneSchema",
    "EndSessionSchema",
    "ErasureIdSchema",
    "ErasureSchema",
    "ErasuresSchema",
    "ExportSchema",
    "FindDocumentsSchema",
    "FollowerResultSchema",
    "FollowerSchema",
    "FoundDocumentSchema",
    "FoundDocumentsSchema",
    "GiveConsentSchema",
    "Language",
    "ListErasuresSchema",
    "NoArgumentsSchema",
    "PairingCodeSchema",
    "PairingDecidedSchema",
    "PairingSchema",
    "PairingStateSchema",
    "PairingWatchSchema",
    "PassengerIdSchema",
    "PassengerResultSchema",
    "PassengerSchema",
    "PayerSchema",
    "SealingKeySchema",
    "ServiceErasureSchema",
    "SessionSchema",
    "SessionStateSchema",
    "SetLanguageSchema",
    "SignInSchema",
    "SignedInSchema",
    "TokenSchema",
    "UnmaskReason",
    "UnmaskSchema",
    "UnmaskedSchema",
    "WeChatStateSchema",
    "WithdrawConsentSchema",
    "WriteSchema",
]
