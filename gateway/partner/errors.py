"""Errors of the partner door, beside those of identity.py and signing.py.

ServiceError
├── Invalid
│   ├── BadIdempotencyKey     partner.bad_idempotency_key
│   └── BadAidx               partner.bad_aidx          data.path, data.line, data.problem
├── Forbidden
│   └── NotYourFlight         partner.not_your_flight   the partner doesn't report for this airline
└── DeadlineExceeded
    └── MaybeDone             partner.maybe_done        data.idempotency_key
"""

from __future__ import annotations

from kernel.errors import DeadlineExceeded, Forbidden, Invalid


class BadIdempotencyKey(Invalid):
    code = "partner.bad_idempotency_key"


class BadAidx(Invalid):
    code = "partner.bad_aidx"


class NotYourFlight(Forbidden):
    code = "partner.not_your_flight"


class MaybeDone(DeadlineExceeded):
    code = "partner.maybe_done"
