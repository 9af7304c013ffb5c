"""FRONT DOOR: errors that callers of staff may see.

ServiceError
├── Unauthenticated
│   ├── SignInRefused         staff.sign_in_refused     unknown login, wrong password, wrong code, disabled: one answer
│   ├── SignInOver            staff.sign_in_over        it took too long, or it was used: begin anew
│   └── NoSession             staff.no_session          unknown, ended, idle or too old
├── Limited
│   └── TooManyAttempts       staff.too_many_attempts   data.retry_after_s
├── Unavailable
│   └── Busy                  staff.busy                more passwords are being verified than may be; data.retry_after_s
├── Conflict
│   ├── LoginTaken            staff.login_taken
│   └── LastAdmin             staff.last_admin          somebody must be able to let people in
├── NotFound
│   └── AccountNotFound       staff.not_found
└── Invalid
    ├── WeakPassword          staff.weak_password       data.reason: short, long, common, login, same
    ├── WrongPassword         staff.wrong_password      the current password, asked for before it is changed
    ├── WrongCode             staff.wrong_code          the first code of a new authenticator
    ├── VouchRefused          staff.vouch_refused       the second person's login or code; data.reason: own, code
    ├── BadLogin              staff.bad_login
    ├── BadSeal               staff.bad_seal          sealed for another key: fetch the key, seal again
    └── BadRequest            staff.bad_request         data.fields
"""

from __future__ import annotations

from kernel.errors import Conflict, Invalid, Limited, NotFound, Unauthenticated, Unavailable


class SignInRefused(Unauthenticated):
    code = "staff.sign_in_refused"


class SignInOver(Unauthenticated):
    code = "staff.sign_in_over"


class NoSession(Unauthenticated):
    code = "staff.no_session"


class TooManyAttempts(Limited):
    code = "staff.too_many_attempts"


class Busy(Unavailable):
    code = "staff.busy"


class LoginTaken(Conflict):
    code = "staff.login_taken"


class LastAdmin(Conflict):
    code = "staff.last_admin"


class AccountNotFound(NotFound):
    code = "staff.not_found"


class WeakPassword(Invalid):
    code = "staff.weak_password"


class WrongPassword(Invalid):
    code = "staff.wrong_password"


class WrongCode(Invalid):
    code = "staff.wrong_code"


class VouchRefused(Invalid):
    code = "staff.vouch_refused"


class BadLogin(Invalid):
    code = "staff.bad_login"


class BadSeal(Invalid):
    code = "staff.bad_seal"


class BadRequest(Invalid):
    code = "staff.bad_request"
