"""No word is missing in a language, and none of the other language is seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from gateway.web import companions, documents
from gateway.web.consents import TEXTS
from gateway.web.messages import KINDS as NEWS
from gateway.web.messages import STATES
from gateway.web.notices import NOTICES
from gateway.web.roles import ROLES
from gateway.web.texts import LANGUAGES, LOCALE, texts
from gateway.web.words import FIELDS, MILESTONES, SOURCES, STATUSES
from kernel import clock
from services.flights.schemas import Milestone, SourceKind, Status
from services.notify.schemas import MESSAGE_KINDS, MessageState, Role
from services.passengers.schemas import CURRENT_CONSENTS, Checked, CompanionKind, ConsentKind, DocumentKind
from tests.gateway.web.changsha import day_of, history_of, showcase
from tests.gateway.web.fakes import FakeFlights, reader
from tests.gateway.web.travellers import ANNA, BEN, cookie_of

WEB = Path(LOCALE).parent
KEYWORDS = {"N_": None, "t": None, "_": None, "gettext": None, "ngettext": (1, 2), "plural": (1, 2)}
HAN = re.compile(r"[\u4e00-\u9fff]+")


def used_messages() -> set[str | tuple[str, ...]]:
    found: set[str | tuple[str, ...]] = set()
    options = {"templates/*.html": {"silent": "false", "trimmed": "true"}}
    methods = [("*.py", "python"), ("templates/*.html", "jinja2")]
    for _, _, message, _, _ in extract_from_dir(str(WEB), methods, options, KEYWORDS):
        found.add(message if isinstance(message, str) else tuple(message))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_missing_or_left_over(language: str) -> None:
    with (LOCALE / LANGUAGES[language] / "web.po").open("rb") as source:
        catalogue = read_po(source, locale=LANGUAGES[language])
    translated = {m.id for m in catalogue if m.id and not m.fuzzy and m.string and all(m.string)}
    assert translated == used_messages()


def test_the_extraction_sees_templates_and_code() -> None:
    assert {"Whole board", "Boarding", ("%(num)d flight", "%(num)d flights")} <= used_messages()


def test_chinese_words_are_chinese() -> None:
    t = texts("zh")
    wordy = [
        m
        for m in used_messages()
        if isinstance(m, str) and re.search("[A-Za-z]", re.sub(r"%\(\w+\)s", "", m))
    ]
    assert [m for m in wordy if not HAN.search(t(m))] == []


def test_every_vocabulary_of_travellers_has_words() -> None:
    assert set(ROLES) == {role.value for role in Role}
    assert set(STATES) == set(MessageState)
    assert set(NEWS) == set(MESSAGE_KINDS)
    assert set(companions.KINDS) == {kind.value for kind in CompanionKind}
    assert set(documents.KINDS) == {kind.value for kind in DocumentKind}
    assert set(documents.CHECKED) == {checked.value for checked in Checked}
    assert set(TEXTS) == {kind.value for kind in ConsentKind}
    assert set(CURRENT_CONSENTS.values()) == {"2026-10"}, (
        "a changed text needs new words in gateway/web/consents.py"
    )


def test_every_vocabulary_of_flights_has_words() -> None:
    assert set(STATUSES) == set(Status)
    assert set(MILESTONES) == set(Milestone)
    assert set(SOURCES) == set(SourceKind)
    assert "departure.gate" in FIELDS


async def seen_texts(language: str) -> dict[str, str]:
    """The visible words of every page, without names from the data."""
    now = clock.now()
    shown = showcase(now)
    flights = FakeFlights([*day_of(now, 30), *shown.values()])
    flights.histories[shown["boarding"]["id"]] = history_of(shown["boarding"], now)
    paths = [
        "/",
        "/flights/departures",
        "/flights/arrivals",
        "/flights/search",
        "/flights/search?q=zzzz",
        "/nowhere",
    ]
    paths += [
        "/flights/search?q=pek",
        "/flights/departures?terminal=T9",
        f"/flights/{shown['boarding']['id']}/history",
    ]
    paths += ["/lost", "/lost/items", "/lost/found", "/lost/report"]
    paths += [f"/flights/{leg['id']}" for leg in shown.values()] + ["/flights/departures?day=1999-01-01"]
    async with reader(flights, **{"Accept-Language": language}) as client:
        seen = {path: visible((await client.get(path)).text) for path in paths}
        tag = "zh" if language.startswith("zh") else "en"
        for owner in (ANNA, BEN):
            for path in await own_paths(flights, owner, tag):
                answer = await client.get(path, headers={"Cookie": f"{cookie_of(owner)}; lang={tag}"})
                assert answer.status_code == 200, path
                seen[f"{path} of {owner[0]}"] = visible(answer.text)
    return seen


async def own_paths(flights: FakeFlights, owner: str, language: str) -> list[str]:
    """Every page of one who is signed in: Anna's are full, Ben's are empty."""
    shown = showcase(clock.now())
    paths = ["/", "/me", "/me/flights", "/me/messages", "/me/companions", "/me/documents", "/me/consents"]
    paths += ["/me/documents/new", "/me/documents/new?kind=passport", "/me/data"]
    paths += [f"/flights/{shown[state]['id']}" for state in ("boarding", "landed", "stops")]
    if owner == ANNA:
        flights.passengers.with_belongings(ANNA, "Anna Berg")
        for state, role in (("boarding", "passenger"), ("landed", "greeter"), ("cancelled", "companion")):
            flights.notify.follows[ANNA, shown[state]["id"]] = role
        for told in MessageState:
            flights.notify.tell(ANNA, shown["boarding"]["id"], told.value, language)
        flights.passengers.request_erasure({"request_id": "12345678", "passenger_id": "carl"})
        paths += [f"/me/companions/{next(iter(flights.passengers.companions))}", "/erasures/erasure-carl"]
        flights.lostfound.settle(ANNA, "")
        kept = flights.lostfound
        paths += ["/me/lost", *(f"/lost/reports/{one}" for one in kept.reports)]
        paths += [f"/lost/claims/{one}" for one in kept.claims]
        paths += [f"/lost/reports/{next(iter(kept.reports))}/{page}" for page in ("change", "claim")]
        paths += [f"{path}?done={name}" for path in ("/me", "/me/documents") for name in NOTICES]
    return paths


def visible(html: str) -> str:
    """What a person reads or hears: text, labels, placeholders, titles; not the switch to the other language."""
    html = re.sub(r'<a class="bar__lang".*?</a>', "", html, flags=re.S)
    said = re.findall(r'(?:aria-label|placeholder|title|content|data-says)="([^"]*)"', html)
    return " ".join(
        [*said, re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style).*?</\1>", "", html, flags=re.S))]
    )


@pytest.mark.anyio
async def test_no_chinese_leaks_into_english_pages() -> None:
    for path, text in (await seen_texts("en")).items():
        leaks = [word for word in HAN.findall(text) if word not in {"长沙北京", "中文"}]
        assert leaks == [], path


@pytest.mark.anyio
async def test_no_english_sentence_leaks_into_chinese_pages() -> None:
    english = {m for m in used_messages() if isinstance(m, str) and re.fullmatch(r"[A-Z][a-z' -]{3,}", m)}
    assert len(english) > 80
    for path, text in (await seen_texts("zh-CN")).items():
        leaks = [m for m in english if re.search(rf"\b{re.escape(m)}\b", text)]
        assert leaks == [], path
