"""Browsers of travellers and visitors, and what their forms carry."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from kernel import clock
from tests.gateway.web.changsha import showcase
from tests.gateway.web.fakes import FakeFlights, reader
from tests.gateway.web.travellers import cookie_of


@asynccontextmanager
async def browser_of(
    flights: FakeFlights, passenger_id: str | None, language: str = "en", **headers: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that says where its requests come from, as browsers do."""
    given = {"Accept-Language": language, "Sec-Fetch-Site": "same-origin", **headers}
    if passenger_id:
        given["Cookie"] = f"{cookie_of(passenger_id)}; lang={language}"
    async with reader(flights, **given) as client:
        yield client


def leg_id(state: str) -> str:
    return str(showcase(clock.now())[state]["id"])


def said(answer: httpx.Response) -> str:
    """The page's text as it is read."""
    return html.unescape(answer.text)


def keys_of(page: str) -> dict[str, str]:
    """What every form of the page carries."""
    return {
        name: found[1]
        for name in ("csrf", "form_id")
        if (found := re.search(f'name="{name}" value="([^"]*)"', page))
    }


async def send(client: httpx.AsyncClient, page: str, path: str, **fields: str) -> httpx.Response:
    """Fill in the form of `page` that goes to `path`."""
    drawn = (await client.get(page)).text
    assert f'action="{path}"' in drawn
    return await client.post(path, data={**keys_of(drawn), **fields})
