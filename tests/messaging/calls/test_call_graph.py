"""Which service calls which: no circle, or a few busy workers stand still for a deadline's time (fact 11)."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.messaging.calls.harness import ROOT

ASKING = r"services\.\w+\.till"


def callees(source: str) -> set[str]:
    """The services that a piece of code calls.

    The first argument of every `….call("service", …)`, and every service whose way of asking it is imported.
    """
    asked = {
        node.module.split(".")[1]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module and re.fullmatch(ASKING, node.module)
    }
    return asked | {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "call"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def call_graph(services: Path) -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for folder in services.iterdir():
        if folder.is_dir() and (folder / "__init__.py").exists():
            # A till is written by who is asked, and runs where it is asked from.
            files = (file for file in folder.rglob("*.py") if file != folder / "till.py")
            graph[folder.name] = set().union(*(callees(file.read_text()) for file in files))
    return graph


def test_no_service_is_called_by_one_that_it_calls() -> None:
    graph = call_graph(ROOT / "services")
    assert "flights" in graph
    assert "payments" in graph["bus"]
    assert "payments" in graph["lostfound"]
    TopologicalSorter(graph).prepare()


def test_control_a_circle_is_found() -> None:
    for source in ('self.replies.call("there", "sell", {})', "from services.there.till import Till"):
        with pytest.raises(CycleError):
            TopologicalSorter({"here": callees(source), "there": {"here"}}).prepare()
