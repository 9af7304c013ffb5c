"""`make run` as a test sees it: a supervisor process, what it prints, and its folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

from deploy import ports
from deploy.local.options import ROOT
from deploy.processes import wait_until
from tests.support.stack import clean_environment

OPEN = "is open ("


class LocalRun:
    """One `python -m deploy.local` over the folder `var`."""

    def __init__(self, var: Path, port: int, *arguments: str, **environ: str) -> None:
        self.var = var
        self.base_url = f"http://127.0.0.1:{port}"
        self._lines: list[str] = []
        # Ports that count up from a default would be another start's, a moment later.
        sandbox_port, browser_port = ports.free_ports(2)
        own = {
            "AIRPORT_VAR": str(var),
            "GATEWAY_PORT": str(port),
            "SANDBOX_PORT": str(sandbox_port),
            "SANDBOX_BROWSER_PORT": str(browser_port),
        }
        told = clean_environment() | own | environ
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", *arguments],
            env=told,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def output(self) -> str:
        """All that was printed so far."""
        return "".join(self._lines)

    def wait_open(self, timeout_s: float = 90.0) -> Self:
        """Return when it says that everything answers; AssertionError with its output if it doesn't."""
        wait_until(lambda: OPEN in self.output or self.process.poll() is not None, timeout_s)
        assert OPEN in self.output, self.output
        return self

    def stop(self) -> int:
        """SIGTERM; the exit code. AssertionError if it takes longer than half a minute."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.wait_end()
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"it did not stop:\n{self.output}") from None

    def wait_end(self, timeout_s: float = 30.0) -> int:
        """The exit code, once it ended and all that it printed was read."""
        code = self.process.wait(timeout_s)
        self._reader.join(5.0)
        return code

    def pid_of(self, name: str) -> int:
        """The process id of one of its children."""
        record = json.loads((self.var / "run" / f"{name}.json").read_text())
        return int(record["pid"])

    def kill(self, name: str) -> None:
        """End one of its children without a goodbye."""
        os.kill(self.pid_of(name), signal.SIGKILL)

    def get(self, path: str) -> tuple[int, Any]:
        """Status and body (parsed if it is JSON); status 0 when nothing answers."""
        try:
            with urllib.request.urlopen(self.base_url + path, timeout=5.0) as answer:
                body = answer.read()
                parsed = json.loads(body) if "json" in answer.headers.get("Content-Type", "") else body
                return answer.status, parsed
        except urllib.error.HTTPError as error:
            return error.code, None
        except OSError:
            return 0, None

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._lines.append(line)
