"""Pages for travellers: server-rendered, in Chinese and English, complete without JavaScript."""

from gateway.web.door import error_page, routes

__all__ = ["error_page", "routes"]
