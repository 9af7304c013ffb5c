"""Signatures, encryption and XML against vectors that were computed with other tools."""

from __future__ import annotations

import pytest

from deploy.sandbox import crypto, envelopes

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APPID = "wxb11529c136998cb6"
MESSAGE = "我是中文abcd123"
SEALED = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="


def test_the_signature_of_an_address_check_is_the_known_one() -> None:
    assert crypto.signature("test", "1410685589", "test") == "f21891de399b4e33a1a93c9a7b8a8fffb5a443ff"


def test_a_message_is_sealed_as_the_known_one() -> None:
    assert crypto.Cipher256(KEY, APPID).encrypt(MESSAGE.encode(), b"aaaabbbbccccdddd") == SEALED


def test_the_known_message_is_opened() -> None:
    assert crypto.Cipher256(KEY, APPID).decrypt(SEALED).decode() == MESSAGE


@pytest.mark.parametrize("size", [0, 1, 11, 12, 13, 43, 44, 1000])
def test_messages_of_every_length_come_back(size: int) -> None:
    cipher = crypto.Cipher256(KEY, APPID)
    assert cipher.decrypt(cipher.encrypt(b"x" * size)) == b"x" * size


@pytest.mark.parametrize(
    ("sealed", "why"),
    [
        ("%%%", "not base64"),
        ("YWJj", "whole number of AES blocks"),
        ("", "whole number of AES blocks"),
        (crypto.Cipher256("Z" * 42 + "A", APPID).encrypt(b"hello"), "padding|appid|short"),
        (crypto.Cipher256(KEY, "wxffffffffffffffff").encrypt(b"hello"), "appid"),
    ],
)
def test_what_another_key_or_account_sealed_is_not_opened(sealed: str, why: str) -> None:
    with pytest.raises(crypto.Unreadable, match=why):
        crypto.Cipher256(KEY, APPID).decrypt(sealed)


def test_the_signature_for_pages_is_the_one_of_wechats_document() -> None:
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    signed = crypto.js_signature(
        ticket, "Wm3WZYTPz0wzccnW", "1414587457", "http://mp.weixin.qq.com?params=value"
    )
    assert signed == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_absent_values_take_no_part_in_a_cards_signature() -> None:
    assert crypto.card_signature(["b", "", "a"]) == crypto.signature("a", "b")


def test_xml_comes_back_as_it_was_written() -> None:
    fields = {
        "ToUserName": "gh_1",
        "CreateTime": 5,
        "Content": "a]]>b <&> 中文",
        "ScanCodeInfo": {"ScanType": "qrcode"},
    }
    read = envelopes.read(envelopes.write(fields))
    assert read == fields | {"CreateTime": "5"}


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE xml [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>',
        '<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>',
        "<other/>",
        "<xml>",
        "success!",
        "",
    ],
)
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(envelopes.NotXml):
        envelopes.read(text)
