from __future__ import annotations

import pytest

from gateway.language import negotiate


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh;q=0.2,en;q=0.3", "en"),
        ("en;q=0", "zh"),
        ("fr", "zh"),
        ("fr, *;q=0.5", "zh"),
        ("zh;q=0, *", "en"),
        ("EN-us", "en"),
        ("en;q=nonsense", "zh"),
        (";;;,,,=", "zh"),
        ("en; q=0.5 , zh; q=0.4", "en"),
    ],
)
def test_the_heaviest_language_wins_and_nonsense_is_passed_over(header: str, language: str) -> None:
    assert negotiate(header, "zh") == language


def test_the_default_is_the_airports() -> None:
    assert negotiate("", "en") == "en"
    assert negotiate("*", "en") == "en"
