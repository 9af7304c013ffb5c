"""Keys that are made at the first start and kept for all later ones."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from kernel import ids

# What each secret looks like. FIELD_KEYS is a list of `id:hex` pairs; new keys are put in front.
_MAKERS: dict[str, Callable[[], str]] = {
    "TOKEN_SIGNING_KEY": lambda: ids.new_secret(32),
    "FIELD_KEYS": lambda: f"k1:{secrets.token_hex(32)}",
    "BUS_TICKET_SEED": lambda: secrets.token_hex(32),
}


def kept_secrets(var: Path) -> dict[str, str]:
    """The secrets in `var`/secrets.env; those that are missing are made and written down first."""
    path = var / "secrets.env"
    known = _read(path)
    made = {name: make() for name, make in _MAKERS.items() if name not in known}
    if made:
        _write(path, known | made)
    return known | made


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _write(path: Path, values: dict[str, str]) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    lines = ["# Made by `make run`. Who has these can sign as this airport and read what it encrypts."]
    lines += [f"{name}={value}" for name, value in sorted(values.items())]
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(draft, path)  # noqa: PTH105 - a reader sees the old file or the new one, never half of it


if __name__ == "__main__":
    kept_secrets(Path(os.environ["AIRPORT_VAR"]))
