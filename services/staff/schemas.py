"""FRONT DOOR: arguments and results of every RPC of staff, and the vocabularies they use.

get_sealing_key {}                       → SealingKeySchema       for `kernel.sealing.seal`
begin_sign_in BeginSignInSchema          → SignInStepSchema
get_sign_in ChallengeSchema              → SignInStepSchema
finish_sign_in FinishSignInSchema        → SignedInSchema         writes
get_session TokenSchema                  → SessionStateSchema
end_session TokenSchema                  → DoneSchema             writes; one that has ended is no error
list_sessions AccountIdSchema            → SessionsSchema         the newest first
end_sessions EndSessionsSchema           → DoneSchema             writes
change_password ChangePasswordSchema     → DoneSchema             writes; ends all sessions
list_accounts ListAccountsSchema         → AccountsSchema         by login
get_account AccountIdSchema              → AccountResultSchema
add_account AddAccountSchema             → AccountResultSchema    writes
set_roles SetRolesSchema                 → AccountResultSchema    writes; ends all sessions
set_shops SetShopsSchema                 → AccountResultSchema    writes; ends all sessions
set_active SetActiveSchema               → AccountResultSchema    writes; ends all sessions
reset_account ResetAccountSchema         → AccountResultSchema    writes; ends all sessions
record_action RecordActionSchema         → DoneSchema             writes
list_audit ListAuditSchema               → AuditPageSchema        the newest first
verify_audit {}                          → AuditStateSchema

Passwords come sealed, as JSON of the schema that `sealed` names: calls may end in queues, files and parked messages.
Tokens and new passwords are made by the caller and only their hashes are kept, so that no answer, and no answer that
is kept for a repeat, ever holds one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from marshmallow import Schema, fields, validate

from kernel.schemas import Strict

MAX_PAGE: Final = 200
MAX_SHOPS: Final = 50
EVERY_SHOP: Final = "*"
"""In an account's list of shops: all there are, and all there will be. It stands alone."""
MIN_PASSWORD: Final = 12
MAX_PASSWORD: Final = 200
LOGIN_PATTERN: Final = r"^[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]\Z"
SHOP_PATTERN: Final = r"^(\*|[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?)\Z"
_TOKEN: Final = validate.Regexp(r"^[A-Za-z0-9_-]{20,128}\Z")
_ID: Final = validate.Length(min=1, max=64)


class Role(StrEnum):
    """What somebody may do; each desk names the roles it is for."""

    DESK = "desk"  # lost and found
    SUPERVISOR = "supervisor"
    INSPECTOR = "inspector"  # buses
    SHOP = "shop"  # of the account's shops
    LOUNGE = "lounge"
    FEEDBACK = "feedback"
    EDITOR = "editor"  # notices and guides
    FLIGHT_DESK = "flight_desk"
    CHECKIN_DESK = "checkin_desk"  # passenger lists: names, seats
    SUPPORT = "support"  # messages and payments
    ADMIN = "admin"  # accounts, the trail, and every shop of the mall


class Step(StrEnum):
    """What a sign-in asks for next."""

    CODE = "code"
    ENROL = "enrol"


class _Write(Strict):
    request_id = fields.String(required=True, validate=validate.Length(min=8, max=128))


class _From(Strict):
    """Where a request comes from, for allowances and for the list of sessions."""

    address = fields.String(required=True, validate=validate.Length(max=64))
    agent = fields.String(load_default="", validate=validate.Length(max=200))
    device = fields.String(
        load_default="",
        validate=validate.Length(max=128),
        metadata={"description": "token of a device that signed in before"},
    )


class SealingKeySchema(Schema):
    key = fields.String(required=True, metadata={"description": "may be kept for an hour; opens nothing"})


def _sealed(what: str) -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(min=1, max=4_000),
        metadata={"description": f"`kernel.sealing.seal(key, json)` of {what}"},
    )


class PasswordSchema(Strict):
    """Sealed."""

    password = fields.String(required=True, validate=validate.Length(max=MAX_PASSWORD), load_only=True)


class PasswordsSchema(Strict):
    """Sealed: the password that is, and the one that is to be."""

    old_password = fields.String(required=True, validate=validate.Length(max=MAX_PASSWORD), load_only=True)
    new_password = fields.String(required=True, validate=validate.Length(max=1000), load_only=True)


class BeginSignInSchema(_From):
    challenge = fields.String(required=True, validate=_TOKEN, load_only=True)
    login = fields.String(required=True, validate=validate.Length(max=200))
    sealed = _sealed("PasswordSchema")


class SignInStepSchema(Schema):
    """step says `code` also for a wrong password: only the end tells."""

    step = fields.Enum(Step, by_value=True, required=True)
    login = fields.String(required=True)
    secret = fields.String(required=True, metadata={"description": "base32, to be enrolled; else empty"})


class ChallengeSchema(Strict):
    challenge = fields.String(required=True, validate=_TOKEN, load_only=True)


class FinishSignInSchema(_Write, _From):
    challenge = fields.String(required=True, validate=_TOKEN, load_only=True)
    code = fields.String(required=True, validate=validate.Length(max=64), load_only=True)
    token = fields.String(required=True, validate=_TOKEN, load_only=True)
    new_device = fields.String(required=True, validate=_TOKEN, load_only=True)


class AccountSchema(Schema):
    id = fields.String(required=True)
    login = fields.String(required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.Enum(Role, by_value=True), required=True)
    shops = fields.List(
        fields.String(),
        required=True,
        metadata={"description": 'ids of shops, sorted; ["*"]: all of the mall'},
    )
    active = fields.Boolean(required=True)
    enrolled = fields.Boolean(required=True, metadata={"description": "has a second factor"})
    must_change = fields.Boolean(required=True, metadata={"description": "the password was given by another"})
    codes_left = fields.Integer(required=True, metadata={"description": "recovery codes not yet used"})
    created_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True, allow_none=True)


class AccountResultSchema(Schema):
    account = fields.Nested(AccountSchema, required=True)


class SignedInSchema(AccountResultSchema):
    expires_at = fields.AwareDateTime(required=True)
    recovery_codes = fields.List(
        fields.String(), required=True, metadata={"description": "at enrolment; else empty"}
    )


class TokenSchema(Strict):
    token = fields.String(required=True, validate=_TOKEN, load_only=True)


class SessionStateSchema(AccountResultSchema):
    session_id = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class DoneSchema(Schema):
    done = fields.Boolean(required=True)


class AccountIdSchema(Strict):
    account_id = fields.String(required=True, validate=_ID)


class SessionSchema(Schema):
    id = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    address = fields.String(required=True)
    agent = fields.String(required=True)


class SessionsSchema(Schema):
    sessions = fields.List(fields.Nested(SessionSchema), required=True)


class _Acted(_Write):
    """actor: `staff:<account id>`, or who else did it, for the trail."""

    actor = fields.String(required=True, validate=validate.Length(min=1, max=100))


class EndSessionsSchema(_Acted):
    """Without session_id all sessions of the account end."""

    account_id = fields.String(required=True, validate=_ID)
    session_id = fields.String(load_default=None, allow_none=True, validate=_ID)


class ChangePasswordSchema(_Acted):
    account_id = fields.String(required=True, validate=_ID)
    sealed = _sealed("PasswordsSchema")


class ListAccountsSchema(Strict):
    text = fields.String(load_default="", validate=validate.Length(max=64))
    role = fields.Enum(Role, by_value=True, load_default=None, allow_none=True)
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = fields.String(load_default="", validate=validate.Length(max=64))


class AccountsSchema(Schema):
    accounts = fields.List(fields.Nested(AccountSchema), required=True)
    cursor = fields.String(required=True, allow_none=True)


def _roles() -> fields.List[Role]:
    return fields.List(
        fields.Enum(Role, by_value=True), required=True, validate=validate.Length(min=1, max=len(Role))
    )


def _shops(**given: Any) -> fields.List[str]:
    """The shops at which somebody with the role `shop` works; other roles take no notice of them."""
    return fields.List(
        fields.String(validate=validate.Regexp(SHOP_PATTERN)),
        validate=validate.Length(max=MAX_SHOPS),
        **given,
    )


class AddAccountSchema(_Acted):
    login = fields.String(required=True, validate=validate.Length(max=64))
    name = fields.String(required=True, validate=validate.Length(min=1, max=64))
    roles = _roles()
    shops = _shops(load_default=list)
    sealed = _sealed("PasswordSchema")


class SetRolesSchema(_Acted):
    account_id = fields.String(required=True, validate=_ID)
    roles = _roles()


class SetShopsSchema(_Acted):
    account_id = fields.String(required=True, validate=_ID)
    shops = _shops(required=True)


class SetActiveSchema(_Acted):
    account_id = fields.String(required=True, validate=_ID)
    active = fields.Boolean(required=True)


class ResetAccountSchema(_Acted):
    """A new password, to be changed at once, and no second factor any more."""

    account_id = fields.String(required=True, validate=_ID)
    sealed = _sealed("PasswordSchema")


class CodeSchema(Strict):
    """Sealed."""

    code = fields.String(required=True, validate=validate.Length(max=64), load_only=True)


class VouchSchema(_Acted):
    """login: of the second person, who holds one of `roles`. about: what they vouch for, as the trail names it."""

    login = fields.String(required=True, validate=validate.Length(max=200))
    roles = _roles()
    about = fields.String(load_default="", validate=validate.Length(max=128))
    sealed = _sealed("CodeSchema")


class RecordActionSchema(_Acted):
    action = fields.String(required=True, validate=validate.Regexp(r"^[a-z_]+\.[a-z_]+\Z"))
    subject = fields.String(load_default="", validate=validate.Length(max=128))
    detail = fields.Dict(keys=fields.String(validate=validate.Length(max=32)), load_default=dict)


class ListAuditSchema(Strict):
    text = fields.String(
        load_default="",
        validate=validate.Length(max=100),
        metadata={"description": "an actor, a subject or an action, as a whole or its beginning"},
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = fields.String(load_default="", validate=validate.Regexp(r"^[0-9]{0,18}\Z"))


class AuditRowSchema(Schema):
    seq = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    action = fields.String(required=True)
    subject = fields.String(required=True)
    detail = fields.Dict(required=True)
    hash = fields.String(required=True)


class AuditPageSchema(Schema):
    rows = fields.List(fields.Nested(AuditRowSchema), required=True)
    names = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "logins of the accounts that the rows name"},
    )
    cursor = fields.String(required=True, allow_none=True)


class AuditStateSchema(Schema):
    rows = fields.Integer(required=True)
    head = fields.String(required=True, metadata={"description": "hash of the newest row"})
    broken_at = fields.Integer(
        required=True, allow_none=True, metadata={"description": "first row that doesn't fit; null: all do"}
    )
