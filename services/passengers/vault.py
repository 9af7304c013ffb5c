"""All of the service's secrets in one object: fields sealed for the database, texts sealed by the doors, tokens.

Everything derives from FIELD_KEYS, each purpose with a key of its own, so that one ring of keys is kept,
rotated and backed up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from kernel.config import load
from kernel.crypto import FieldCipher, FieldKeys
from kernel.sealing import NotSealedForUs, SealBox
from services.passengers.errors import BadSeal


class Vault:
    """Opens what the doors sealed, seals what the database keeps, finds what is equal."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """keys: 32 bytes by id; the first seals, all of them open."""
        self._cipher = FieldCipher(keys)
        self._box = SealBox(keys, b"airport document box")
        self.key_id = next(iter(keys))

    # --- fields of the database; context: the id of the row they belong to

    def seal(self, plain: str, context: str) -> str:
        return self._cipher.encrypt(plain, context)

    def open(self, sealed: str, context: str) -> str:
        """Raises kernel.crypto.NotOurs."""
        return self._cipher.decrypt(sealed, context)

    def index(self, text: str, column: str) -> str:
        """By which equal texts of a column are found."""
        return self._cipher.index(text, column)

    def candidates(self, text: str, column: str) -> list[str]:
        """The index under every key: what to look for while keys are being rotated."""
        return self._cipher.candidates(text, column)

    # --- what comes from the doors

    def sealing_key(self) -> str:
        """The public key for `kernel.sealing.seal`."""
        return self._box.public_key()

    def opened(self, sealed: str) -> str:
        """What a door sealed. Raises BadSeal, also for a key that was taken away."""
        try:
            return self._box.open(sealed)
        except NotSealedForUs:
            raise BadSeal from None

    # --- what must be recognised without being kept

    def fingerprint(self, request: Mapping[str, Any]) -> str:
        """Stands for a request in the inbox: a plain hash of a document number could be guessed by trying all."""
        text = orjson.dumps(request, default=str, option=orjson.OPT_SORT_KEYS).decode()
        return self._cipher.index(text, "request")

    def tokens(self, request_id: str, code: str) -> list[str]:
        """The session's token that this sign-in leads to, under each key, the newest first.

        It follows from the code that WeChat gave the browser and that nobody keeps, so that a repeated
        request gets the same token although only its hash is stored.
        """
        return [
            candidate.partition(".")[2].rstrip("=")
            for candidate in self._cipher.candidates(f"{request_id}\0{code}", "session token")
        ]


def vault_from_environment() -> Vault:
    """The vault with the keys of the environment. Raises ConfigError naming FIELD_KEYS."""
    return Vault(load(FieldKeys).keys())
