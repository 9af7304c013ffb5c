"""What passengers keeps sealed, and the tokens of sessions."""

from __future__ import annotations

from typing import ClassVar

from kernel import vault
from kernel.errors import ServiceError
from services.passengers.errors import BadSeal


class Vault(vault.Vault):
    purpose: ClassVar[bytes] = b"airport document box"
    refusal: ClassVar[type[ServiceError]] = BadSeal

    def tokens(self, request_id: str, code: str) -> list[str]:
        """The session's token that this sign-in leads to, under each key, the newest first.

        It follows from the code that WeChat gave the browser and that nobody keeps, so that a repeated
        request gets the same token although only its hash is stored.
        """
        return [
            candidate.partition(".")[2].rstrip("=")
            for candidate in self.candidates(f"{request_id}\0{code}", "session token")
        ]
