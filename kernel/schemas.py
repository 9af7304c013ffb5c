"""What the schemas of all services have in common: strictness, words, no arguments, the key that doors seal to."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields


class Strict(Schema):
    """What comes in: an unknown field is a mistake of the caller, not something to drop silently."""

    class Meta:
        unknown = RAISE


class Exact(Schema):
    """What goes out, and nothing else."""

    class Meta:
        unknown = RAISE


class NoArgumentsSchema(Strict):
    """Nothing is asked for."""


class WordsSchema(Exact):
    """A text in both languages."""

    zh = fields.String(required=True)
    en = fields.String(required=True)
