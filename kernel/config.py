"""Typed configuration, read once from the environment.

A room declares a frozen dataclass whose fields are made by `setting()`; `load()` reads it and
fails at start with the key's name. `table()` renders the rooms' settings for the README.
"""

from __future__ import annotations

import dataclasses
import os
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
_REQUIRED = object()


class ConfigError(SystemExit):
    """The process can't start; the message names the key and what is wrong with it."""


def setting(key: str, default: Any = _REQUIRED, *, about: str, secret: bool = False) -> Any:
    """A dataclass field read from the environment variable `key`.

    default: a value of the field's type; without one the key is required.
    about: one line for the README. secret: its default and value are never shown.
    """
    metadata = {"key": key, "about": about, "secret": secret}
    if default is _REQUIRED:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def load(cls: type[T], environ: Mapping[str, str] | None = None) -> T:
    """Read a settings dataclass. Field types: str, int, float, bool, tuple[str, ...] (comma-separated).

    Raises ConfigError naming the key when a value is missing or can't be read.
    """
    environ = os.environ if environ is None else environ
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        key = field.metadata["key"]
        raw = environ.get(key)
        if raw is None or raw == "":
            if field.default is dataclasses.MISSING:
                raise ConfigError(f"{key} is not set: {field.metadata['about']}")
            continue
        try:
            values[field.name] = _read(raw, hints[field.name])
        except ValueError as exc:
            shown = "its value" if field.metadata["secret"] else repr(raw)
            raise ConfigError(f"{key}: {shown} is not {_type_name(hints[field.name])}") from exc
    try:
        return cls(**values)
    except ValueError as exc:
        raise ConfigError(f"{cls.__name__}: {exc}") from exc


def _read(raw: str, kind: Any) -> Any:
    if kind is bool:
        lowered = raw.strip().lower()
        if lowered not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
            raise ValueError(raw)
        return lowered in {"1", "true", "yes", "on"}
    if kind in (int, float, str):
        return kind(raw)
    if typing.get_origin(kind) is tuple:
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    raise TypeError(f"no reader for {kind}")


def _type_name(kind: Any) -> str:
    return {int: "a whole number", float: "a number", bool: "yes or no", str: "a text"}.get(kind, "a list")


@dataclass(frozen=True)
class Row:
    key: str
    default: str
    about: str


def rows(cls: type[Any]) -> list[Row]:
    """The settings of one dataclass as rows of the README's table."""
    result = []
    for field in dataclasses.fields(cls):
        if field.default is dataclasses.MISSING:
            shown = "required"
        elif field.metadata["secret"] or field.default in ("", ()):
            shown = "–"
        else:
            shown = ",".join(field.default) if isinstance(field.default, tuple) else str(field.default)
        result.append(Row(field.metadata["key"], shown, field.metadata["about"]))
    return result
