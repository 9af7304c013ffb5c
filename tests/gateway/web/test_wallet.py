"""The page that puts a coupon into WeChat's cards: what it lets in, what it asks for, and where it goes back to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.security import CSP
from kernel.errors import Kind, RemoteError
from tests.gateway.web.browsers import browser_of, keys_of, said
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.travellers import ANNA

pytestmark = pytest.mark.anyio

WECHAT = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.50 Language/en"
OF_COUPON, OF_CAMPAIGN = "/me/coupons/c1/wallet", "/shop/coupons/tea/wallet"
SIGNED = {"card_id": "pTEA", "card_ext": '{"code": "1"}'}
CONFIG = {"appId": "wx", "timestamp": 1, "nonceStr": "n", "signature": "s"}


class Signer:
    """Notify and the mall as this page meets them. `fails`: raised instead of signing."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.fails: Exception | None = None

    def sign_card(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("sign_card", request))
        if self.fails is not None:
            raise self.fails
        return dict(SIGNED)

    def sign_js_page(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("sign_js_page", request))
        return dict(CONFIG)

    def get_coupon(self, request: dict[str, Any]) -> dict[str, Any]:
        if request != {"passenger_id": ANNA, "coupon_id": "c1"}:
            raise RemoteError("shop.coupon_not_found", Kind.NOT_FOUND, {})
        return {"coupon": {"title": {"zh": "满减", "en": "20 off 100"}}}

    def get_campaign(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"campaign": {"title": {"zh": "满减", "en": "20 off 100"}}}


@pytest.fixture
def signer(flights: FakeFlights) -> Signer:
    made = Signer()
    for name in ("sign_card", "sign_js_page"):
        setattr(flights.notify, name, getattr(made, name))
    for name in ("get_coupon", "get_campaign"):
        setattr(flights.shop, name, getattr(made, name))
    return made


@pytest.fixture
async def phone(flights: FakeFlights, signer: Signer) -> AsyncIterator[httpx.AsyncClient]:
    """Anna's, in WeChat."""
    async with browser_of(flights, ANNA, **{"User-Agent": WECHAT}) as client:
        yield client


async def sign(phone: httpx.AsyncClient, path: str, **changes: str) -> httpx.Response:
    drawn = (await phone.get(path)).text
    fields = {**keys_of(drawn), "page": f"https://airport.test{path}"} | changes
    return await phone.post(path, data=fields, headers={"Accept": "application/json"})


@pytest.mark.parametrize(
    ("path", "there", "back", "words"),
    [
        (OF_COUPON, "/me/coupons/c1", "/me/coupons/c1", "The coupon is good on its own page all the same."),
        (OF_CAMPAIGN, "/me/coupons", "/shop/coupons", "You can get it without WeChat cards just as well."),
    ],
)
async def test_the_page_asks_wechat_and_leads_back(
    phone: httpx.AsyncClient, path: str, there: str, back: str, words: str
) -> None:
    answer = await phone.get(path)
    assert answer.status_code == 200
    assert f'data-back="{there}"' in answer.text
    assert f'class="more" href="{back}"' in answer.text
    assert "20 off 100" in said(answer)
    assert words in said(answer)
    assert answer.headers["cache-control"] == "private, no-store"


async def test_wechats_script_is_let_in_here_and_nowhere_else(phone: httpx.AsyncClient) -> None:
    answer = await phone.get(OF_COUPON)
    assert answer.headers.get_list("content-security-policy") == [
        f"{CSP}; script-src 'self' https://res.wx.qq.com"
    ]
    assert '<script src="https://res.wx.qq.com/open/js/jweixin-1.6.0.js">' in answer.text
    assert (await phone.get("/me")).headers["content-security-policy"] == CSP


@pytest.mark.parametrize(
    ("path", "wish"), [(OF_COUPON, {"coupon_id": "c1"}), (OF_CAMPAIGN, {"campaign_id": "tea"})]
)
async def test_a_card_is_signed_for_the_reader_and_for_this_page(
    phone: httpx.AsyncClient, signer: Signer, path: str, wish: dict[str, str]
) -> None:
    answer = await sign(phone, path, passenger_id="ben", coupon_id="c2", campaign_id="x")
    assert answer.json() == {"config": CONFIG, "card": {"cardId": "pTEA", "cardExt": '{"code": "1"}'}}
    assert signer.asked == [
        ("sign_card", {"passenger_id": ANNA} | wish),
        ("sign_js_page", {"url": f"https://airport.test{path}"}),
    ]


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        ("notify.no_card", Kind.NOT_FOUND, 404),
        ("notify.card_not_possible", Kind.CONFLICT, 409),
        ("notify.wechat_away", Kind.UNAVAILABLE, 503),
    ],
)
async def test_what_wechat_wont_take_is_said_in_words(
    phone: httpx.AsyncClient, signer: Signer, code: str, kind: Kind, status: int
) -> None:
    signer.fails = RemoteError(code, kind, {"why": "gone", "retry_after_s": 5})
    answer = await sign(phone, OF_CAMPAIGN)
    assert answer.status_code == status
    assert answer.json()["detail"]


async def test_nothing_is_signed_for_a_form_that_isnt_ours(phone: httpx.AsyncClient, signer: Signer) -> None:
    assert (await sign(phone, OF_COUPON, csrf="x")).status_code == 403
    crossing = await phone.post(OF_COUPON, data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossing.status_code == 403
    assert signer.asked == []


async def test_anothers_coupon_is_answered_like_none(phone: httpx.AsyncClient, signer: Signer) -> None:
    other = OF_COUPON.replace("c1", "c2")
    assert (await phone.get(other)).status_code == 404
    drawn = keys_of((await phone.get(OF_COUPON)).text)
    assert (await phone.post(other, data=drawn)).status_code == 404
    assert signer.asked == []


async def test_outside_wechat_there_is_no_wallet_and_no_script(
    anna: httpx.AsyncClient, signer: Signer
) -> None:
    answer = await anna.get(OF_COUPON)
    assert answer.status_code == 200
    assert "Open this page in WeChat" in said(answer)
    assert "res.wx.qq.com" not in answer.text
    assert answer.headers["content-security-policy"] == CSP


async def test_who_isnt_signed_in_signs_in_first(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get(OF_CAMPAIGN)
    assert answer.headers["location"] == f"/sign-in?next={OF_CAMPAIGN}"
