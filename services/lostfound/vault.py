"""What lost and found keeps sealed: who found, lost or fetched a thing, and what only its owner knows."""

from __future__ import annotations

from typing import ClassVar

from kernel.errors import ServiceError
from kernel.vault import JsonVault
from services.lostfound.errors import BadSeal


class Vault(JsonVault):
    purpose: ClassVar[bytes] = b"airport lost and found box"
    refusal: ClassVar[type[ServiceError]] = BadSeal
