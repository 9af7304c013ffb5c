"""The OpenAPI document and the page that shows it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from gateway.api.openapi import document
from gateway.app import DOORS
from kernel.config import load
from services.airport import Airport
from tests.gateway.fakes import FakeFlights, FakeRpc, running

pytestmark = pytest.mark.anyio


class Page(HTMLParser):
    """What the strict policy is about: scripts, styles, addresses; and the anchors of links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.inline: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.inline.append(name)
            if name in {"href", "src"}:
                self.addresses.append(value or "")
            if name == "id":
                self.ids.append(value or "")


@pytest.fixture(autouse=True)
def signing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_SIGNING_KEY", "a signing key of more than thirty-two characters")


def fake() -> FakeRpc:
    return FakeRpc(flights=FakeFlights())


async def test_the_document_is_openapi_3_1_with_an_etag() -> None:
    async with running(fake(), doors=DOORS, public_url="https://fly.example/") as (_, client):
        answer = await client.get("/api/openapi.json")
        assert answer.json()["openapi"].startswith("3.1")
        assert answer.json() == document(DOORS, load(Airport, {}), "https://fly.example/")
        assert answer.json()["servers"] == [{"url": "https://fly.example"}]
        again = await client.get("/api/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/problems"])
async def test_the_page_works_under_the_strict_policy_and_every_link_leads_somewhere(path: str) -> None:
    async with running(fake(), doors=DOORS) as (_, client):
        answer = await client.get(path)
        page = Page(answer.text)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "script" not in page.tags
        assert "style" not in page.tags
        assert page.inline == []
        assert len(page.ids) == len(set(page.ids))
        for address in page.addresses:
            if address.startswith("#"):
                assert address[1:] in page.ids, address
            else:
                assert address.startswith("/"), address
                assert (await client.get(address)).status_code == 200, address


async def test_the_page_speaks_both_languages() -> None:
    async with running(fake(), doors=DOORS) as (_, client):
        zh = await client.get("/api/docs", headers={"Accept-Language": "zh"})
        en = await client.get("/api/docs", headers={"Accept-Language": "en"})
        assert '<html lang="zh-CN">' in zh.text
        assert "接口说明" in zh.text
        assert '<html lang="en">' in en.text
        assert "Answers" in en.text
        assert zh.headers["ETag"] != en.headers["ETag"]
        assert "Accept-Language" in en.headers["Vary"]


async def test_the_type_of_a_problem_leads_to_its_words() -> None:
    async with running(fake(), doors=DOORS) as (_, client):
        problem = (await client.get("/api/v1/flights/XX1-20261123-CSX-PEK")).json()
        address, _, anchor = problem["type"].partition("#")
        page = Page((await client.get(address)).text)
        assert anchor in page.ids
