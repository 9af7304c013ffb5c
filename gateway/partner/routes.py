"""The addresses of the partner door, and what they are made of."""

from __future__ import annotations

import orjson
from starlette.routing import BaseRoute, Route

from gateway.deps import Deps
from gateway.identity import PartnerIdentity, Partners, Tokens, TokenSettings
from gateway.partner.door import answered
from gateway.partner.oauth import TOKEN_RATE_POLICY, TokenEndpoint
from gateway.partner.push import WRITE_RATE_POLICY, PushEndpoint
from gateway.partner.reads import READ_RATE_POLICY, ReadEndpoints
from gateway.partner.settings import PartnerSettings
from kernel.config import load
from services.partners import events


def routes(deps: Deps) -> list[BaseRoute]:
    """Reads its settings here, so that a gateway without a signing key doesn't start."""
    settings = load(PartnerSettings)
    deps.limits.add(TOKEN_RATE_POLICY, settings.token_rate)
    deps.limits.add(WRITE_RATE_POLICY, settings.write_rate)
    deps.limits.add(READ_RATE_POLICY, settings.read_rate)
    tokens = Tokens(load(TokenSettings), deps.airport.iata)
    partners = Partners(deps.rpc)
    deps.rpc.on_event(
        events.PUBLISHER,
        events.PARTNER_CHANGED,
        lambda body: partners.forget(orjson.loads(body)["data"]["client_id"]),
    )
    identity = PartnerIdentity(tokens, partners)
    reads = ReadEndpoints(deps, identity)
    return [
        Route("/partner/v1/oauth/token", TokenEndpoint(deps, tokens).answer, methods=["POST"]),
        Route("/partner/v1/flights", answered(PushEndpoint(deps, identity).push), methods=["POST"]),
        Route("/partner/v1/flights", answered(reads.day), methods=["GET"]),
        Route("/partner/v1/flights/{flight_id}", answered(reads.one), methods=["GET"]),
    ]
