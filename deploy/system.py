"""Programs of the machine that the suite needs: found, or installed from the distribution's packages.

Imports the standard library only; deploy/bootstrap.py uses it before anything is installed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.broker import find_server
from deploy.postgres import find_binaries

_POLICY = Path("/usr/sbin/policy-rc.d")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_BROKER_UNITS = ("rabbitmq-server.service", "epmd.socket", "epmd.service")


def say(text: str) -> None:
    """One line for the person who waits. Nobody listening any more is no reason to fail."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - lives as long as we do


def progress(text: str) -> None:
    """A line that the next one replaces on a terminal; a line like any other elsewhere."""
    if sys.stdout.isatty():
        print(f"\r\033[K{text[:100]}", end="", flush=True)
    elif text:
        print(text, flush=True)


def require_broker() -> None:
    """See to it that `make run` will find a broker: an address, RabbitMQ, Docker, or install RabbitMQ."""
    if os.environ.get("AMQP_URL") or find_server() or docker_answers():
        return
    if not can_install():
        raise SystemExit(
            "No RabbitMQ here, and no way to install it.\n"
            "  either  sudo apt-get install rabbitmq-server   and start again\n"
            "  or      AMQP_URL=amqp://user:password@host:5672/ make run   to use one that runs elsewhere\n"
            "  or      start Docker."
        )
    install_packages(["rabbitmq-server"], why="RabbitMQ carries every call and event", units=_BROKER_UNITS)
    if find_server() is None:
        raise SystemExit("rabbitmq-server was installed but isn't found on PATH or in /usr/lib/rabbitmq/bin")


def require_test_programs(python: Path) -> list[str]:
    """Find or install what only tests need; returns what can't be had, in words."""
    missing = []
    if not docker_answers():
        if find_server() is None:
            _try_install(["rabbitmq-server"], "the tests start a private RabbitMQ", _BROKER_UNITS)
        if find_server() is None:
            missing.append("RabbitMQ (apt-get install rabbitmq-server)")
        if find_binaries() is None:
            _try_install(["postgresql"], "the tests start a private PostgreSQL", ("postgresql.service",))
        if find_binaries() is None:
            missing.append("PostgreSQL's server programs (apt-get install postgresql)")
    if find_browser() is None:
        _try_install(["chromium"], "pages are tested in a real browser")
    if find_browser() is None:
        progress("  asking Playwright for its Chromium")
        subprocess.run([str(python), "-m", "playwright", "install", "chromium"], check=False)
    if find_browser() is None:
        missing.append("Chromium (apt-get install chromium, or `.venv/bin/playwright install chromium`)")
    if not has_chinese_font():
        _try_install(["fonts-noto-cjk"], "screenshots show Chinese")
    if not has_chinese_font():
        missing.append("a Chinese font (apt-get install fonts-noto-cjk)")
    return missing


def find_browser() -> Path | None:
    """A Chromium: the system's, or the one that Playwright keeps."""
    for name in _BROWSERS:
        found = shutil.which(name)
        # Ubuntu's package of that name only points at a snap, which a headless run can't start.
        if found and not _is_snap(Path(found)):
            return Path(found)
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    downloaded = sorted(kept.glob("chromium-*/chrome-linux*/chrome"))
    return downloaded[-1] if downloaded else None


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font with Chinese characters."""
    if shutil.which("fc-list") is None:
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())


def docker_answers() -> bool:
    """Whether a Docker engine can be asked to run containers."""
    if shutil.which("docker") is None:
        return False
    try:
        return (
            subprocess.run(["docker", "info"], capture_output=True, timeout=20, check=False).returncode == 0
        )
    except subprocess.TimeoutExpired:
        return False


def can_install() -> bool:
    """Whether packages of the distribution can be installed: apt, and root or sudo."""
    if shutil.which("apt-get") is None:
        return False
    if os.geteuid() == 0:
        return True
    if shutil.which("sudo") is None:
        return False
    without_password = (
        subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    )
    return without_password or sys.stdin.isatty()


def install_packages(packages: list[str], *, why: str, units: tuple[str, ...] = ()) -> None:
    """Install Debian packages and leave none of their system services running or enabled.

    Raises SystemExit with apt's words when it can't be done.
    """
    say(f"Installing {' '.join(packages)} with apt ({why}); its system service stays off")
    with _no_service_starts():
        _apt(["update", "-q"], optional=True)
        _apt(["install", "-q", "-y", "--no-install-recommends", *packages])
    if units and Path("/run/systemd/system").is_dir():
        _as_root(["systemctl", "disable", "--now", "--quiet", *units])


def _try_install(packages: list[str], why: str, units: tuple[str, ...] = ()) -> None:
    if can_install():
        try:
            install_packages(packages, why=why, units=units)
        except SystemExit as error:
            say(str(error))


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """Debian asks policy-rc.d before it starts a service that a package brings: here it says no."""
    if _POLICY.exists():
        yield
        return
    _as_root(["sh", "-c", f"printf '#!/bin/sh\\nexit 101\\n' > {_POLICY} && chmod 755 {_POLICY}"])
    try:
        yield
    finally:
        _as_root(["rm", "-f", str(_POLICY)])


def _apt(arguments: list[str], *, optional: bool = False) -> None:
    done = _as_root(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *arguments])
    if done.returncode and not optional:
        raise SystemExit(f"apt-get {' '.join(arguments)} failed:\n{done.stdout[-2000:]}")


def _as_root(command: list[str]) -> subprocess.CompletedProcess[str]:
    whole = command if os.geteuid() == 0 else ["sudo", *command]
    return subprocess.run(whole, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def _is_snap(program: Path) -> bool:
    try:
        return "/snap/" in str(program.resolve()) or b"snap" in program.read_bytes()[:4096]
    except OSError:
        return False
