"""The table that `make bench` prints and docs/benchmarks.md keeps."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from kernel import clock

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Row:
    """One line: what was measured, the figure, what it is compared with, and the goal if there is one.

    ratio: figure over reference; goal: the ratio or figure aimed at, as a person would write it.
    """

    what: str
    figure: str
    reference: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Section:
    title: str
    about: str
    rows: list[Row]


def machine() -> str:
    """The machine and the versions that the figures belong to, in one line."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    gib = int(memory[1]) / 1024 / 1024 if memory else 0
    parts = [f"{os.cpu_count()} cores of {cpu[1].strip() if cpu else platform.machine()}", f"{gib:.0f} GiB"]
    parts += [f"Linux {platform.release().split('-')[0]}", f"Python {platform.python_version()}"]
    parts += [
        f"{name} {version(name)}" for name in ("nameko", "kombu", "eventlet", "pika", "starlette", "granian")
    ]
    return ", ".join(parts)


def render(sections: list[Section]) -> str:
    """The page, in Markdown."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Everything runs on one machine at once: load, broker, services and gateway share its",
        "cores, so ratios mean more than figures. Each ratio comes from runs that took turns; medians of three.",
        "",
        f"{clock.real_now():%Y-%m-%d} on {machine()}.",
    ]
    for section in sections:
        lines += ["", f"## {section.title}", "", section.about, ""]
        lines += ["| what | measured | against | ratio | goal | |", "| --- | --- | --- | --- | --- | --- |"]
        for row in section.rows:
            ratio = "" if row.ratio is None else f"{row.ratio:.2f}" if row.ratio < 10 else f"{row.ratio:,.0f}"
            met = {None: "", True: "met", False: "**missed**"}[row.met]
            lines.append(f"| {row.what} | {row.figure} | {row.reference} | {ratio} | {row.goal} | {met} |")
    return "\n".join(lines) + "\n"


def at_least(what: str, figure: float, reference: float, goal: float, unit: str = "/s") -> Row:
    """A row whose goal is a ratio to a reference that was measured beside it."""
    ratio = figure / reference if reference else 0.0
    return Row(what, f"{figure:,.0f}{unit}", f"{reference:,.0f}{unit}", ratio, f"≥ {goal:g}", ratio >= goal)
