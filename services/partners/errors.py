"""FRONT DOOR: errors that callers of partners may see.

    ServiceError
    ├── Unauthenticated
    │   ├── BadClient             partners.bad_client     unknown, wrong secret or revoked: one answer for all three
    │   ├── BadSignature          partners.bad_signature  also for a client that is unknown or revoked
    │   └── StaleRequest          partners.stale          data.server_time, data.allowed_s
    ├── Conflict
    │   ├── ReplayedRequest       partners.replayed       the nonce came before
    │   ├── ClientExists          partners.client_exists  data.client_id
    │   └── TooManyWebhooks       partners.too_many_webhooks  data.limit
    ├── Limited
    │   └── TooManyAttempts       partners.too_many_attempts  data.retry_after_s
    ├── NotFound
    │   ├── ClientNotFound        partners.not_found      unknown or revoked
    │   └── WebhookNotFound       partners.webhook_not_found  also for another partner's, and for its deliveries
    └── Invalid
        ├── BadRequest            partners.bad_request    data.fields
        ├── BadPartner            partners.bad_partner    data.field, data.reason
        └── BadWebhook            partners.bad_webhook    data.field, data.reason

A replay is a conflict and not an authentication failure: the credentials are good, so a client library
must not answer by fetching another token and sending the same request again.
"""

from __future__ import annotations

from kernel.errors import Conflict, Invalid, Limited, NotFound, Unauthenticated


class BadClient(Unauthenticated):
    code = "partners.bad_client"


class BadSignature(Unauthenticated):
    code = "partners.bad_signature"


class StaleRequest(Unauthenticated):
    code = "partners.stale"


class ReplayedRequest(Conflict):
    code = "partners.replayed"


class ClientExists(Conflict):
    code = "partners.client_exists"


class TooManyAttempts(Limited):
    code = "partners.too_many_attempts"


class ClientNotFound(NotFound):
    code = "partners.not_found"


class BadRequest(Invalid):
    code = "partners.bad_request"


class BadPartner(Invalid):
    code = "partners.bad_partner"


class TooManyWebhooks(Conflict):
    code = "partners.too_many_webhooks"


class WebhookNotFound(NotFound):
    code = "partners.webhook_not_found"


class BadWebhook(Invalid):
    code = "partners.bad_webhook"
