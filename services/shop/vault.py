"""What the mall keeps sealed: codes that goods are handed over for, and whom an invoice is for."""

from __future__ import annotations

from typing import ClassVar

from kernel.errors import ServiceError
from kernel.vault import JsonVault
from services.shop.errors import BadSeal


class Vault(JsonVault):
    purpose: ClassVar[bytes] = b"airport mall box"
    refusal: ClassVar[type[ServiceError]] = BadSeal
