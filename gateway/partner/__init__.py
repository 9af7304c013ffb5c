"""The door for airlines and ground handlers: tokens, signed pushes of flights, lists, scans and found items, and what they may read."""

from __future__ import annotations

from apispec import APISpec

from gateway.partner import described, described_checkin, described_lost, described_webhooks
from gateway.partner.routes import routes

__all__ = ["describe", "routes"]


def describe(spec: APISpec) -> None:
    """Add the paths of this door, and how its callers show who they are."""
    described.describe(spec)
    described_checkin.describe(spec)
    described_webhooks.describe(spec)
    described_lost.describe(spec)
