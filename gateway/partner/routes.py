"""The addresses of the partner door, and what they are made of."""

from __future__ import annotations

import orjson
from starlette.routing import BaseRoute, Route

from gateway.deps import Deps
from gateway.identity import PartnerIdentity, Partners, Tokens, TokenSettings
from gateway.partner.boarding import BoardingEndpoints
from gateway.partner.door import answered
from gateway.partner.lists import ListEndpoints
from gateway.partner.lost import LostEndpoints
from gateway.partner.naming import FlightNames
from gateway.partner.oauth import TOKEN_RATE_POLICY, TokenEndpoint
from gateway.partner.push import PushEndpoint
from gateway.partner.reads import READ_RATE_POLICY, ReadEndpoints
from gateway.partner.settings import PartnerSettings
from gateway.partner.webhooks import WebhookEndpoints
from gateway.partner.writes import GATE_RATE_POLICY, WRITE_RATE_POLICY
from kernel.config import load
from services.partners import events


def routes(deps: Deps) -> list[BaseRoute]:
    """Reads its settings here, so that a gateway without a signing key doesn't start."""
    settings = load(PartnerSettings)
    deps.limits.add(TOKEN_RATE_POLICY, settings.token_rate)
    deps.limits.add(WRITE_RATE_POLICY, settings.write_rate)
    deps.limits.add(GATE_RATE_POLICY, settings.gate_rate)
    deps.limits.add(READ_RATE_POLICY, settings.read_rate)
    tokens = Tokens(load(TokenSettings), deps.airport.iata)
    partners = Partners(deps.rpc)
    deps.rpc.on_event(
        events.PUBLISHER,
        events.PARTNER_CHANGED,
        lambda body: partners.forget(orjson.loads(body)["data"]["client_id"]),
    )
    identity = PartnerIdentity(tokens, partners)
    reads, names = ReadEndpoints(deps, identity), FlightNames(deps)
    lists, boarding = ListEndpoints(deps, identity, names), BoardingEndpoints(deps, identity, names)
    webhooks = WebhookEndpoints(deps, identity)
    lost = LostEndpoints(deps, identity, names)
    of_flight = "/partner/v1/flights/{flight_id}"
    return [
        Route("/partner/v1/oauth/token", TokenEndpoint(deps, tokens).answer, methods=["POST"]),
        Route("/partner/v1/flights", answered(PushEndpoint(deps, identity).push), methods=["POST"]),
        Route("/partner/v1/flights", answered(reads.day), methods=["GET"]),
        Route("/partner/v1/flights/{flight_id}", answered(reads.one), methods=["GET"]),
        Route("/partner/v1/webhooks", answered(webhooks.listed), methods=["GET"]),
        Route("/partner/v1/webhooks", answered(webhooks.create), methods=["POST"]),
        Route("/partner/v1/webhooks/{webhook_id}", answered(webhooks.remove), methods=["DELETE"]),
        Route("/partner/v1/webhooks/{webhook_id}/deliveries", answered(webhooks.deliveries), methods=["GET"]),
        Route("/partner/v1/webhooks/{webhook_id}/replay", answered(webhooks.replay), methods=["POST"]),
        Route("/partner/v1/lost-items", answered(lost.register), methods=["POST"]),
        Route("/partner/v1/lost-items", answered(lost.listed), methods=["GET"]),
        Route("/partner/v1/lost-items/{item}", answered(lost.one), methods=["GET"]),
        Route("/partner/v1/lost-items/{item}/handed-to-desk", answered(lost.hand), methods=["POST"]),
        Route("/partner/v1/lost-claims", answered(lost.claims), methods=["GET"]),
        Route("/partner/v1/lost-codes", answered(lost.codes), methods=["GET"]),
        Route("/partner/v1/teletype", answered(lists.post_teletype), methods=["POST"]),
        Route(f"{of_flight}/passengers", answered(lists.put_list), methods=["PUT"]),
        Route(f"{of_flight}/passengers", answered(lists.post_changes), methods=["POST"]),
        Route(f"{of_flight}/configuration", answered(lists.put_configuration), methods=["PUT"]),
        Route(f"{of_flight}/boarding-list", answered(boarding.get_list), methods=["GET"]),
        Route(f"{of_flight}/boarding/scans", answered(boarding.post_scans), methods=["POST"]),
        Route(f"{of_flight}/boarding/undo", answered(boarding.post_undo), methods=["POST"]),
        Route(f"{of_flight}/boarding/counts", answered(boarding.get_counts), methods=["GET"]),
    ]
