"""Entrypoints of passengers: validate, call the use case. Results are JSON-ready as schemas.py says."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, ClassVar

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel import clock
from kernel.config import load
from kernel.wire import OutboxRelay, Replies, Storage, handle_event, rpc, timer
from services.airport import Airport
from services.passengers import schemas, usecases
from services.passengers.clients import EXPORTS, WeChat
from services.passengers.events import ERASURE_DONE
from services.passengers.settings import PassengersSettings, WeChatSettings
from services.passengers.store import PassengersStore
from services.passengers.vault import Vault

log = logging.getLogger(__name__)


class Secrets(DependencyProvider):
    """The vault; its keys are read when the service starts, not when this is imported."""

    vault: Vault

    def setup(self) -> None:
        self.vault = Vault.from_environment()

    def get_dependency(self, worker_ctx: WorkerContext) -> Vault:
        return self.vault


class SignIn(DependencyProvider):
    """WeChat's OAuth over one pool of connections."""

    wechat: WeChat

    def setup(self) -> None:
        self.wechat = WeChat(load(WeChatSettings))

    def get_dependency(self, worker_ctx: WorkerContext) -> WeChat:
        return self.wechat


class PassengersService:
    """Who our travellers are, what is theirs, and what they may ask about it."""

    name = "passengers"
    replies = Replies()
    storage = Storage(PassengersStore)
    relay = OutboxRelay()
    vault = Secrets()
    wechat = SignIn()
    settings: ClassVar[PassengersSettings] = load(PassengersSettings)
    airport: ClassVar[Airport] = load(Airport)

    @rpc(arguments=schemas.NoArgumentsSchema())
    def get_sealing_key(self, request: dict[str, Any]) -> dict[str, Any]:
        """SealingKeySchema."""
        return {"key": self.vault.sealing_key()}

    @rpc(arguments=schemas.SignInSchema())
    def sign_in_with_wechat(self, request: dict[str, Any]) -> dict[str, Any]:
        """SignedInSchema. Errors: passengers.code_refused, .wechat_away, .wechat_not_connected."""
        return usecases.sign_in(self.storage, self.vault, self.wechat, request)

    @rpc(arguments=schemas.TokenSchema())
    def get_session(self, request: dict[str, Any]) -> dict[str, Any]:
        """SessionStateSchema. Errors: passengers.no_session."""
        return usecases.get_session(self.storage, request["token"])

    @rpc(arguments=schemas.EndSessionSchema())
    def end_session(self, request: dict[str, Any]) -> dict[str, Any]:
        """DoneSchema."""
        return usecases.end_session(self.storage, request["token"])

    @rpc(arguments=schemas.WriteSchema())
    def end_all_sessions(self, request: dict[str, Any]) -> dict[str, Any]:
        """DoneSchema. Errors: passengers.not_found."""
        return usecases.end_all_sessions(self.storage, request)

    @rpc(arguments=schemas.BeginPairingSchema())
    def begin_pairing(self, request: dict[str, Any]) -> dict[str, Any]:
        """BegunPairingSchema."""
        return usecases.begin_pairing(self.storage, request["browser"])

    @rpc(arguments=schemas.PairingCodeSchema())
    def get_pairing(self, request: dict[str, Any]) -> dict[str, Any]:
        """PairingSchema. Errors: passengers.pairing_over."""
        return usecases.get_pairing(self.storage, request["code"])

    @rpc(arguments=schemas.DecidePairingSchema())
    def decide_pairing(self, request: dict[str, Any]) -> dict[str, Any]:
        """PairingDecidedSchema. Errors: passengers.pairing_over, .not_found."""
        return usecases.decide_pairing(self.storage, request)

    @rpc(arguments=schemas.PairingWatchSchema())
    def pairing_state(self, request: dict[str, Any]) -> dict[str, Any]:
        """PairingStateSchema."""
        return usecases.pairing_state(self.storage, request["watch"])

    @rpc(arguments=schemas.ClaimPairingSchema())
    def claim_pairing(self, request: dict[str, Any]) -> dict[str, Any]:
        """SignedInSchema. Errors: passengers.pairing_over, .no_session."""
        return usecases.claim_pairing(self.storage, self.vault, request)

    @rpc(arguments=schemas.FollowerSchema())
    def note_wechat_follower(self, request: dict[str, Any]) -> dict[str, Any]:
        """FollowerResultSchema."""
        return usecases.note_follower(self.storage, self.vault, request)

    @rpc(arguments=schemas.PassengerIdSchema())
    def get_passenger(self, request: dict[str, Any]) -> dict[str, Any]:
        """PassengerResultSchema. Errors: passengers.not_found."""
        return usecases.get_passenger(self.storage, request["passenger_id"])

    @rpc(arguments=schemas.PassengerIdSchema())
    def get_payer(self, request: dict[str, Any]) -> dict[str, Any]:
        """PayerSchema. Errors: passengers.not_found."""
        return usecases.get_payer(self.storage, request["passenger_id"])

    @rpc(arguments=schemas.SetLanguageSchema())
    def set_language(self, request: dict[str, Any]) -> dict[str, Any]:
        """PassengerResultSchema. Errors: passengers.not_found."""
        return usecases.set_language(self.storage, request)

    @rpc(arguments=schemas.PassengerIdSchema())
    def list_companions(self, request: dict[str, Any]) -> dict[str, Any]:
        """CompanionsSchema. Errors: passengers.not_found."""
        return usecases.list_companions(self.storage, self.vault, request["passenger_id"])

    @rpc(arguments=schemas.AddCompanionSchema())
    def add_companion(self, request: dict[str, Any]) -> dict[str, Any]:
        """CompanionResultSchema. Errors: passengers.too_many."""
        return usecases.add_companion(self.storage, self.vault, request)

    @rpc(arguments=schemas.ChangeCompanionSchema())
    def change_companion(self, request: dict[str, Any]) -> dict[str, Any]:
        """CompanionResultSchema. Errors: passengers.companion_not_found."""
        return usecases.change_companion(self.storage, self.vault, request)

    @rpc(arguments=schemas.CompanionIdSchema())
    def remove_companion(self, request: dict[str, Any]) -> dict[str, Any]:
        """DoneSchema. Errors: passengers.companion_not_found."""
        return usecases.remove_companion(self.storage, request)

    @rpc(arguments=schemas.PassengerIdSchema())
    def list_documents(self, request: dict[str, Any]) -> dict[str, Any]:
        """DocumentsSchema. Errors: passengers.not_found."""
        return usecases.list_documents(self.storage, self.vault, request["passenger_id"])

    @rpc(arguments=schemas.AddDocumentSchema())
    def add_document(self, request: dict[str, Any]) -> dict[str, Any]:
        """DocumentResultSchema. Errors: passengers.bad_seal, what is wrong with the document, .consent_needed,
        .companion_not_found, .too_many, .document_exists."""
        today = clock.real_now().astimezone(self.airport.zoneinfo).date()
        return usecases.add_document(self.storage, self.vault, request, today)

    @rpc(arguments=schemas.DocumentIdSchema())
    def remove_document(self, request: dict[str, Any]) -> dict[str, Any]:
        """DoneSchema. Errors: passengers.document_not_found."""
        return usecases.remove_document(self.storage, request)

    @rpc(arguments=schemas.UnmaskSchema())
    def unmask_document(self, request: dict[str, Any]) -> dict[str, Any]:
        """UnmaskedSchema. Errors: passengers.document_not_found."""
        return usecases.unmask_document(self.storage, self.vault, request)

    @rpc(arguments=schemas.FindDocumentsSchema())
    def find_documents(self, request: dict[str, Any]) -> dict[str, Any]:
        """FoundDocumentsSchema. Errors: passengers.bad_seal, .id_form, .passport_form."""
        return usecases.find_documents(self.storage, self.vault, request["kind"], request["sealed"])

    @rpc(arguments=schemas.PassengerIdSchema())
    def list_consents(self, request: dict[str, Any]) -> dict[str, Any]:
        """ConsentsSchema. Errors: passengers.not_found."""
        return usecases.list_consents(self.storage, request["passenger_id"])

    @rpc(arguments=schemas.GiveConsentSchema())
    def give_consent(self, request: dict[str, Any]) -> dict[str, Any]:
        """ConsentsSchema. Errors: passengers.consent_outdated."""
        return usecases.give_consent(self.storage, request)

    @rpc(arguments=schemas.WithdrawConsentSchema())
    def withdraw_consent(self, request: dict[str, Any]) -> dict[str, Any]:
        """ConsentsSchema."""
        return usecases.withdraw_consent(self.storage, request)

    @rpc(arguments=schemas.WriteSchema())
    def request_export(self, request: dict[str, Any]) -> dict[str, Any]:
        """ExportSchema. Errors: passengers.not_found."""
        copies = {service: partial(copy, self.replies) for service, copy in EXPORTS.items()}
        return usecases.request_export(self.storage, self.vault, copies, request)

    @rpc(arguments=schemas.WriteSchema())
    def request_erasure(self, request: dict[str, Any]) -> dict[str, Any]:
        """ErasureIdSchema. Errors: passengers.not_found."""
        return usecases.request_erasure(self.storage, request, self.settings.erasure_due_h)

    @rpc(arguments=schemas.ErasureIdSchema())
    def get_erasure(self, request: dict[str, Any]) -> dict[str, Any]:
        """ErasureSchema. Errors: passengers.erasure_not_found."""
        return usecases.get_erasure(self.storage, request["erasure_id"])

    @rpc(arguments=schemas.ListErasuresSchema())
    def list_erasures(self, request: dict[str, Any]) -> dict[str, Any]:
        """ErasuresSchema."""
        return usecases.list_erasures(self.storage, request["open_only"], request["limit"])

    @handle_event("notify", ERASURE_DONE)
    def on_notify_erased(self, event: dict[str, Any]) -> None:
        usecases.note_erasure_done(self.storage, "notify", event)

    @handle_event("bus", ERASURE_DONE)
    def on_bus_erased(self, event: dict[str, Any]) -> None:
        usecases.note_erasure_done(self.storage, "bus", event)

    @handle_event("checkin", ERASURE_DONE)
    def on_checkin_erased(self, event: dict[str, Any]) -> None:
        usecases.note_erasure_done(self.storage, "checkin", event)

    @handle_event("lostfound", ERASURE_DONE)
    def on_lostfound_erased(self, event: dict[str, Any]) -> None:
        usecases.note_erasure_done(self.storage, "lostfound", event)

    @handle_event("payments", ERASURE_DONE)
    def on_payments_erased(self, event: dict[str, Any]) -> None:
        usecases.note_erasure_done(self.storage, "payments", event)

    @handle_event("shop", ERASURE_DONE)
    def on_shop_erased(self, event: dict[str, Any]) -> None:
        usecases.note_erasure_done(self.storage, "shop", event)

    @timer(every_s=600, lease="passengers.purge")
    def purge(self) -> None:
        """Forget what is over, once in ten minutes whatever the number of copies."""
        keep = self.settings
        usecases.purge(self.storage, keep.audit_days, keep.expired_documents_days)

    @timer(every_s=3600, lease="passengers.rights")
    def see_to_rights(self) -> None:
        """Erase who hasn't come for years; say aloud which erasures are late."""
        usecases.erase_dormant(self.storage, self.settings.dormant_days, self.settings.erasure_due_h)
        late = usecases.count_overdue(self.storage)
        if late:
            log.error("erasures are overdue: airport passengers erasures", extra={"count": late})
