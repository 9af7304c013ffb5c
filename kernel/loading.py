"""Loads what is well formed without marshmallow's machinery, by readers built from its own schemas.

A reader either gives what `schema.load` would give, or raises `Unsure`; then marshmallow judges, and words
what is wrong. So there is one statement of the rules, and the usual report costs a fifth.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields, missing

_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_ISO: Final = (None, "iso")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Reader = Callable[[Any], Any]


class Unsure(Exception):
    """Not plainly well formed: ask marshmallow."""


def loader(schema: Schema) -> Reader:
    """What `schema.load` does, quicker where its readers are sure. Raises ValidationError as it does."""
    try:
        read = reader(schema)
    except TypeError:
        return schema.load

    def load(value: Any) -> Any:
        try:
            return read(value)
        except Unsure:
            return schema.load(value)

    return load


def reader(schema: Schema) -> Reader:
    """A reader for one schema. Raises TypeError for a schema that says more than readers understand."""
    own = type(schema).load is not Schema.load or any(schema._hooks.values())
    if own or schema.many or schema.partial or schema.unknown != RAISE:
        raise TypeError(f"no reader for {schema!r}")
    readers = {name: _field_reader(field) for name, field in schema.fields.items()}
    required = frozenset(name for name, field in schema.fields.items() if field.required)
    defaults = [
        (name, field.load_default)
        for name, field in schema.fields.items()
        if not field.required and field.load_default is not missing
    ]

    def read(value: Any) -> dict[str, Any]:
        if type(value) is not dict or not required <= value.keys():
            raise Unsure
        loaded: dict[str, Any] = {}
        for name, given in value.items():
            read_field = readers.get(name)
            if read_field is None:
                raise Unsure
            loaded[name] = read_field(given)
        for name, default in defaults:
            if name not in loaded:
                loaded[name] = default() if callable(default) else default
        return loaded

    return read


def _field_reader(field: fields.Field[Any]) -> Reader:
    plain = _plain_reader(field)
    validators = tuple(field.validators)
    allow_none = field.allow_none
    if not validators and not allow_none:
        return plain  # it refuses None by its type

    def read(value: Any) -> Any:
        if value is None:
            if allow_none:
                return None
            raise Unsure
        loaded = plain(value)
        for validate in validators:
            try:
                validate(loaded)
            except ValidationError as exc:
                raise Unsure from exc
        return loaded

    return read


def _plain_reader(field: fields.Field[Any]) -> Reader:
    kind = type(field)
    if field.data_key or field.attribute or field.dump_only or getattr(field, "format", None) not in _ISO:
        raise TypeError(f"no reader for {field!r}")
    if kind is fields.Nested and not field.many and field.unknown in (None, RAISE):  # type: ignore[attr-defined]
        return reader(field.schema)  # type: ignore[attr-defined]
    if kind is fields.List:
        return _list_reader(_field_reader(field.inner))  # type: ignore[attr-defined]
    if kind is fields.Dict and field.key_field and field.value_field:  # type: ignore[attr-defined]
        return _dict_reader(_field_reader(field.key_field), _field_reader(field.value_field))  # type: ignore[attr-defined]
    if kind is fields.Enum and field.by_value is True:  # type: ignore[attr-defined]
        return _choice_reader({member.value: member for member in field.enum})  # type: ignore[attr-defined]
    if kind in _PLAIN:
        return _PLAIN[kind]
    raise TypeError(f"no reader for {field!r}")


def _list_reader(inner: Reader) -> Reader:
    def read(value: Any) -> list[Any]:
        if type(value) is not list:
            raise Unsure
        return [inner(each) for each in value]

    return read


def _dict_reader(key: Reader, inner: Reader) -> Reader:
    def read(value: Any) -> dict[Any, Any]:
        if type(value) is not dict:
            raise Unsure
        return {key(name): inner(each) for name, each in value.items()}

    return read


def _choice_reader(choices: dict[Any, Any]) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not str or value not in choices:
            raise Unsure
        return choices[value]

    return read


def _of_type(wanted: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not wanted:
            raise Unsure
        return value

    return read


def _matching(pattern: re.Pattern[str], parse: Callable[[str], Any]) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not str or pattern.fullmatch(value) is None:
            raise Unsure
        try:
            return parse(value)
        except ValueError as exc:
            raise Unsure from exc

    return read


_PLAIN: Final[dict[type, Reader]] = {
    fields.String: _of_type(str),
    fields.Integer: _of_type(int),
    fields.Boolean: _of_type(bool),
    fields.Date: _matching(_DATE, date.fromisoformat),
    fields.AwareDateTime: _matching(_INSTANT, datetime.fromisoformat),
}
