"""`airport notify` and `airport menu` over a real database and a WeChat of the test's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.notify_commands import MENU_FILE, menu, notify
from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.notify import usecases
from services.notify.store import Follow, NewNews, NotifyStore, Recipient
from tests.support.wechat import FakeWeChat
from tests.unit.notify.examples import flight


@pytest.fixture
def wechat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWeChat]:
    with FakeWeChat() as fake:
        for key, value in fake.environ().items():
            monkeypatch.setenv(key, value)
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/{{service}}.sqlite3")
        monkeypatch.setenv("FIELD_KEYS", "k1:" + "00" * 32)
        monkeypatch.setenv("GATEWAY_PUBLIC_URL", "https://csx.example")
        migrate.upgrade("notify", f"sqlite:///{tmp_path}/notify.sqlite3")
        yield fake


@pytest.fixture
def told(wechat: FakeWeChat, tmp_path: Path) -> None:
    """One follower, to whom news of a flight was written."""
    database = Database(f"sqlite:///{tmp_path}/notify.sqlite3")
    now = datetime.now(UTC)
    uow = UnitOfWork(database, NotifyStore)
    with uow.write() as tx:
        tx.store.people.save_recipient(Recipient("anna", "o-anna", "en", True, 1, consent="given"))
        tx.store.people.follow(Follow("anna", "F1", "passenger", now))
        said = usecases.first_seen(flight()).document
        words = {
            "number": "CZ3101",
            "from": {"iata": "CSX", "zh": "长沙", "en": "Changsha"},
            "to": {"iata": "CAN", "zh": "广州", "en": "Guangzhou"},
            "zone": "Asia/Shanghai",
            "scheduled_at": said["board_at"],
            "time_at": said["board_at"],
            "gate": "A12",
            "belt": "",
            "place": None,
        }
        news = NewNews("F1", "gate", words, 1, now, now, None, now + timedelta(hours=1))
        tx.store.news.add(news, *tx.store.people.last_follow("F1"))
    usecases.fan_out(uow, now)
    database.close()


def typed(command: object, *words: str) -> Result:
    result = CliRunner().invoke(command, list(words))  # type: ignore[arg-type]
    assert not isinstance(result.exception, AssertionError), result.output
    return result


@pytest.mark.usefixtures("told")
def test_the_status_is_shown_for_people_and_for_programs() -> None:
    lines = typed(notify, "status").output
    assert "waiting    1 at 100/s, about 0 min 1 s" in lines
    assert "queued 1" in lines
    assert json.loads(typed(notify, "status", "--json").output)["waiting"] == 1


@pytest.mark.usefixtures("told")
def test_support_finds_who_was_told_what() -> None:
    line = typed(notify, "search", "--flight", "F1").output
    assert line.startswith("anna  F1  queued  written ")
    assert "Gate changed: Flight CZ3101; Route Changsha–Guangzhou" in line
    assert typed(notify, "search", "--passenger", "ben").output == ""
    refused = typed(notify, "search")
    assert refused.exit_code == 2
    assert "--passenger or --flight" in refused.output


def test_the_menu_is_shown_first_and_published(wechat: FakeWeChat, tmp_path: Path) -> None:
    path = tmp_path / "menu.json"
    path.write_text(
        '{"button": [{"name": "航班", "type": "view", "url": "{public_url}/flights"}]}', encoding="utf-8"
    )
    shown = typed(menu, "publish", "--dry-run", "--file", str(path))
    assert shown.exit_code == 0, shown.output
    assert '+ 1 航班  {"name": "航班", "type": "view", "url": "https://csx.example/flights"}' in shown.output
    assert wechat.menu is None
    assert "Published" in typed(menu, "publish", "--file", str(path)).output
    assert wechat.menu == {"button": [{"name": "航班", "type": "view", "url": "https://csx.example/flights"}]}
    assert "published as it is" in typed(menu, "publish", "--file", str(path)).output


def test_a_menu_beyond_wechats_limits_is_refused_in_words(wechat: FakeWeChat, tmp_path: Path) -> None:
    path = tmp_path / "menu.json"
    path.write_text('{"button": [{"name": "五个汉字的", "type": "click", "key": "k"}]}', encoding="utf-8")
    refused = typed(menu, "publish", "--file", str(path))
    assert refused.exit_code == 1
    assert "五个汉字的: at most 16 bytes" in refused.output
    assert wechat.menu is None


def test_the_suites_own_menu_is_within_the_limits(wechat: FakeWeChat) -> None:
    assert MENU_FILE.exists()
    assert typed(menu, "publish").exit_code == 0
    assert wechat.menu is not None


def test_without_an_account_the_command_says_what_to_set(
    wechat: FakeWeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WECHAT_APPID", "")
    refused = typed(menu, "publish")
    assert "set WECHAT_APPID and WECHAT_SECRET" in refused.output
    assert "no account is connected" in typed(notify, "status").output


def test_what_couldnt_be_done_about_cards_is_listed_and_tried_again(
    wechat: FakeWeChat, tmp_path: Path
) -> None:
    assert "nothing is stuck" in CliRunner().invoke(notify, ["cards"]).output
    database = Database(f"sqlite:///{tmp_path}/notify.sqlite3")
    uow = UnitOfWork(database, NotifyStore)
    usecases.note_campaign(uow, {"campaign_id": "tea", "version": 1})
    with uow.write() as tx:
        [errand] = tx.store.cards.begin_errands(tx.now(), tx.now(), 5)
        tx.store.cards.settle_errand(errand, "stuck", "wechat_43009", tx.now())
    database.close()
    shown = CliRunner().invoke(notify, ["cards"]).output
    assert "card  tea  wechat_43009" in shown
    assert "1 attempts" in shown
    assert "1 will be" in CliRunner().invoke(notify, ["cards", "--retry", str(errand.id)]).output
    assert "card  tea" in CliRunner().invoke(notify, ["cards", "--waiting"]).output
