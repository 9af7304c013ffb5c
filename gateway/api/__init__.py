"""The travellers' JSON (/api/v1), the OpenAPI document of all doors and the page that shows it."""

from gateway.api.described import describe
from gateway.api.door import routes

__all__ = ["describe", "routes"]
