"""The README's table of settings, written from the code: `python -m deploy.readme_settings` brings it up to date."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel import clock, config

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BEGIN, END = "<!-- settings:begin -->", "<!-- settings:end -->"
# Read where no dataclass can be: by the clock at import, and by OpenTelemetry itself.
_OTHERS = (
    config.Row(clock.ENVIRONMENT_KEY, "–", "START@RATE@ANCHOR: play another day; `make demo` sets it"),
    config.Row("OTEL_EXPORTER_OTLP_ENDPOINT", "–", "where OpenTelemetry's spans go; nowhere when unset"),
)
# Told by `make run` to its own demo; nobody sets them.
_NOT_FOR_PEOPLE = ("DEMO_",)
ROOMS = ("services", "kernel", "gateway", "deploy")


def setting_rows() -> list[config.Row]:
    """Every setting of every room, once each, sorted by key."""
    rows = {row.key: row for row in _OTHERS}
    for cls in settings_classes():
        for row in config.rows(cls):
            if not row.key.startswith(_NOT_FOR_PEOPLE):
                rows.setdefault(row.key, row)
    return [rows[key] for key in sorted(rows)]


def settings_classes() -> Iterator[type[Any]]:
    """The dataclasses whose fields are made by kernel.config.setting."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if "setting(" not in text or "kernel.config import" not in text:
                continue
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for _, cls in inspect.getmembers(module, inspect.isclass):
                if cls.__module__ == module.__name__ and _is_settings(cls):
                    yield cls


def _is_settings(cls: type[Any]) -> bool:
    return dataclasses.is_dataclass(cls) and any("key" in field.metadata for field in dataclasses.fields(cls))


def table() -> str:
    """The table between the README's markers."""
    lines = ["<details><summary>Settings: environment variables, read once at start</summary>", ""]
    lines += ["| variable | default | what it does |", "| --- | --- | --- |"]
    for row in setting_rows():
        default = row.default if row.default in {"–", "required"} else f"`{row.default}`"
        lines.append(f"| `{row.key}` | {default} | {row.about.replace('|', '/')} |")
    return "\n".join([*lines, "", "</details>"])


def with_table(text: str) -> str:
    """`text` with what lies between its markers replaced by the table."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
