"""Entrypoints of staff: validate, call the use case. Results are JSON-ready as schemas.py says."""

from __future__ import annotations

import logging
from typing import Any

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel.config import load
from kernel.crypto import FieldCipher, field_cipher
from kernel.schemas import NoArgumentsSchema
from kernel.wire import OutboxRelay, Replies, Storage, rpc, timer
from services.staff import schemas, usecases
from services.staff.clients import Argon2
from services.staff.sealing import PasswordBox, password_box
from services.staff.settings import StaffSettings
from services.staff.store import StaffStore

log = logging.getLogger(__name__)


class Cipher(DependencyProvider):
    """The cipher of authenticators' secrets; its keys are read when the service starts."""

    cipher: FieldCipher

    def setup(self) -> None:
        self.cipher = field_cipher()

    def get_dependency(self, worker_ctx: WorkerContext) -> FieldCipher:
        return self.cipher


class Box(DependencyProvider):
    """What opens the passwords that the door sealed."""

    box: PasswordBox

    def setup(self) -> None:
        self.box = password_box()

    def get_dependency(self, worker_ctx: WorkerContext) -> PasswordBox:
        return self.box


class Hasher(DependencyProvider):
    """The passwords' hashes, for all calls of this process together."""

    hasher: Argon2

    def setup(self) -> None:
        settings = load(StaffSettings)
        self.hasher = Argon2(settings.hashers, settings.waiting)

    def get_dependency(self, worker_ctx: WorkerContext) -> Argon2:
        return self.hasher


class StaffService:
    """Who works here, whether it is really they, and who did what."""

    name = "staff"
    replies = Replies()
    storage = Storage(StaffStore)
    relay = OutboxRelay()
    cipher = Cipher()
    hasher = Hasher()
    box = Box()

    @rpc(arguments=NoArgumentsSchema())
    def get_sealing_key(self, request: dict[str, Any]) -> dict[str, Any]:
        """SealingKeySchema."""
        return {"key": self.box.sealing_key()}

    @rpc(arguments=schemas.BeginSignInSchema())
    def begin_sign_in(self, request: dict[str, Any]) -> dict[str, Any]:
        """SignInStepSchema. Errors: staff.too_many_attempts, .busy, .bad_seal."""
        opened = self.box.unsealed(request, schemas.PasswordSchema())
        return usecases.begin_sign_in(self.storage, self.hasher, self.cipher, opened)

    @rpc(arguments=schemas.ChallengeSchema())
    def get_sign_in(self, request: dict[str, Any]) -> dict[str, Any]:
        """SignInStepSchema. Errors: staff.sign_in_over."""
        return usecases.get_sign_in(self.storage, self.cipher, request["challenge"])

    @rpc(arguments=schemas.FinishSignInSchema())
    def finish_sign_in(self, request: dict[str, Any]) -> dict[str, Any]:
        """SignedInSchema. Errors: staff.sign_in_refused, .wrong_code, .sign_in_over, .too_many_attempts."""
        return usecases.finish_sign_in(self.storage, self.cipher, request)

    @rpc(arguments=schemas.TokenSchema())
    def get_session(self, request: dict[str, Any]) -> dict[str, Any]:
        """SessionStateSchema. Errors: staff.no_session."""
        return usecases.get_session(self.storage, request["token"])

    @rpc(arguments=schemas.TokenSchema())
    def end_session(self, request: dict[str, Any]) -> dict[str, Any]:
        """DoneSchema."""
        return usecases.end_session(self.storage, request["token"])

    @rpc(arguments=schemas.AccountIdSchema())
    def list_sessions(self, request: dict[str, Any]) -> dict[str, Any]:
        """SessionsSchema."""
        return usecases.list_sessions(self.storage, request["account_id"])

    @rpc(arguments=schemas.EndSessionsSchema())
    def end_sessions(self, request: dict[str, Any]) -> dict[str, Any]:
        """DoneSchema. Errors: staff.not_found."""
        return usecases.end_sessions(self.storage, request)

    @rpc(arguments=schemas.ChangePasswordSchema())
    def change_password(self, request: dict[str, Any]) -> dict[str, Any]:
        """DoneSchema. Errors: staff.wrong_password, .weak_password, .busy, .bad_seal."""
        opened = self.box.unsealed(request, schemas.PasswordsSchema())
        return usecases.change_password(self.storage, self.hasher, opened)

    @rpc(arguments=schemas.ListAccountsSchema())
    def list_accounts(self, request: dict[str, Any]) -> dict[str, Any]:
        """AccountsSchema."""
        return usecases.list_accounts(self.storage, request)

    @rpc(arguments=schemas.AccountIdSchema())
    def get_account(self, request: dict[str, Any]) -> dict[str, Any]:
        """AccountResultSchema. Errors: staff.not_found."""
        return usecases.get_account(self.storage, request["account_id"])

    @rpc(arguments=schemas.AddAccountSchema())
    def add_account(self, request: dict[str, Any]) -> dict[str, Any]:
        """AccountResultSchema. Errors: staff.bad_login, .weak_password, .login_taken, .busy, .bad_seal."""
        opened = self.box.unsealed(request, schemas.PasswordSchema())
        return usecases.add_account(self.storage, self.hasher, opened)

    @rpc(arguments=schemas.SetRolesSchema())
    def set_roles(self, request: dict[str, Any]) -> dict[str, Any]:
        """AccountResultSchema. Errors: staff.not_found, .last_admin."""
        return usecases.set_roles(self.storage, request)

    @rpc(arguments=schemas.SetShopsSchema())
    def set_shops(self, request: dict[str, Any]) -> dict[str, Any]:
        """AccountResultSchema. Errors: staff.not_found."""
        return usecases.set_shops(self.storage, request)

    @rpc(arguments=schemas.SetActiveSchema())
    def set_active(self, request: dict[str, Any]) -> dict[str, Any]:
        """AccountResultSchema. Errors: staff.not_found, .last_admin."""
        return usecases.set_active(self.storage, request)

    @rpc(arguments=schemas.ResetAccountSchema())
    def reset_account(self, request: dict[str, Any]) -> dict[str, Any]:
        """AccountResultSchema. Errors: staff.not_found, .weak_password, .busy, .bad_seal."""
        opened = self.box.unsealed(request, schemas.PasswordSchema())
        return usecases.reset_account(self.storage, self.hasher, opened)

    @rpc(arguments=schemas.VouchSchema())
    def vouch(self, request: dict[str, Any]) -> dict[str, Any]:
        """AccountResultSchema. Errors: staff.vouch_refused, .too_many_attempts, .bad_seal."""
        opened = self.box.unsealed(request, schemas.CodeSchema())
        return usecases.vouch(self.storage, self.cipher, opened)

    @rpc(arguments=schemas.RecordActionSchema())
    def record_action(self, request: dict[str, Any]) -> dict[str, Any]:
        """DoneSchema."""
        return usecases.record_action(self.storage, request)

    @rpc(arguments=schemas.ListAuditSchema())
    def list_audit(self, request: dict[str, Any]) -> dict[str, Any]:
        """AuditPageSchema."""
        return usecases.list_audit(self.storage, request)

    @rpc(arguments=NoArgumentsSchema())
    def verify_audit(self, request: dict[str, Any]) -> dict[str, Any]:
        """AuditStateSchema."""
        return usecases.verify_audit(self.storage)

    @timer(every_s=60, lease="staff.purge")
    def purge(self) -> None:
        """Forget what is over, once a minute whatever the number of copies."""
        usecases.purge(self.storage)

    @timer(every_s=3600, lease="staff.witness")
    def witness(self) -> None:
        """Note the trail's end in the log, where nobody who can write the database can change it."""
        seq, head = usecases.head_of_trail(self.storage)
        log.info("the trail's end", extra={"rows": seq, "head": head})
