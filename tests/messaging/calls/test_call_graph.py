"""Which service calls which: no circle, or a few busy workers stand still for a deadline's time (fact 11)."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.messaging.calls.harness import ROOT


def callees(source: str) -> set[str]:
    """The services that a piece of code calls: the first argument of every `….call("service", …)`."""
    return {
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
            graph[folder.name] = set().union(*(callees(file.read_text()) for file in folder.rglob("*.py")))
    return graph


def test_no_service_is_called_by_one_that_it_calls() -> None:
    graph = call_graph(ROOT / "services")
    assert "flights" in graph
    TopologicalSorter(graph).prepare()


def test_control_a_circle_is_found() -> None:
    here = callees('self.replies.call("there", "sell", {})')
    with pytest.raises(CycleError):
        TopologicalSorter({"here": here, "there": {"here"}}).prepare()
