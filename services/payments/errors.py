"""FRONT DOOR: errors that callers of payments may see.

ServiceError
├── NotFound
│   └── IntentNotFound        payments.not_found            no such out_trade_no
├── Conflict
│   ├── OrderHasIntent        payments.order_has_intent     another one is open or paid: data.out_trade_no, data.state
│   ├── NotPayable            payments.not_payable          paid, closed or past its end: data.state
│   ├── NotPaid               payments.not_paid             nothing to give back: data.state
│   ├── AlreadyPaid           payments.already_paid         it can't be closed any more
│   ├── RefundTooMuch         payments.refund_too_much      data.left_fen
│   └── RefundReused          payments.refund_reused        the out_refund_no came before for something else
├── Invalid
│   ├── BadRequest            payments.bad_request          data.fields
│   ├── OpenidNeeded          payments.openid_needed        a payment inside WeChat names its payer
│   └── BadNotification       payments.bad_notification     not from WeChat Pay, or not fresh: data.reason
└── Unavailable
    ├── ProviderAway          payments.provider_away        data.retry_after_s; repeating the request is safe
    ├── ProviderRefuses       payments.provider_refuses     WeChat Pay says no to us: data.provider_code
    ├── NotConnected          payments.not_connected        no merchant is configured
    └── BillNotReady          payments.bill_not_ready       WeChat Pay makes it about 10:00 on the next day
"""

from __future__ import annotations

from kernel.errors import Conflict, Invalid, NotFound, Unavailable


class IntentNotFound(NotFound):
    code = "payments.not_found"


class OrderHasIntent(Conflict):
    code = "payments.order_has_intent"


class NotPayable(Conflict):
    code = "payments.not_payable"


class NotPaid(Conflict):
    code = "payments.not_paid"


class AlreadyPaid(Conflict):
    code = "payments.already_paid"


class RefundTooMuch(Conflict):
    code = "payments.refund_too_much"


class RefundReused(Conflict):
    code = "payments.refund_reused"


class BadRequest(Invalid):
    code = "payments.bad_request"


class OpenidNeeded(Invalid):
    code = "payments.openid_needed"


class BadNotification(Invalid):
    code = "payments.bad_notification"


class ProviderAway(Unavailable):
    code = "payments.provider_away"


class ProviderRefuses(Unavailable):
    code = "payments.provider_refuses"


class NotConnected(Unavailable):
    code = "payments.not_connected"


class BillNotReady(Unavailable):
    code = "payments.bill_not_ready"
