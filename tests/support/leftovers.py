"""Which processes of this machine belong to a folder."""

from __future__ import annotations

from pathlib import Path


def processes_over(var: Path) -> dict[int, str]:
    """Every living process that was told of `var` in its environment, as all of a suite's are: pid → command."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environ = (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if str(var).encode() in environ and command:
            found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found
