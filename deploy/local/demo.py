"""The demo airline: a partner registered at the first start, whose feed runs as a child like any other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from deploy.local.options import DEFAULT_AIRPORT, ROOT, Options
from deploy.local.preflight import CannotStart
from deploy.local.supervisor import Child, Supervisor

# Another name than those that demos had before there were passenger lists and found items: they may not send any.
_CLIENT_ID = "demo-carrier"
# The feed speaks for all airlines of the airport, as a ground handler does.
_ADD = ["add", "Demo airline", "--kind", "handler", "--airline", "*", "--client-id", _CLIENT_ID]
# Its secrets were lost with the file: they are shown only once, so it gets new ones.
_ROTATE = ["rotate", _CLIENT_ID, "--overlap-hours", "0"]

# A day of made-up travellers is some 50 MB, and nobody asks for them later.
KEEP_LISTS: Final = ("CHECKIN_KEEP_DAYS", "3")


def kept_in(var: Path) -> Path:
    """Where the demo partner's secrets are."""
    return var / "demo-partner.json"


def read(var: Path) -> dict[str, str] | None:
    """client_id, client_secret and signing_key of the demo partner over `var`; None: there is none."""
    try:
        found: dict[str, str] = json.loads(kept_in(var).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def has_lists(options: Options, environ: Mapping[str, str]) -> bool:
    """Whether this start's demo sends passenger lists, so that people can check in."""
    return options.demo and options.day is None and environ.get("AIRPORT_IATA") == DEFAULT_AIRPORT


class Demo:
    """A demo of one start: today's plausible Changsha, or a real day of Newark."""

    def __init__(self, options: Options, environ: Mapping[str, str], base_url: str) -> None:
        self._options = options
        self._environ = dict(environ)
        self._base_url = base_url

    def start(self, supervisor: Supervisor, child: Callable[..., Child]) -> None:
        """Register the partner if it isn't yet, and keep its feed running; let buses go and staff in, fill lost and
        found and the mall. child: makes one of a name, arguments, an environment, and whether it is an errand.
        Raises CannotStart.
        """
        if self._environ.get("AIRPORT_IATA") == DEFAULT_AIRPORT:
            self._buses()
        self._staff()
        known = self._credentials()
        told = {
            "DEMO_BASE_URL": self._base_url,
            "DEMO_CLIENT_ID": known["client_id"],
            "DEMO_CLIENT_SECRET": known["client_secret"],
            "DEMO_SIGNING_KEY": known["signing_key"],
        }
        supervisor.add(child("demo", ["-m", "deploy.demo", *self._feed()], told))
        if self._environ.get("AIRPORT_IATA") == DEFAULT_AIRPORT:
            supervisor.add(child("demo-lost", ["-m", "deploy.cli", "lostfound", "demo"], errand=True))
            supervisor.add(child("demo-mall", ["-m", "deploy.cli", "shop", "demo"], errand=True))

    def _feed(self) -> list[str]:
        if self._options.day:
            return ["newark", "--day", self._options.day.isoformat()]
        return ["changsha"]

    def _credentials(self) -> dict[str, str]:
        kept = kept_in(self._options.var)
        found = read(self._options.var)
        if found is None or found["client_id"] != _CLIENT_ID:
            self._register(kept)
        found = read(self._options.var)
        assert found is not None
        return found

    def _register(self, kept: Path) -> None:
        added = self._partner_command(_ADD)
        done = added if added.returncode == 0 else self._partner_command(_ROTATE)
        if done.returncode:
            raise CannotStart(f"The demo partner could not be registered:\n{added.stderr}{done.stderr}")
        issued = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
        draft = kept.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(issued), encoding="utf-8")
        draft.rename(kept)

    def _buses(self) -> None:
        done = self._command(["bus", "demo"])
        if done.returncode:
            raise CannotStart(f"The demo's bus timetable could not be imported:\n{done.stdout}{done.stderr}")

    def _staff(self) -> None:
        done = self._command(["staff", "demo"])
        if done.returncode:
            raise CannotStart(f"The demo's staff could not be added:\n{done.stdout}{done.stderr}")

    def _partner_command(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return self._command(["partner", *arguments])

    def _command(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *arguments],
            env=self._environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
