"""Lines in a file: what a service did, seen from outside whatever becomes of its process."""

from __future__ import annotations

from pathlib import Path


def note(path: str, text: str) -> None:
    with Path(path).open("a") as file:
        file.write(text + "\n")


def notes(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
