"""What the mall's JSON says of itself in the OpenAPI document."""

from __future__ import annotations

import re
from typing import Any, Final

from apispec import APISpec
from marshmallow import Schema

from gateway.api.me_described import KEY as IDEMPOTENCY_KEY
from gateway.api.me_described import SESSION, WRITES, described, parameter
from gateway.api.openapi import problem_responses
from gateway.api.shop import CAMPAIGNS
from gateway.api.shop_basket import BASKET, KEY, LINE, MERGE
from gateway.api.shop_examples import EXAMPLES, IDS
from gateway.api.shop_operations import CASES, SHOP_OPERATIONS
from gateway.api.shop_own import CASE, PHOTOS
from gateway.api.shop_reads import READS, TAG, Read
from gateway.api.shop_schemas import CaseBody, LineBody
from services.shop.schemas.baskets import BasketResultSchema
from services.shop.schemas.campaigns import CampaignsSchema
from services.shop.schemas.cases import CaseResultSchema
from services.shop.schemas.order_words import MAX_PHOTOS

_BASKET_SCHEME: Final = "basketKey"
_COMMON: Final = (400, 404, 405, 406, 429, 503, 504)
_HEADERS: Final[dict[str, Any]] = {
    "ETag": {"description": "strong; send it back as If-None-Match", "schema": {"type": "string"}},
    "Age": {"description": "seconds since the mall said so", "schema": {"type": "integer"}},
    "Cache-Status": {
        "description": 'says `detail="stale"` while the mall doesn\'t answer and this is what it said last (RFC 9211)',
        "schema": {"type": "string"},
    },
}
_KEY_HEADER: Final[dict[str, Any]] = {
    KEY: {
        "description": "of the new basket of a guest who showed none; a page of ours gets a cookie instead",
        "schema": {"type": "string"},
    }
}
_Operation = dict[str, Any]


def describe(spec: APISpec) -> None:
    spec.tag(
        {
            "name": TAG,
            "description": "The airport's shops. The catalogue is for everybody, from memory, with ETags; pictures lie at "
            "`/shop/photos/{picture}.jpg` and `/shop/photos/{picture}-small.jpg`. Money is whole fen, words come in both "
            "languages. Prices, stock, coupons and what may be bought are decided anew at each step: quote, show it, order "
            "with the `amount_fen` that was shown. A refusal that is about some of what was asked for names each in "
            f"`errors`. A guest's basket is known by `{KEY}`; orders are for who is signed in on this site.",
        }
    )
    spec.components.security_scheme(_BASKET_SCHEME, {"type": "apiKey", "in": "header", "name": KEY})
    paths: dict[str, dict[str, _Operation]] = {}
    for operation in SHOP_OPERATIONS:
        told = described(operation) | {"tags": [TAG]}
        paths.setdefault(operation.path, {})[operation.method.lower()] = told
    for read in READS:
        paths[read.path] = {"get": _read(read)}
    paths[CAMPAIGNS] = {"get": _campaigns()}
    paths[BASKET] = {"get": _basket("shopBasket", "A basket, priced now", _COMMON)}
    paths[LINE] = {"put": _put()}
    paths[MERGE] = {"post": _merge()}
    paths[CASES]["post"] = _open_case()
    for path, operations in paths.items():
        for told in operations.values():
            _exemplify(told)
        spec.path(path, operations=operations)


def _read(read: Read) -> _Operation:
    parameters: list[Any] = [parameter(name) for name in re.findall(r"\{(\w+)\}", read.path)]
    if read.query is not None:
        parameters.append({"in": "query", "schema": read.query})
    return {
        "operationId": read.name,
        "tags": [TAG],
        "summary": read.summary,
        "parameters": parameters,
        "responses": _fresh(read.summary, read.result) | problem_responses(*_COMMON),
    }


def _campaigns() -> _Operation:
    summary = (
        "Coupons that are given out now or soon; with a session also what is mine, and why I can't have more"
    )
    return {
        "operationId": "campaigns",
        "tags": [TAG],
        "summary": summary,
        "security": [{SESSION: []}, {}],
        "parameters": [],
        "responses": _fresh(summary, CampaignsSchema) | problem_responses(*_COMMON),
    }


def _fresh(summary: str, result: type[Schema]) -> dict[str, Any]:
    return {
        "200": {
            "description": f"{summary}.",
            "headers": _HEADERS,
            "content": {"application/json": {"schema": result}},
        },
        "304": {"description": "What you have is what we have."},
    }


def _basket(name: str, summary: str, refused: tuple[int, ...]) -> _Operation:
    content = {"application/json": {"schema": BasketResultSchema}}
    return {
        "operationId": name,
        "tags": [TAG],
        "summary": summary,
        "security": [{SESSION: []}, {_BASKET_SCHEME: []}, {}],
        "parameters": [],
        "responses": {
            "200": {"description": "The basket.", "content": content},
            **problem_responses(*refused),
        },
    }


def _put() -> _Operation:
    told = _basket(
        "putInBasket", "Have so many pieces of a variant in the basket, at the price of now", WRITES
    )
    told["parameters"] = [parameter("variant_id")]
    told["requestBody"] = {"required": True, "content": {"application/json": {"schema": LineBody}}}
    told["responses"]["200"]["headers"] = _KEY_HEADER
    return told


def _merge() -> _Operation:
    summary = "Put a guest's basket to my own; a repeat adds nothing"
    return _basket("mergeBasket", summary, WRITES) | {
        "security": [{SESSION: []}, {SESSION: [], _BASKET_SCHEME: []}]
    }


def _open_case() -> _Operation:
    form = {
        "type": "object",
        "required": [CASE],
        "additionalProperties": False,
        "properties": {
            CASE: CaseBody,
            PHOTOS: {
                "type": "array",
                "maxItems": MAX_PHOTOS,
                "items": {"type": "string", "format": "binary"},
                "description": "JPEG, PNG or WebP; place and maker are removed",
            },
        },
    }
    content = {"application/json": {"schema": CaseResultSchema}}
    return {
        "operationId": "openShopCase",
        "tags": [TAG],
        "summary": "Say what is wrong with pieces of one parcel, with photos where the rule asks for them",
        "security": [{SESSION: []}],
        "parameters": [parameter("order_id"), IDEMPOTENCY_KEY],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": CaseBody},
                "multipart/form-data": {
                    "schema": form,
                    "encoding": {CASE: {"contentType": "application/json"}},
                },
            },
        },
        "responses": {
            "201": {"description": "The case; the shop decides.", "content": content},
            **problem_responses(*WRITES),
        },
    }


def _exemplify(told: _Operation) -> None:
    """Show the operation by the example that a test proves to be one."""
    for one in told["parameters"]:
        if one.get("in") == "path":
            one["schema"] = one["schema"] | {"example": IDS[one["name"]]}
    example = EXAMPLES.get(told["operationId"])
    body = told.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None and example is not None:
        body["example"] = example
