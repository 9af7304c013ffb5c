"""Who isn't WeChat gets nowhere, and quickly: forged, mutated and replayed callbacks, and XML bombs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from time import process_time

import pytest

from gateway.account import WeChatAccount
from kernel import clock
from tests.gateway.fakes import FakeFlights, FakeRpc, flight
from tests.gateway.wechat.platform import (
    ACCOUNT,
    OPENID,
    PLAIN,
    SEALED,
    FakeNotify,
    FakePassengers,
    Phone,
    Request,
    account,
    pushed,
    seal,
    sign,
    text,
)
from tests.support.effort import cases

pytestmark = pytest.mark.anyio
ATTACKS = cases(2500, 25_000)
"""In each of the two modes."""
SIGNED = ("signature", "timestamp", "nonce")
SEALED_TOO = (*SIGNED, "encrypt_type", "msg_signature")
_HEX = "0123456789abcdef"


def make_rpc() -> FakeRpc:
    return FakeRpc(flights=FakeFlights([flight()]), passengers=FakePassengers(), notify=FakeNotify())


class Attacker:
    """Makes attacks by chance from a fixed seed; `captured` are pushes that WeChat really made."""

    def __init__(self, sealed: bool, captured: list[Request]) -> None:
        self.chance, self.sealed, self.captured = random.Random(4711), sealed, captured
        self.kinds: list[Callable[[], Request]] = [
            self.without_the_token,
            self.with_a_parameter_changed,
            self.with_a_parameter_missing,
            self.long_ago,
            self.another_body_under_a_used_signature,
            self.with_the_time_moved,
        ]
        if sealed:
            self.kinds += [
                self.plain,
                self.for_another_account,
                self.under_another_key,
                self.with_its_body_changed,
            ]

    def next(self) -> tuple[str, Request]:
        kind = self.chance.choice(self.kinds)
        return kind.__name__, kind()

    def genuine(self, words: str = "关注CZ3101") -> Request:
        """A push that would be taken, to be spoilt."""
        return pushed(text(words), sealed=self.sealed)

    def without_the_token(self) -> Request:
        request = self.genuine()
        request.query["signature"] = "".join(self.chance.choices(_HEX, k=40))
        return request

    def with_a_parameter_changed(self) -> Request:
        request = self.genuine()
        name = self.chance.choice(SEALED_TOO if self.sealed else SIGNED)
        value = request.query[name]
        at = self.chance.randrange(len(value))
        kept = set("0123456789abcdefghijklmnopqrstuvwxyzé'%\x00 ") - {value[at]}
        request.query[name] = value[:at] + self.chance.choice(sorted(kept)) + value[at + 1 :]
        return request

    def with_a_parameter_missing(self) -> Request:
        request = self.genuine()
        del request.query[self.chance.choice(SEALED_TOO if self.sealed else SIGNED)]
        return request

    def long_ago(self) -> Request:
        at = int(clock.real_now().timestamp()) + self.chance.choice((-1, 1)) * self.chance.randrange(
            302, 10**8
        )
        return pushed(text("关注CZ3101"), sealed=self.sealed, at=at)

    def another_body_under_a_used_signature(self) -> Request:
        known = self.chance.choice(self.captured)
        if not self.sealed:
            return Request(dict(known.query), text("关注CZ3101"))
        encrypted = seal(text("关注CZ3101"))
        return Request(dict(known.query), f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode())

    def with_the_time_moved(self) -> Request:
        known = self.chance.choice(self.captured)
        return Request(known.query | {"timestamp": str(int(known.query["timestamp"]) + 1)}, known.body)

    def plain(self) -> Request:
        request = pushed(text("关注CZ3101"))
        if self.chance.random() < 0.5:
            request.query["encrypt_type"] = self.chance.choice(("raw", "aes", ""))
        return request

    def for_another_account(self) -> Request:
        return self._sealed(seal(text("关注CZ3101"), appid=f"wx{self.chance.getrandbits(64):016x}"))

    def under_another_key(self) -> Request:
        return self._sealed(
            seal(text("关注CZ3101"), key_text="".join(self.chance.choices("abcXYZ019", k=43)))
        )

    def with_its_body_changed(self) -> Request:
        request = self.genuine()
        begin = request.body.index(b"<Encrypt>") + 20
        at = self.chance.randrange(begin, len(request.body) - 30)
        other = self.chance.choice(sorted(set(b"ABCxyz019+/<&\x00\xff") - {request.body[at]}))
        request.body = request.body[:at] + bytes([other]) + request.body[at + 1 :]
        return request

    def _sealed(self, encrypted: str) -> Request:
        query = self.genuine().query
        query["msg_signature"] = sign(query["timestamp"], query["nonce"], encrypted)
        body = f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"
        return Request(query, body.encode())


async def capture(phone: Phone, count: int = 20) -> list[Request]:
    captured = [pushed(text("大巴"), sealed=phone.sealed) for _ in range(count)]
    for request in captured:
        assert (await phone.send(request)).status_code == 200, "control: what is genuine is taken"
    return captured


@pytest.mark.timeout(600)
@pytest.mark.parametrize("wechat", [PLAIN, SEALED], ids=["plain", "aes"])
async def test_no_forged_mutated_or_replayed_callback_is_accepted_and_none_is_slow(
    wechat: WeChatAccount,
) -> None:
    rpc = make_rpc()
    async with account(rpc, wechat) as (_, phone):
        attacker = Attacker(phone.sealed, await capture(phone))
        kinds: Counter[str] = Counter()
        slow = 0
        for _ in range(ATTACKS):
            kind, request = attacker.next()
            began = process_time()
            response = await phone.send(request)
            slow += process_time() - began > 1.0
            kinds[kind] += 1
            assert response.status_code in {400, 403}, (kind, request)
            assert response.json()["code"] in {"wechat.refused", "wechat.bad_message"}
        # What is slow by its nature is so each time.
        assert slow <= 2
        assert len(kinds) == len(attacker.kinds)
        assert rpc.services["notify"].follows == [], "nothing of it reached anybody"
        assert len(rpc.services["passengers"].noted) == 1, "but the genuine ones did"
        assert (await phone.say("关注CZ3101"))["MsgType"] == "text", "control: the same words from WeChat"
        assert len(rpc.services["notify"].follows) == 1


async def test_a_captured_push_is_a_repeat_for_a_minute_and_then_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rpc = make_rpc()
    async with account(rpc) as (_, phone):
        captured = pushed(text("关注CZ3101"))
        for _ in range(50):
            assert (await phone.send(captured)).status_code == 200
        assert len(rpc.services["notify"].follows) == 1, "taken once, however often it is sent"
        now = clock.monotonic()
        monkeypatch.setattr("gateway.wechat.replays.monotonic", lambda: now + 61)
        for _ in range(50):
            assert (await phone.send(captured)).status_code == 403
        assert len(rpc.services["notify"].follows) == 1


def _entities(levels: int, width: int) -> bytes:
    lines = ['<!ENTITY e0 "boom">']
    lines += [f'<!ENTITY e{n} "{f"&e{n - 1};" * width}">' for n in range(1, levels)]
    return f"<!DOCTYPE xml [{''.join(lines)}]><xml><Content>&e{levels - 1};</Content></xml>".encode()


def _field(inside: str) -> bytes:
    """A whole message but for one more field."""
    rest = f"<ToUserName>{ACCOUNT}</ToUserName><FromUserName>{OPENID}</FromUserName><CreateTime>1700000000</CreateTime>"
    return f"<xml>{rest}<MsgType>text</MsgType><MsgId>4711</MsgId>{inside}</xml>".encode()


BOMBS: dict[str, bytes] = {
    "billion laughs": _entities(10, 10),
    "quadratic blowup": f'<!DOCTYPE x [<!ENTITY a "{"a" * 30_000}">]><xml>{"&a;" * 5000}</xml>'.encode(),
    "external file": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>',
    "external address": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><xml/>',
    "parameter entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]><xml/>',
    "empty doctype": b"<!DOCTYPE xml><xml/>",
    "unused entity": b'<!DOCTYPE x [<!ENTITY a "b">]><xml/>',
    "public identifier": b'<!DOCTYPE xml PUBLIC "-//X//Y" "http://127.0.0.1:9/"><xml/>',
    "undefined entity": _field("<Content>&undefined;</Content>"),
    "deep": b"<xml>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</xml>",
    "deep and never closed": b"<xml>" + b"<a>" * 20_000,
    "wide": b"<xml>" + b"<a/>" * 15_000 + b"</xml>",
    "attributes": b"<xml " + b" ".join(b"a%d='x'" % n for n in range(5000)) + b"/>",
    "namespaces": b"<xml " + b" ".join(b"xmlns:a%d='u'" % n for n in range(3000)) + b"/>",
    "a name without end": b"<" + b"x" * 60_000,
    "a field twice": _field("<Content>a</Content><Content>b</Content>"),
    "utf-16": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><xml/>'.encode("utf-16"),
    "utf-7": b'<?xml version="1.0" encoding="utf-7"?>+ADw-+ACE-DOCTYPE x+AD4-<xml/>',
    "another root": b'<soap:Envelope xmlns:soap="x"><soap:Body/></soap:Envelope>',
    "include": b'<xml><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/></xml>',
    "null bytes": _field("<Content>a\x00b</Content>"),
    "broken utf-8": _field("<Content>x</Content>").replace(b">x<", b">\xff\xfe<"),
    "numbers that are no characters": _field("<Content>" + "&#0;&#xFFFF;" * 1000 + "</Content>"),
    "nothing": b"",
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("wechat", [PLAIN, SEALED], ids=["plain", "aes"])
async def test_no_xml_bomb_goes_off_even_if_it_is_signed(wechat: WeChatAccount, name: str) -> None:
    assert len(BOMBS) >= 20
    async with account(make_rpc(), wechat, loaded=False) as (_, phone):
        assert len(BOMBS[name]) <= 64_000 or name == "deep"
        began = process_time()
        response = await phone.send(pushed(BOMBS[name], sealed=phone.sealed))
        assert process_time() - began < 1.0
        assert response.status_code in {400, 413}
        assert "root:" not in response.text


async def test_a_bomb_around_the_envelope_does_not_go_off() -> None:
    async with account(make_rpc(), SEALED, loaded=False) as (_, phone):
        for bomb in BOMBS.values():
            request = pushed(text("x"), sealed=True)
            began = process_time()
            assert (await phone.send(Request(request.query, bomb))).status_code in {400, 403, 413}
            assert process_time() - began < 1.0
