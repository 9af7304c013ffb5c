"""Travellers' sessions in the browser: sign-in through WeChat, cookies, who is asking, forms of our own pages.

Decided in docs/decisions/0020-sessions.md; the sessions themselves belong to the passengers service.
"""

from __future__ import annotations

from gateway.session.sessions import Sessions, Traveller

__all__ = ["Sessions", "Traveller"]
