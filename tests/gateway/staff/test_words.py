"""Every sentence of the console is there in Chinese, and none is left over."""

from __future__ import annotations

import re

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from gateway.staff.texts import CATALOGUE

ROOM = CATALOGUE.parents[2]
_NAMES = re.compile(r"%\((\w+)\)")


def sentences() -> set[str]:
    found = extract_from_dir(
        str(ROOM),
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"N_": None, "_": None, "t": None},
        options_map={"templates/**.html": {"silent": "false"}},
    )
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def test_every_sentence_has_its_chinese_and_none_is_left_over() -> None:
    with CATALOGUE.open("rb") as source:
        kept = {str(each.id): str(each.string) for each in read_po(source) if each.id}
    assert len(kept) > 150
    assert sentences() == set(kept)
    for english, chinese in kept.items():
        assert re.search(r"[\u4e00-\u9fff]", chinese), english
        assert set(_NAMES.findall(english)) == set(_NAMES.findall(chinese)), english
