"""A service's secrets in one object: fields sealed for its database, texts sealed by the doors, what must be found equal.

Everything derives from FIELD_KEYS, each purpose with a key of its own, so that one ring of keys is kept, rotated and
backed up. A service derives its vault from `Vault` (texts) or `JsonVault` (whatever is JSON-ready).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import orjson

from kernel.config import load
from kernel.crypto import FieldCipher, FieldKeys
from kernel.errors import ServiceError
from kernel.sealing import NotSealedForUs, SealBox


class Vault:
    """Opens what the doors sealed, seals what the database keeps, finds what is equal.

    purpose: words of this service's box alone. refusal: what is raised for what no key of ours opens.
    """

    purpose: ClassVar[bytes]
    refusal: ClassVar[type[ServiceError]]

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """keys: 32 bytes by id; the first seals, all of them open."""
        self._cipher = FieldCipher(keys)
        self._box = SealBox(keys, self.purpose)
        self.key_id = next(iter(keys))

    @classmethod
    def from_environment(cls) -> Self:
        """With the keys of the environment. Raises ConfigError naming FIELD_KEYS."""
        return cls(load(FieldKeys).keys())

    # --- fields of the database; context: the id of the row they belong to

    def seal(self, value: str, context: str) -> str:
        return self._cipher.encrypt(value, context)

    def open(self, sealed: str, context: str) -> Any:
        """What was sealed for that row. Raises kernel.crypto.NotOurs."""
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

    def opened(self, sealed: str) -> Any:
        """What a door sealed. Raises the service's refusal, also for a key that was taken away."""
        try:
            return self._box.open(sealed)
        except NotSealedForUs:
            # From None: what a damaged text decoded to is nobody's business.
            raise self.refusal from None

    # --- what must be recognised without being kept

    def fingerprint(self, request: Mapping[str, Any]) -> str:
        """Stands for a request in the inbox: a plain hash of a document number could be guessed by trying all."""
        text = orjson.dumps(request, default=str, option=orjson.OPT_SORT_KEYS).decode()
        return self._cipher.index(text, "request")


class JsonVault(Vault):
    """A vault of JSON-ready values instead of texts."""

    def seal(self, value: Any, context: str) -> str:
        return super().seal(orjson.dumps(value).decode(), context)

    def open(self, sealed: str, context: str) -> Any:
        return orjson.loads(super().open(sealed, context))

    def opened(self, sealed: str) -> Any:
        """What a door sealed. Raises the service's refusal, also for what is no JSON."""
        text = super().opened(sealed)
        try:
            return orjson.loads(text)
        except ValueError:
            raise self.refusal from None
