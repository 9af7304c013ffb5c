"""WeChat's own vectors, and that nothing else opens."""

from __future__ import annotations

import base64

import pytest

from gateway.wechat.crypto import Envelope, NotOurs, signature, signed
from tests.gateway.wechat.platform import AES_KEY, APPID, seal, unseal

SEALED = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
MESSAGE = "我是中文abcd123".encode()
ENVELOPE = Envelope(AES_KEY, APPID)


def test_the_signature_is_wechats() -> None:
    assert signature("test", "1410685589", "test") == "f21891de399b4e33a1a93c9a7b8a8fffb5a443ff"
    assert signed("f21891de399b4e33a1a93c9a7b8a8fffb5a443ff", "test", "test", "1410685589")
    assert not signed("F21891DE399B4E33A1A93C9A7B8A8FFFB5A443FF", "test", "test", "1410685589")
    assert not signed("é", "test", "test", "1410685589")


def test_the_envelope_is_wechats() -> None:
    assert ENVELOPE.seal(MESSAGE, b"aaaabbbbccccdddd") == SEALED
    assert ENVELOPE.open(SEALED) == MESSAGE


@pytest.mark.parametrize("size", [0, 1, 11, 12, 13, 31, 32, 33, 2048])
def test_every_length_comes_back(size: int) -> None:
    message = b"x" * size
    assert ENVELOPE.open(ENVELOPE.seal(message)) == message
    assert ENVELOPE.open(seal(message)) == message
    assert unseal(ENVELOPE.seal(message)) == message


def test_two_envelopes_of_one_message_differ() -> None:
    assert ENVELOPE.seal(MESSAGE) != ENVELOPE.seal(MESSAGE)


def test_another_account_or_key_opens_nothing() -> None:
    with pytest.raises(NotOurs):
        ENVELOPE.open(seal(MESSAGE, appid="wx0000000000000000"))
    with pytest.raises(NotOurs):
        ENVELOPE.open(seal(MESSAGE, appid=APPID + "x"))
    with pytest.raises(NotOurs):
        ENVELOPE.open(seal(MESSAGE, key_text="B" * 43))


@pytest.mark.parametrize(
    "text", ["", "x", "====", "é", base64.b64encode(b"x" * 31).decode(), SEALED[:-8], SEALED + "!"]
)
def test_what_is_no_envelope_opens_nothing(text: str) -> None:
    with pytest.raises(NotOurs):
        ENVELOPE.open(text)


def test_no_changed_byte_opens_to_the_message() -> None:
    raw = base64.b64decode(SEALED)
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        try:
            found = ENVELOPE.open(base64.b64encode(changed).decode())
        except NotOurs:
            continue
        # Only the first 16 bytes, chance by WeChat's design, may change without being seen here: the
        # signature over the whole text sees them.
        assert at < 32
        assert found != MESSAGE or at < 16
