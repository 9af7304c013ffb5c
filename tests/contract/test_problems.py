"""Every error that any service may send has its HTTP status and its words, in both languages."""

from __future__ import annotations

import importlib
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import kernel.errors
from gateway import problems
from gateway.api.openapi import statuses_of_kinds
from gateway.wording import Words
from kernel.errors import Kind, RemoteError, ServiceError

ROOT = Path(__file__).parents[2]
WORDS = Words.load()


def _modules() -> Iterator[str]:
    """Every errors module of kernel, services and gateway: importing them makes the classes known."""
    yield "kernel.wire.errors"
    # By their files: walking the packages would import services' entrances, and eventlet with them.
    for room in ("services", "gateway"):
        for path in sorted((ROOT / room).rglob("errors.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _errors(base: type[ServiceError] = ServiceError) -> Iterator[type[ServiceError]]:
    for error in base.__subclasses__():
        if error is not RemoteError and error.__module__.split(".")[0] in {"kernel", "services", "gateway"}:
            yield error
            yield from _errors(error)


for _name in _modules():
    importlib.import_module(_name)
ERRORS = sorted(set(_errors()), key=lambda error: (error.code, error.__qualname__))
CODES = sorted({error.code for error in ERRORS})


def test_the_search_for_errors_finds_them() -> None:
    assert {"flights.not_found", "gateway.unknown_path", "request.reused"} <= set(CODES)
    named = set()
    for path in ROOT.glob("services/*/errors.py"):
        named |= set(re.findall(r'^    code = "([^"]+)"', path.read_text(encoding="utf-8"), re.M))
    assert named <= set(CODES)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: f"{error.__module__}.{error.__name__}")
def test_every_error_has_a_status_of_its_kind(error: type[ServiceError]) -> None:
    status = problems.status_of(error.code, error.kind)
    assert 400 <= status < 600
    assert status in statuses_of_kinds() | {405, 406, 411, 415}


def test_every_kind_has_a_status_and_words() -> None:
    for kind in Kind:
        assert kind in problems.STATUS
        assert kind.value in set(WORDS.codes())


@pytest.mark.parametrize("code", CODES)
def test_every_error_is_worded_in_both_languages(code: str) -> None:
    wording = WORDS.of(code, Kind.INTERNAL)
    assert code in set(WORDS.codes()), "it would get the general words of its kind"
    for text in (wording.title, wording.detail):
        assert re.search(r"[\u4e00-\u9fff]", text.zh), "Chinese is Chinese"
        assert not re.search(r"[\u4e00-\u9fff]", text.en), "English is English"
        # An English reason of a service may be quoted in English and left out in Chinese.
        assert _names(text.en) - {"reason"} == _names(text.zh) - {"reason"}, "both tell the same facts"
        assert text.en[0].isupper() or text.en.startswith("{")
    assert wording.detail.en.endswith(".")
    assert wording.detail.zh.endswith("。")


def test_no_words_are_left_over() -> None:
    known = {kind.value for kind in Kind} | set(CODES)
    assert set(WORDS.codes()) - known == set()


def test_subclasses_of_a_kind_never_change_its_kind() -> None:
    for error in ERRORS:
        bases = [base for base in error.__mro__[1:] if base.__module__ == kernel.errors.__name__]
        kinds = {base.kind for base in bases if base is not ServiceError and issubclass(base, ServiceError)}
        assert kinds <= {error.kind}, error


def test_every_field_rule_is_reached_and_worded() -> None:
    document = tomllib.loads((ROOT / "gateway/locale/problems.toml").read_text(encoding="utf-8"))
    for rule in document["field"]:
        assert _names(rule["zh"]) == _names(rule["en"])
        groups = set(re.compile(rule["match"]).groupindex)
        assert _names(rule["en"]) <= groups
    assert document["field"][-1]["match"] == "", "the last stands for all others"


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


MESSAGES = [
    "Missing data for required field.",
    "Unknown field.",
    "Field may not be null.",
    "Not a valid integer.",
    "Not a valid string.",
    "Not a valid boolean.",
    "Not a valid date.",
    "Not a valid time.",
    "Not a valid datetime.",
    "Not a valid aware datetime.",
    "Not a valid list.",
    "Not a valid mapping type.",
    "Invalid input type.",
    "Longer than maximum length 12.",
    "Shorter than minimum length 3.",
    "Length must be between 1 and 12.",
    "Must be one of: departure, arrival.",
    "Must be greater than or equal to 1 and less than or equal to 9.",
    "Must be greater than or equal to 1.",
    "Must be less than or equal to 9.",
    "String does not match expected pattern.",
]


@pytest.mark.parametrize("message", MESSAGES)
def test_what_marshmallow_says_of_a_field_is_said_in_both_languages(message: str) -> None:
    general = WORDS.field("something else", "en")
    assert WORDS.field(message, "en") != general
    assert "{" not in WORDS.field(message, "zh") + WORDS.field(message, "en")


def test_marshmallow_still_says_it_that_way() -> None:
    """The messages above are marshmallow's own; a new version must not silently fall back."""
    from marshmallow import Schema, ValidationError, fields, validate

    class Everything(Schema):
        required = fields.String(required=True)
        integer = fields.Integer()
        string = fields.String()
        boolean = fields.Boolean()
        date = fields.Date()
        time = fields.Time()
        instant = fields.AwareDateTime()
        naive = fields.AwareDateTime()
        some = fields.List(fields.String())
        mapping = fields.Dict()
        nested = fields.Nested({"a": fields.String()})
        long = fields.String(validate=validate.Length(max=1))
        short = fields.String(validate=validate.Length(min=3))
        either = fields.String(validate=validate.Length(min=3, max=4))
        choice = fields.String(validate=validate.OneOf(["a"]))
        between = fields.Integer(validate=validate.Range(min=1, max=2))
        low = fields.Integer(validate=validate.Range(min=1))
        high = fields.Integer(validate=validate.Range(max=1))
        pattern = fields.String(validate=validate.Regexp("^a$"))
        null = fields.String()

    given = {
        "integer": "x",
        "string": 1,
        "boolean": "perhaps",
        "date": "x",
        "time": "x",
        "instant": "x",
        "naive": "2026-11-23T08:00:00",
        "some": "x",
        "mapping": 1,
        "nested": 1,
        "long": "xx",
        "short": "x",
        "either": "x",
        "choice": "x",
        "between": 3,
        "low": 0,
        "high": 2,
        "pattern": "x",
        "null": None,
        "more": 1,
    }
    with pytest.raises(ValidationError) as caught:
        Everything().load(given)
    messages = caught.value.normalized_messages()
    assert len(messages) == len(Everything().fields) + 1
    general = WORDS.field("something else", "en")
    for name, problem in messages.items():
        text = problem[0] if isinstance(problem, list) else problem["_schema"][0]
        assert WORDS.field(text, "en") != general, (name, text)
