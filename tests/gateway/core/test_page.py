from __future__ import annotations

import gzip

import brotli
import pytest

from gateway.cache.page import BR, GZIP, IDENTITY, Page, coding_for, matches
from gateway.edge import accepts_json

BODY = b'{"a": 1}' * 400


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (b"", IDENTITY),
        (b"br", BR),
        (b"gzip, deflate, br", BR),
        (b"gzip", GZIP),
        (b"gzip;q=1.0, br;q=0.5", GZIP),
        (b"br;q=0, gzip", GZIP),
        (b"*", BR),
        (b"*;q=0", IDENTITY),
        (b"identity;q=1, br;q=0.1", IDENTITY),
        (b"deflate", IDENTITY),
        (b"br;q=x", IDENTITY),
        (b"identity;q=0, zstd", IDENTITY),
    ],
)
def test_the_best_accepted_coding_is_chosen(header: bytes, coding: str) -> None:
    assert coding_for(header) == coding


def test_variants_hold_the_same_body_under_their_own_etags() -> None:
    page = Page(BODY)
    assert gzip.decompress(page.variant(GZIP).body) == BODY
    assert brotli.decompress(page.variant(BR).body) == BODY
    assert page.variant(IDENTITY).body == BODY
    assert len({page.variant(coding).etag for coding in (IDENTITY, GZIP, BR)}) == 3
    assert page.variant(BR) is page.variant(BR)


def test_a_small_body_stays_as_it_is() -> None:
    page = Page(b"{}")
    assert page.variant(BR) is page.variant(IDENTITY)


def test_other_bytes_have_another_etag() -> None:
    assert Page(b"1").etag != Page(b"2").etag
    assert Page(b"1").etag == Page(b"1").etag


@pytest.mark.parametrize(
    ("header", "matched"),
    [
        (b'"x"', True),
        (b'W/"x"', True),
        (b'"a", "x"', True),
        (b"*", True),
        (b'"a"', False),
        (b"x", False),
        (b"", False),
    ],
)
def test_if_none_match_is_read_in_all_its_forms(header: bytes, matched: bool) -> None:
    assert matches(header, b'"x"') is matched


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (b"", True),
        (b"*/*", True),
        (b"application/json", True),
        (b"application/*;q=0.1", True),
        (b"text/html", False),
        (b"text/html, */*;q=0.1", True),
        (b"application/json;q=0, */*", False),
        (b"application/json;q=x", False),
        (b"APPLICATION/JSON; charset=utf-8", True),
    ],
)
def test_accept_is_read_by_the_most_specific_range(header: bytes, accepted: bool) -> None:
    assert accepts_json(header) is accepted
