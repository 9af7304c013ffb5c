"""WeChat's answers to a sign-in, over a transport that is not a socket."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter

from kernel.config import ConfigError, load
from kernel.db import entered_write_unit
from services.passengers.clients import WeChat
from services.passengers.domain import WeChatIdentity
from services.passengers.errors import CodeRefused, WeChatAway, WeChatNotConnected
from services.passengers.settings import WeChatSettings

SETTINGS = WeChatSettings(appid="wx1", secret="s3cret", api_url="https://wechat.example")
Answer = dict[str, Any] | bytes | int | Exception


class Answers(BaseAdapter):
    """Gives one answer after the other; the last for ever."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        assert request.url
        assert all(limit > 0 for limit in kwargs["timeout"])
        self.asked.append(request.url)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.status_code = answer if isinstance(answer, int) else 200
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        response.raw = io.BytesIO(body)
        response.url = request.url
        return response

    def close(self) -> None:
        pass


Wired = Callable[..., tuple[WeChat, Answers]]


@pytest.fixture
def wired() -> Wired:
    def wire(*answers: Answer) -> tuple[WeChat, Answers]:
        transport, client = Answers(*answers), WeChat(SETTINGS)
        client._session.mount("https://", transport)
        return client, transport

    return wire


def test_a_good_code_names_its_owner(wired: Wired) -> None:
    client, transport = wired(
        {"openid": "o-1", "unionid": "u-1", "scope": "snsapi_base", "access_token": "x"}
    )
    assert client.identity_of("c&d") == WeChatIdentity("o-1", "u-1")
    address = urlsplit(transport.asked[0])
    assert (address.netloc, address.path) == ("wechat.example", "/sns/oauth2/access_token")
    expected = {"appid": "wx1", "secret": "s3cret", "code": "c&d", "grant_type": "authorization_code"}
    assert {name: values[0] for name, values in parse_qs(address.query).items()} == expected


@pytest.mark.parametrize("code", [40029, 40163, 41008, 42003])
def test_a_code_that_wechat_refuses_means_signing_in_again(wired: Wired, code: int) -> None:
    with pytest.raises(CodeRefused):
        wired({"errcode": code, "errmsg": "invalid code"})[0].identity_of("c")


def test_a_made_up_visitor_of_the_snapshot_mode_is_nobody(wired: Wired) -> None:
    with pytest.raises(CodeRefused):
        wired({"openid": "o-1", "is_snapshotuser": 1})[0].identity_of("c")


def test_a_busy_wechat_is_asked_once_more(wired: Wired) -> None:
    client, transport = wired({"errcode": -1}, {"openid": "o-1"})
    assert client.identity_of("c") == WeChatIdentity("o-1", None)
    assert len(transport.asked) == 2
    client, transport = wired({"errcode": -1})
    with pytest.raises(WeChatAway):
        client.identity_of("c")
    assert len(transport.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"errcode": 40125, "errmsg": "invalid appsecret"},
        {"errcode": 40164},
        {"openid": 7},
        {"openid": "o" * 65},
        {},
        b"<html>",
        b"[]",
        b"{" + b" " * 20_000 + b"}",
        500,
        302,
        requests.ConnectTimeout("https://wechat.example/?secret=s3cret"),
        requests.ReadTimeout(),
        requests.ConnectionError(),
    ],
)
def test_anything_else_means_that_wechat_is_away_and_no_secret_is_logged(
    wired: Wired, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(WeChatAway) as caught:
        wired(answer)[0].identity_of("c0de")
    assert caplog.records, "an operator can see it"
    told = caplog.text + repr([vars(record) for record in caplog.records]) + repr(caught.value)
    assert "s3cret" not in told
    assert "c0de" not in told


def test_wechat_is_never_asked_inside_a_transaction(wired: Wired) -> None:
    with entered_write_unit(), pytest.raises(RuntimeError):
        wired({})[0].identity_of("c")


def test_without_an_account_nobody_can_sign_in() -> None:
    with pytest.raises(WeChatNotConnected):
        WeChat(load(WeChatSettings, {})).identity_of("c")


@pytest.mark.parametrize(
    "environ", [{"WECHAT_APPID": "wx1"}, {"WECHAT_API_URL": "ftp://x"}, {"WECHAT_API_URL": "https://x/"}]
)
def test_settings_that_cannot_work_stop_the_start(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"WECHAT_"):
        load(WeChatSettings, environ)
