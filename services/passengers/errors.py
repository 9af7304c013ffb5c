"""FRONT DOOR: errors that callers of passengers may see.

ServiceError
├── Unauthenticated
│   ├── NoSession             passengers.no_session     unknown, ended, idle or too old: one answer for all
│   └── CodeRefused           passengers.code_refused   WeChat's code is unknown, over or used: sign in again
├── NotFound                  another traveller's id is answered as one that doesn't exist
│   ├── PassengerNotFound     passengers.not_found
│   ├── CompanionNotFound     passengers.companion_not_found
│   ├── DocumentNotFound      passengers.document_not_found
│   ├── ErasureNotFound       passengers.erasure_not_found
│   └── PairingOver           passengers.pairing_over       a computer's sign-in is over, used, or never was
├── Conflict
│   ├── DocumentExists        passengers.document_exists    this traveller keeps that number already
│   ├── TooMany               passengers.too_many           data.limit
│   ├── ConsentNeeded         passengers.consent_needed     data.kind
│   └── ConsentOutdated       passengers.consent_outdated   data.current: the version that is shown now
├── Invalid
│   ├── BadRequest            passengers.bad_request        data.fields
│   ├── BadSeal               passengers.bad_seal           sealed for another key: fetch the key, seal again
│   └── BadDocument           passengers.bad_document       never raised itself; none of them holds the number
│       ├── IdForm            passengers.id_form            not 17 digits and a digit or X
│       ├── IdBirthDate       passengers.id_birth_date      a day that never was, or is still to come
│       ├── IdCheckDigit      passengers.id_check_digit
│       ├── PassportForm      passengers.passport_form
│       ├── MrzForm           passengers.mrz_form           not two lines of 44 that begin with P
│       ├── MrzCheckDigit     passengers.mrz_check_digit    data.line, data.position, both from 1
│       ├── MrzDate           passengers.mrz_date           data.line, data.position
│       ├── DocumentExpired   passengers.document_expired
│       └── HolderNeeded      passengers.holder_needed      holder's name, or a typed passport's expiry
└── Unavailable
    ├── WeChatAway            passengers.wechat_away            data.retry_after_s
    └── WeChatNotConnected    passengers.wechat_not_connected   no account is configured
"""

from __future__ import annotations

from kernel.errors import Conflict, Invalid, NotFound, Unauthenticated, Unavailable


class NoSession(Unauthenticated):
    code = "passengers.no_session"


class CodeRefused(Unauthenticated):
    code = "passengers.code_refused"


class PassengerNotFound(NotFound):
    code = "passengers.not_found"


class CompanionNotFound(NotFound):
    code = "passengers.companion_not_found"


class DocumentNotFound(NotFound):
    code = "passengers.document_not_found"


class ErasureNotFound(NotFound):
    code = "passengers.erasure_not_found"


class PairingOver(NotFound):
    code = "passengers.pairing_over"


class DocumentExists(Conflict):
    code = "passengers.document_exists"


class TooMany(Conflict):
    code = "passengers.too_many"


class ConsentNeeded(Conflict):
    code = "passengers.consent_needed"


class ConsentOutdated(Conflict):
    code = "passengers.consent_outdated"


class BadRequest(Invalid):
    code = "passengers.bad_request"


class BadSeal(Invalid):
    code = "passengers.bad_seal"


class BadDocument(Invalid):
    code = "passengers.bad_document"


class IdForm(BadDocument):
    code = "passengers.id_form"


class IdBirthDate(BadDocument):
    code = "passengers.id_birth_date"


class IdCheckDigit(BadDocument):
    code = "passengers.id_check_digit"


class PassportForm(BadDocument):
    code = "passengers.passport_form"


class MrzForm(BadDocument):
    code = "passengers.mrz_form"


class MrzCheckDigit(BadDocument):
    code = "passengers.mrz_check_digit"


class MrzDate(BadDocument):
    code = "passengers.mrz_date"


class DocumentExpired(BadDocument):
    code = "passengers.document_expired"


class HolderNeeded(BadDocument):
    code = "passengers.holder_needed"


class WeChatAway(Unavailable):
    code = "passengers.wechat_away"


class WeChatNotConnected(Unavailable):
    code = "passengers.wechat_not_connected"
