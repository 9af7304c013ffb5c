"""The rules of partners: whose secret it is, when a signed request is fresh, what a webhook is told and where."""

from __future__ import annotations

from services.partners.domain.credentials import (
    ATTEMPT_WINDOW_S,
    ATTEMPTS_PER_WINDOW,
    MAX_OVERLAP,
    NONCE_MARGIN_S,
    Credential,
    Partner,
    SignedRequest,
    attempt_subject,
    attempt_window,
    check_partner,
    credential_of_secret,
    hash_secret,
    is_fresh,
    nonce_expires_at,
    overlap_ends_at,
    retry_after_s,
    sign,
    signed_with,
)

__all__ = [
    "ATTEMPTS_PER_WINDOW",
    "ATTEMPT_WINDOW_S",
    "MAX_OVERLAP",
    "NONCE_MARGIN_S",
    "Credential",
    "Partner",
    "SignedRequest",
    "attempt_subject",
    "attempt_window",
    "check_partner",
    "credential_of_secret",
    "hash_secret",
    "is_fresh",
    "nonce_expires_at",
    "overlap_ends_at",
    "retry_after_s",
    "sign",
    "signed_with",
]
