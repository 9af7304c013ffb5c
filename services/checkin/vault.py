"""The service's secrets in one object: fields sealed for the database, texts sealed by the doors, codes.

Everything derives from FIELD_KEYS, each purpose with a key of its own. The doors' seal is for a key
that is this service's own: lists of other people's documents are opened here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from kernel.config import load
from kernel.crypto import FieldCipher, FieldKeys
from kernel.sealing import NotSealedForUs, SealBox
from services.checkin.errors import BadSeal


class Vault:
    """Opens what the doors sealed, seals what the database keeps, finds what is equal."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """keys: 32 bytes by id; the first seals, all of them open."""
        self._cipher = FieldCipher(keys)
        self._box = SealBox(keys, b"airport passenger list box")

    # --- fields of the database; context: the id of the row they belong to

    def seal(self, value: Any, context: str) -> str:
        """A JSON-ready value, sealed for the row `context`."""
        return self._cipher.encrypt(orjson.dumps(value).decode(), context)

    def open(self, sealed: str, context: str) -> Any:
        """Raises kernel.crypto.NotOurs."""
        return orjson.loads(self._cipher.decrypt(sealed, context))

    def index(self, text: str, column: str) -> str:
        """By which equal texts of a column are found."""
        return self._cipher.index(text, column)

    def candidates(self, text: str, column: str) -> list[str]:
        """The index under every key: what to look for while keys are being changed."""
        return self._cipher.candidates(text, column)

    # --- what comes from the doors

    def sealing_key(self) -> str:
        """The public key for `kernel.sealing.seal`."""
        return self._box.public_key()

    def opened(self, sealed: str) -> Any:
        """The JSON that a door sealed. Raises BadSeal, also for what is no JSON."""
        try:
            return orjson.loads(self._box.open(sealed))
        except (NotSealedForUs, ValueError):
            # From None: what a damaged text decoded to is nobody's business.
            raise BadSeal from None

    # --- what must be recognised without being kept

    def fingerprint(self, request: Mapping[str, Any]) -> str:
        """Stands for a request in the inbox: a plain hash of a document number could be guessed by trying all."""
        text = orjson.dumps(request, default=str, option=orjson.OPT_SORT_KEYS).decode()
        return self._cipher.index(text, "request")

    def grant(self, request_id: str, booking_id: str, code: str) -> str:
        """The grant that this request leads to: a repeat gets the same, although only its hash is kept."""
        return (
            self._cipher.index(f"{request_id}\0{booking_id}\0{code}", "grant").partition(".")[2].rstrip("=")
        )


def vault_from_environment() -> Vault:
    """The vault with the keys of the environment. Raises ConfigError naming FIELD_KEYS."""
    return Vault(load(FieldKeys).keys())
