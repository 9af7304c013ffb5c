"""What the partner door says of webhooks in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from apispec import APISpec

from gateway.partner.described import LIMIT_HEADERS, SCHEME, TAG, problems, signed
from gateway.partner.schemas import DeliveryParameters, ReplayPushSchema, WebhookPushSchema
from gateway.partner.writes import JSON
from services.partners.schemas import (
    DeliveriesSchema,
    ReplayedSchema,
    Scope,
    WebhookResultSchema,
    WebhooksSchema,
)

_PATH: Final = "/partner/v1/webhooks"
_WEBHOOK: Final[dict[str, Any]] = {
    "in": "path",
    "name": "webhook_id",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9A-Za-z]{1,32}$"},
}


def describe(spec: APISpec) -> None:
    """Add the paths of webhooks."""
    create = _operation(
        "partnerCreateWebhook",
        "Hear of your travellers, and of what they left, by webhook",
        WebhookResultSchema,
    )
    create |= {"parameters": signed(), **_body(WebhookPushSchema)}
    listed = _operation("partnerWebhooks", "Your webhooks", WebhooksSchema)
    spec.path(_PATH, operations={"get": listed, "post": _writes(create)})
    remove = _operation("partnerRemoveWebhook", "Send nothing more to it", WebhookResultSchema)
    remove["parameters"] = [_WEBHOOK, *signed()]
    spec.path(f"{_PATH}/{{webhook_id}}", operations={"delete": _writes(remove)})
    deliveries = _operation("partnerDeliveries", "What was sent, waits, was given up", DeliveriesSchema)
    deliveries["parameters"] = [_WEBHOOK, {"in": "query", "schema": DeliveryParameters}]
    deliveries["responses"] |= problems(404)
    spec.path(f"{_PATH}/{{webhook_id}}/deliveries", operations={"get": deliveries})
    replay = _operation("partnerReplay", "Send one delivery, or all since an instant, again", ReplayedSchema)
    replay |= {"parameters": [_WEBHOOK, *signed()], **_body(ReplayPushSchema)}
    spec.path(f"{_PATH}/{{webhook_id}}/replay", operations={"post": _writes(replay)})


def _operation(name: str, summary: str, answer: Any) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": [TAG],
        "summary": summary,
        "security": [{SCHEME: [Scope.BOARDING_READ.value]}, {SCHEME: [Scope.LOSTFOUND_READ.value]}],
        "responses": {
            "200": {
                "description": "As it is now.",
                "headers": LIMIT_HEADERS,
                "content": {JSON: {"schema": answer}},
            },
            **problems(400, 401, 403, 405, 406, 429, 503, 504),
        },
    }


def _body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def _writes(operation: dict[str, Any]) -> dict[str, Any]:
    operation["responses"] |= problems(404, 409, 411, 413, 415)
    return operation
