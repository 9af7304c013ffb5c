"""What the schemas of flights share."""

from __future__ import annotations

import re
from typing import Any, Final, cast

from marshmallow import ValidationError, validate


class Pattern(validate.Regexp):
    """A pattern that the whole text must match: `$` alone would let a trailing newline through."""

    def __call__(self, value: Any) -> Any:
        # marshmallow types its pattern for texts and bytes at once; ours are texts.
        if cast("re.Pattern[str]", self.regex).fullmatch(value) is None:
            raise ValidationError(self._format_error(value))
        return value


IATA_AIRPORT: Final = Pattern(r"^[A-Z]{3}$")
IATA_AIRLINE: Final = Pattern(r"^(?:[A-Z]{2}|[A-Z][0-9]|[0-9][A-Z]|[A-Z]{3})$")
FLIGHT_NUMBER: Final = Pattern(r"^[A-Z0-9]{2,3}[0-9]{1,4}[A-Z]?$")
PRINTABLE: Final = Pattern(r"^[^\x00-\x1f\x7f]*$")
"""No control characters: no board shows them, and PostgreSQL has no place for a NUL."""
SHORT: Final = validate.And(validate.Length(min=1, max=12), PRINTABLE)
