"""What check-in keeps sealed. The doors' seal is for a key of its own: lists of other people's documents are opened
here and nowhere else."""

from __future__ import annotations

from typing import ClassVar

from kernel.errors import ServiceError
from kernel.vault import JsonVault
from services.checkin.errors import BadSeal


class Vault(JsonVault):
    purpose: ClassVar[bytes] = b"airport passenger list box"
    refusal: ClassVar[type[ServiceError]] = BadSeal

    def grant(self, request_id: str, booking_id: str, code: str) -> str:
        """The grant that this request leads to: a repeat gets the same, although only its hash is kept."""
        return self.index(f"{request_id}\0{booking_id}\0{code}", "grant").partition(".")[2].rstrip("=")
