"""A private PostgreSQL server for tests and measurements: own data, own password, loopback only."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Self

from deploy import ports
from deploy.processes import Process, Program, wait_until
from kernel import ids

_ACCOUNT = "airport"
_SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    # The data lives as long as a test run: a power cut may take it.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "timezone": "UTC",
}


class PostgresError(SystemExit):
    """The server can't be started; the message says what to do."""


def find_binaries() -> Path | None:
    """The folder with initdb and postgres, the newest version first; None if there is none."""

    def version(folder: Path) -> float:
        name = folder.parent.name
        return float(name) if name.replace(".", "", 1).isdigit() else 0.0

    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)
    on_path = shutil.which("initdb")
    for folder in [*packaged, *([Path(on_path).parent] if on_path else [])]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


class PrivatePostgres:
    """A server whose data lies in `folder`, which it takes over (its owner becomes the server's account)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._port = ports.free_port()
        self._password = ids.new_secret(18)
        self._user = _unprivileged_user()
        self._server: Process | None = None

    def url(self, database: str) -> str:
        """The address of one database, as DATABASE_URL wants it."""
        return f"postgresql://{_ACCOUNT}:{self._password}@{ports.LOOPBACK}:{self._port}/{database}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Make the data folder if it is empty, start, and return when connections are taken."""
        binaries = find_binaries()
        if binaries is None:
            raise PostgresError("PostgreSQL's server programs aren't installed: apt-get install postgresql")
        if not (self._folder / "data" / "PG_VERSION").exists():
            self._initialise(binaries)
        options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [
            str(binaries / "postgres"),
            "-D",
            str(self._folder / "data"),
            "-p",
            str(self._port),
            *options,
        ]
        self._server = Process(
            Program("postgres", command, log=self._folder / "postgres.log", user=self._user, cwd=self._folder)
        )
        if not wait_until(self._ready, 30.0) or self._server.returncode is not None:
            self.stop()
            raise PostgresError(
                f"PostgreSQL did not start: {(self._folder / 'postgres.log').read_text()[-2000:]}"
            )

    def stop(self) -> None:
        """Close all connections and stop."""
        if self._server:
            self._server.stop(grace_s=10.0, signum=signal.SIGINT)
            self._server = None

    def _ready(self) -> bool:
        log = (self._folder / "postgres.log").read_text()
        stopped = self._server is None or self._server.returncode is not None
        return stopped or "ready to accept connections" in log

    def _initialise(self, binaries: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        password_file = self._folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if self._user:
            for path in (self._folder, password_file):
                shutil.chown(path, self._user)
        command = [str(binaries / "initdb"), "-D", str(self._folder / "data"), "-U", _ACCOUNT]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "-E", "UTF8", "--no-sync"]
        command += ["--locale=C.UTF-8"]
        done = subprocess.run(
            command,
            user=self._user,
            group=pwd.getpwnam(self._user).pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise PostgresError(f"initdb failed: {done.stdout}{done.stderr}")


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root: the account to use instead, None when we aren't root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise PostgresError("PostgreSQL doesn't run as root, and there is no account 'postgres' or 'nobody'")
