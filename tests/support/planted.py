"""Private texts that a test planted, looked for in every file of a folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def holds(folder: Path, text: bytes, read: list[bytes]) -> bool:
    """Whether some file of the folder holds the text; all of them are in `read` then."""
    read.clear()
    for path in files_of(folder):
        # A broker's node renames and removes files while one looks.
        with suppress(FileNotFoundError):
            read.append(path.read_bytes())
    return any(text in content for content in read)
