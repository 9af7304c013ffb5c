"""Signatures for pages that use WeChat's JS-SDK. Source: standards.md, "JS-SDK"."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit


def sign_page(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """The signature of a page; the part of its address after # doesn't count."""
    address = url.partition("#")[0]
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={address}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def is_own_page(url: str, public_url: str) -> bool:
    """Whether the page has the origin of ours: scheme, host and port."""
    try:
        page, own = urlsplit(url), urlsplit(public_url)
        same = (page.scheme, page.hostname, page.port) == (own.scheme, own.hostname, own.port)
    except ValueError:
        return False
    return same and page.username is None and page.password is None
