"""Quiet hours, WeChat's answers, words, menus, signatures."""

from __future__ import annotations

import hashlib
import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.notify import templates
from services.notify.domain import (
    SAFE_AGAIN,
    Meaning,
    check_menu,
    is_own_page,
    lost,
    meaning,
    menu_changes,
    news_words,
    next_day_at,
    pause,
    send_from,
    sign_page,
    verdict,
)
from services.notify.errors import BadMenu
from services.notify.schemas import MESSAGE_KINDS, NewsKind, Role
from services.notify.settings import NotifySettings, WeChatSettings
from tests.unit.notify.examples import NOON, airport, flight

ZONE = ZoneInfo("Asia/Shanghai")
QUIET = (23, 7)


def local(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


# --- quiet hours --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "flight_at", "opens_at"),
    [
        (local(22, 59), local(12, day=24), None),
        (local(23), local(12, day=24), local(7, day=24)),
        (local(3), local(12), local(7)),
        (local(6, 59), local(12), local(7)),
        (local(7), local(12), None),
        (local(1), local(9), local(5)),  # four hours before the flight
        (local(1), local(4), None),  # they are at the airport
        (local(1), local(5), None),
    ],
)
def test_what_can_wait_waits_for_the_morning_or_four_hours_before_the_flight(
    now: datetime, flight_at: datetime, opens_at: datetime | None
) -> None:
    assert send_from(NewsKind.DELAYED, now, flight_at, QUIET) == opens_at


@pytest.mark.parametrize(
    "kind", ["cancelled", "diverted", "returned", "reinstated", "boarding", "last_call", "gate_closed"]
)
def test_safety_news_ignores_quiet_hours(kind: str) -> None:
    assert send_from(NewsKind(kind), local(3), local(23), QUIET) is None


def test_quiet_hours_can_be_off_or_within_a_day() -> None:
    assert send_from(NewsKind.DELAYED, local(3), local(23), None) is None
    assert send_from(NewsKind.DELAYED, local(13), local(23), (12, 14)) == local(14)
    assert send_from(NewsKind.DELAYED, local(15), local(23), (12, 14)) is None


# --- WeChat's answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("errcode", "state", "reason"),
    [
        (0, "sent", None),
        (-1, "deferred", "wechat_-1"),
        (40003, "refused", "not_following"),
        (43004, "refused", "not_following"),
        (43101, "refused", "refused_kind"),
        (45009, "queued", "wechat_45009"),
        (45011, "queued", "wechat_45011"),
        (45015, "failed", "wechat_45015"),
        (45047, "failed", "wechat_45047"),
        (47003, "failed", "wechat_47003"),
        (40164, "queued", "wechat_40164"),
        (48001, "queued", "wechat_48001"),
        (99999, "failed", "wechat_99999"),
    ],
)
def test_every_error_code_has_its_consequence(errcode: int, state: str, reason: str | None) -> None:
    became = verdict(meaning(errcode), errcode, "7" if errcode == 0 else None, 1, NOON)
    assert (became.state, became.reason) == (state, reason)
    assert became.msgid == ("7" if errcode == 0 else None)


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_refused_token_is_no_fault_of_the_message(errcode: int) -> None:
    assert meaning(errcode) is Meaning.STALE_ACCESS


def test_a_busy_wechat_is_asked_again_with_growing_pauses_and_not_for_ever() -> None:
    waits = []
    for attempts in range(1, 5):
        became = verdict(Meaning.BUSY, -1, None, attempts, NOON)
        assert became.not_before_at is not None
        waits.append((became.not_before_at - NOON).total_seconds())
    assert waits == [2, 8, 32, 120]
    assert verdict(Meaning.BUSY, -1, None, 5, NOON).state == "failed"


def test_quotas_pause_the_account_until_wechat_counts_anew() -> None:
    evening = datetime(2026, 11, 23, 20, 15, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
    until = pause(Meaning.DAY_SPENT, evening)
    assert until == next_day_at(evening)
    assert until.astimezone(ZONE) == local(0, 0, day=24) + timedelta(seconds=30)
    assert pause(Meaning.TOO_FAST, NOON) == NOON + timedelta(seconds=60)
    assert pause(Meaning.ACCOUNT, NOON) == NOON + timedelta(minutes=5)
    assert pause(Meaning.SENT, NOON) is None


def test_a_message_whose_answer_is_lost_is_sent_again_only_while_wechat_would_notice() -> None:
    assert lost(1, NOON, NOON).state == "deferred"
    assert lost(9, NOON, NOON + SAFE_AGAIN).state == "unknown"


# --- words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", templates.LANGUAGES)
@pytest.mark.parametrize("kind", list(NewsKind))
@pytest.mark.parametrize("role", list(Role))
def test_every_news_fits_wechats_template_in_every_language_and_role(
    kind: NewsKind, language: str, role: Role
) -> None:
    said = news_words(
        kind,
        flight(estimated_at=NOON + timedelta(minutes=755), gate="A12", diverted_to=airport("WUH")),
    )
    template, values = templates.wording().fill(kind, language, role.value, json.loads(json.dumps(said)))
    assert set(values) == {place for _, place in template.labels()}
    for place, value in values.items():
        assert value
        assert "{" not in value
        if place.startswith("thing"):
            assert len(value) <= 20
            assert "…" not in value, "ours are written to fit"
        if place.startswith("character_string"):
            assert value.isascii()
    assert template.key.endswith(".en") == (language == "en")


def test_a_delay_says_the_new_time_here() -> None:
    said = news_words(NewsKind.DELAYED, flight(estimated_at=NOON + timedelta(minutes=130)))
    wording = templates.wording()
    title, lines = wording.lines(NewsKind.DELAYED, "zh", "passenger", said)
    assert title == "航班延误提醒"
    assert [line["value"] for line in lines] == [
        "CZ3101",
        "长沙–广州",
        "2026年11月23日 12:00",
        "2026年11月23日 14:10",
        "延误2小时10分钟",
    ]
    _, values = wording.fill(NewsKind.DELAYED, "en", "greeter", said)
    assert (values["time4"], values["thing5"]) == ("2026-11-23 14:10", "Delayed 2 h 10 min")
    on_time = news_words(NewsKind.DELAYED, flight())
    assert wording.fill(NewsKind.DELAYED, "zh", "passenger", on_time)[1]["thing5"] == "恢复正点"


def test_a_long_route_is_told_in_codes_and_a_gate_in_plain_characters() -> None:
    document = flight(gate="登机口B7")
    document["arrival"]["airport"]["city"]["en"] = "Xishuangbanna Gasa"
    _, values = templates.wording().fill(
        NewsKind.GATE, "en", "passenger", news_words(NewsKind.GATE, document)
    )
    assert (values["thing2"], values["character_string4"]) == ("CSX–CAN", "B7")


def test_both_languages_word_the_same_kinds_with_the_same_fields() -> None:
    folder = Path(templates.__file__).parent
    zh, en = (tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")) for name in ("zh", "en"))
    assert set(zh) == set(en) == set(MESSAGE_KINDS)
    for kind, words in zh.items():
        assert set(words["fields"]) == set(en[kind]["fields"])
        if kind in set(NewsKind):
            assert set(words["notes"]) - {"all"} <= {role.value for role in Role}
        else:
            assert set(words["notes"]) == set(en[kind]["notes"])


def test_the_account_has_room_for_our_templates() -> None:
    assert len(templates.templates()) <= 25, "WeChat gives an account 25; docs/sources/wechat-messages.md"


# --- menu ---------------------------------------------------------------------------------------------


def button(name: str = "航班", **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": "click", "key": "flights"} | fields


def test_a_menu_within_the_limits_passes() -> None:
    below = [button("八个汉字的按钮名", type="view", url="https://example.com/x"), button()]
    check_menu({"button": [button(), {"name": "机场服务", "sub_button": below}, button("Enjoy")]})


@pytest.mark.parametrize(
    "menu",
    [
        {},
        {"button": []},
        {"button": [button()] * 4},
        {"button": [button("五个汉字的")]},
        {"button": [button("")]},
        {"button": [{"name": "x"}]},
        {"button": [button(type="nonsense")]},
        {"button": [button(key="k" * 129)]},
        {"button": [button(type="view", url="/relative")]},
        {"button": [button(type="view", url="https://example.com/" + "x" * 1024)]},
        {"button": [{"name": "x", "sub_button": [button()] * 6}]},
        {"button": [{"name": "x", "sub_button": [button("九个汉字的按钮名字")]}]},
        {"button": [{"name": "x", "sub_button": [button(sub_button=[button()])]}]},
    ],
)
def test_a_menu_beyond_a_limit_is_refused_before_wechat_sees_it(menu: dict[str, Any]) -> None:
    with pytest.raises(BadMenu):
        check_menu(menu)


def test_the_difference_of_menus_names_each_button() -> None:
    old = {"button": [{"name": "A", "sub_button": [button("x", sub_button=[]), button("y", key="1")]}]}
    new = {"button": [{"name": "A", "sub_button": [button("x"), button("y", key="2")]}, button("B")]}
    assert [(change["change"], change["path"]) for change in menu_changes(old, new)] == [
        ("changed", "1 A > 2 y"),
        ("added", "2 B"),
    ]
    assert menu_changes(new, new) == []


# --- signatures and settings --------------------------------------------------------------------------


def test_a_page_is_signed_without_what_follows_the_hash() -> None:
    text = "jsapi_ticket=T&noncestr=N&timestamp=7&url=https://a.example/p?x=1"
    expected = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    assert sign_page("T", "N", 7, "https://a.example/p?x=1#top") == expected
    # WeChat's own sample, from its page on JS-SDK signatures.
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    signature = sign_page(ticket, "Wm3WZYTPz0wzccnW", 1414587457, "http://mp.weixin.qq.com?params=value")
    assert signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://csx.example/me", True),
        ("https://csx.example", True),
        ("https://csx.example.evil.com/me", False),
        ("http://csx.example/me", False),
        ("https://csx.example:8443/me", False),
        ("https://user@csx.example/me", False),
        ("https://csx.example:port/", False),
        ("javascript:alert(1)", False),
    ],
)
def test_only_our_own_pages_are_signed(url: str, own: bool) -> None:
    assert is_own_page(url, "https://csx.example") is own


@pytest.mark.parametrize("text", ["23", "23-24", "a-b", "", "23-7-9"])
def test_quiet_hours_that_are_none_are_refused_at_start(text: str) -> None:
    with pytest.raises(ValueError, match="NOTIFY_QUIET_HOURS"):
        NotifySettings(quiet_hours=text)


def test_templates_of_the_account_are_pairs() -> None:
    assert WeChatSettings(templates=("a:1", "b:2")).template_ids() == {"a": "1", "b": "2"}
    with pytest.raises(ValueError, match="WECHAT_TEMPLATES"):
        WeChatSettings(templates=("a",))
