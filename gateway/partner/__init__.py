"""The door for airlines and ground handlers: tokens, signed pushes in JSON and AIDX, and what they may read."""

from gateway.partner.described import describe
from gateway.partner.routes import routes

__all__ = ["describe", "routes"]
