"""The travellers' JSON (/api/v1), its OpenAPI document and the page that shows it."""

from gateway.api.door import routes

__all__ = ["routes"]
