"""Faults that a test orders: the next calls of a path fail in a given way."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.sandbox.journal import Journal
from deploy.sandbox.words import Words


@dataclass
class Fault:
    """What happens to the next `times` calls whose path begins with `path`.

    errcode: answered instead of the work (0: none); status: HTTP status instead; delay_s: waited before;
    code: WeChat Pay's word, answered with `status` instead of the work;
    lost: the work is done, but the caller gets HTTP 502 instead of the answer.
    """

    path: str
    times: int = 1
    errcode: int = 0
    status: int = 0
    delay_s: float = 0.0
    lost: bool = False
    code: str = ""


class Faults:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        self._ordered.append(fault)
        self._journal.write(
            "note", "warn", fault.path,
            Words(f"接下来的 {fault.times} 次调用将出错", f"The next {fault.times} calls will fail as ordered"),
            errcode=fault.errcode, status=fault.status, delay_s=fault.delay_s, lost=fault.lost, code=fault.code,
        )  # fmt: skip

    def clear(self) -> None:
        self._ordered.clear()

    def next(self, path: str) -> Fault | None:
        """The fault that strikes this call, used up by one; None if none does."""
        for fault in self._ordered:
            if path.startswith(fault.path):
                fault.times -= 1
                if fault.times <= 0:
                    self._ordered.remove(fault)
                return fault
        return None
