"""What the person who starts the suite asked for."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kernel import clock
from kernel.config import ConfigError, setting
from kernel.config import load as load_settings

ROOT = Path(__file__).resolve().parents[2]
_PROFILES = ROOT / "deploy" / "airports"
DEFAULT_AIRPORT = "CSX"
_REPLAYED = "EWR"
# The replay starts before the day's first departure, so that its board fills before one's eyes.
_DAY_STARTS = timedelta(hours=4)


@dataclass(frozen=True)
class LocalSettings:
    airport: str = setting(
        "AIRPORT", DEFAULT_AIRPORT, about="profile of `make run`: a file of deploy/airports"
    )
    var: str = setting("AIRPORT_VAR", "", about="folder of data, logs and process files; var, or var/PROFILE")
    port: int = setting("GATEWAY_PORT", 0, about="port the gateway listens on")


@dataclass(frozen=True)
class Options:
    """One start. `environ` is what every child is told; `port` 0 means: choose."""

    environ: dict[str, str]
    var: Path
    port: int
    split: bool
    demo: bool
    sandbox: bool
    day: date | None

    @classmethod
    def read(cls, arguments: list[str]) -> Options:
        """From the command line and the environment. Raises ConfigError naming what is wrong."""
        asked = _parser().parse_args(arguments)
        settings = load_settings(LocalSettings)
        environ = profile(settings.airport) | dict(os.environ)
        var = Path(settings.var or _default_var(settings.airport, asked.day))
        var = var if var.is_absolute() else ROOT / var
        environ["AIRPORT_VAR"] = str(var)
        if asked.day:
            if settings.airport != _REPLAYED:
                raise ConfigError(f"--day replays {_REPLAYED}: make demo AIRPORT={_REPLAYED} DAY={asked.day}")
            if environ.get("DATABASE_URL"):
                raise ConfigError(
                    "DATABASE_URL: a replay begins its day anew and keeps it in files of its own"
                )
            environ[clock.ENVIRONMENT_KEY] = str(
                _played_clock(asked.day, asked.rate, environ["AIRPORT_ZONE"])
            )
        # Who names a WeChat account of their own needs no stand-in.
        sandbox = not asked.no_sandbox and not environ.get("WECHAT_APPID")
        return cls(environ, var, settings.port, asked.split, not asked.no_demo, sandbox, asked.day)


def profile(name: str) -> dict[str, str]:
    """The settings of deploy/airports/NAME.env."""
    path = _PROFILES / f"{name}.env"
    if not name.isalnum() or not path.exists():
        known = ", ".join(sorted(file.stem for file in _PROFILES.glob("*.env")))
        raise ConfigError(f"AIRPORT: there is no profile {name!r}; deploy/airports has {known}")
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {key: value for key, _, value in pairs}


def _default_var(airport: str, day: date | None) -> str:
    if day:
        return f"var/demo-{airport}-{day.isoformat()}"
    return "var" if airport == DEFAULT_AIRPORT else f"var/{airport}"


def _played_clock(day: date, rate: float, zone: str) -> clock.PlayedClock:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    if not 0 < rate <= 3600:
        raise ConfigError(f"--rate {rate:g}: choose how many airport seconds pass in a second, 1 to 3600")
    return clock.PlayedClock(midnight + _DAY_STARTS, clock.real_now(), rate)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make run", description="Run the whole suite on this machine.")
    parser.add_argument("--split", action="store_true", help="give every service a process of its own")
    parser.add_argument("--no-demo", action="store_true", help="no demo partner, no demo flights")
    parser.add_argument("--no-sandbox", action="store_true", help="no WeChat platform beside it")
    parser.add_argument(
        "--day", type=date.fromisoformat, help="replay this day of 2013 as Newark (AIRPORT=EWR)"
    )
    parser.add_argument("--rate", type=float, default=60.0, help="how fast the replayed day passes")
    return parser
