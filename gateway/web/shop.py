"""The mall for everybody: its first page, what is near one's gate, search with suggestions and facets, categories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request

from gateway.cache import mall_questions as ask
from gateway.errors import UnknownPath
from gateway.session import Traveller
from gateway.web import shop_views as views
from gateway.web.bus_views import money
from gateway.web.rows import best_at, is_open, row
from gateway.web.shop_desk import ShopDesk
from gateway.web.site import link
from gateway.web.texts import N_, Texts
from kernel import clock
from services.shop.schemas.categories import CATEGORIES
from services.shop.schemas.vocabulary import ProductSort, Side

_DEALS: Final = 10
_POPULAR: Final = 10
_PAGE: Final = 24
_SUGGESTED: Final = 8
_SHOPS: Final = 8
_NEAR: Final = 4
_LONGEST: Final = 60
_FACETS: Final = 10
_MOST_YUAN: Final = 1_000_000
PATH: Final = "/shop/search"
SORTS: Final = (
    (ProductSort.RELEVANCE.value, N_("Best match")),
    (ProductSort.POPULAR.value, N_("Popular")),
    (ProductSort.PRICE.value, N_("Price, low first")),
    (ProductSort.PRICE_DESC.value, N_("Price, high first")),
    (ProductSort.NEW.value, N_("New")),
)
_KEPT: Final = (
    "q",
    "category",
    "shop",
    "terminal",
    "side",
    "brand",
    "from",
    "to",
    "stock",
    "duty_free",
    "deals",
    "sort",
)


class Mall:
    def __init__(self, desk: ShopDesk) -> None:
        self._desk, self._site = desk, desk.site
        self._airport = desk.site.deps.airport

    async def home(self, request: Request) -> bytes:
        """GET /shop."""
        t = self._site.texts(request)
        categories = await self._desk.ask(request, ask.categories())
        deals = await self._desk.ask(request, ask.deals(limit=_DEALS))
        popular = await self._desk.ask(request, ask.products(sort="popular", in_stock=True, limit=_POPULAR))
        shops = await self._desk.ask(request, ask.shops())
        open_first = sorted(self._shops(shops, t), key=lambda one: not one["open"])
        return self._desk.draw(
            request,
            "shop_home.html",
            categories=[
                {
                    "code": one["code"],
                    "name": t.name(one["name"]),
                    "icon": views.ICONS.get(one["code"], "mall"),
                }
                for one in categories["categories"]
                if one["parent"] is None and one["products"]
            ],
            deals=views.cards(deals["products"], t, self._desk.zone),
            popular=views.cards(popular["products"], t, self._desk.zone),
            shops=open_first[:_SHOPS],
            shops_count=len(open_first),
        )

    async def shops(self, request: Request) -> bytes:
        """GET /shop/shops?terminal=&side=: all of them, by terminal and side."""
        t, told = self._site.texts(request), await self._desk.ask(request, ask.shops())
        terminals = sorted({one["terminal"] for one in told["shops"]})
        terminal = request.query_params.get("terminal", "")
        terminal = terminal if terminal in terminals else ""
        shown = [one for one in self._shops(told, t) if terminal in {"", one["terminal"]}]
        return self._desk.draw(
            request, "shop_shops.html", shops=shown, terminals=terminals, terminal=terminal
        )

    async def near(self, request: Request, traveller: Traveller) -> bytes:
        """GET /shop/near: the shops by the gate of the flight that they follow; nothing without one."""
        t = self._site.texts(request)
        flight = await self._next_flight(request, traveller)
        if flight is None:
            return b""
        gate, terminal = flight["departure"]["gate"], flight["departure"]["terminal"]
        told = await self._desk.ask(request, ask.shops())
        codes = {f"{terminal}-GATE-{gate}".upper(), f"{terminal}-GATE-{gate.lstrip('ABCDE')}".upper()}
        near = [one for one in told["shops"] if codes & set(one["near_gates"])]
        shown = [views.shop(one, t, self._airport) for one in near if one["state"] == "open"][:_NEAR]
        if not shown:
            return b""
        return self._desk.draw_own(
            request, "shop_near.html", shops=shown, flight=row(flight, t, self._airport), gate=gate
        )

    async def suggest(self, request: Request) -> bytes:
        """GET /shop/suggest?q=: while one is typing. An answer that doesn't come is no news."""
        typed, t = _text(request, "q"), self._site.texts(request)
        told = await self._desk.try_ask(request, ask.search(q=typed, limit=_SUGGESTED)) if typed else None
        facets = told["facets"]["category"][:3] if told else []
        return self._desk.draw(
            request,
            "shop_suggest.html",
            typed=typed,
            products=views.cards(told["products"], t, self._desk.zone) if told else [],
            categories=[{"code": one["value"], "name": t.name(one["name"])} for one in facets],
            did_you_mean=(told["did_you_mean"] or "") if told else "",
        )

    async def search(self, request: Request) -> bytes:
        """GET /shop/search?q=&category=&shop=&terminal=&side=&brand=&from=&to=&stock=&duty_free=&deals=&sort=&after=."""
        t, given = self._site.texts(request), self._given(request)
        asked = self._asked(given) | {"cursor": request.query_params.get("after", "")[:300] or None}
        found = await self._desk.ask(request, ask.search(q=given["q"] or None, **asked))
        older = found["next_cursor"]
        return self._desk.draw(
            request,
            "shop_search.html",
            given=given,
            products=views.cards(found["products"], t, self._desk.zone),
            total=found["total"],
            total_most=found["total_most"],
            did_you_mean=found["did_you_mean"] or "",
            facets=self._facets(found["facets"], given, t),
            switches=self._switches(given),
            clear=link(PATH, q=given["q"]) if given["q"] else PATH,
            chosen=self._chosen(given, found["facets"], t),
            sorts=[
                (t(word), self._href(given, sort=code), code == given["sort"])
                for code, word in self._sorts(given)
            ],
            more=link(PATH, **{**given, "after": older}) if older else "",
            first="after" not in request.query_params,
            mean=lambda words: self._href(given, q=words),
        )

    async def category(self, request: Request) -> bytes:
        """GET /shop/c/{category}."""
        t, code = self._site.texts(request), str(request.path_params["category"])[:_LONGEST]
        known = CATEGORIES.get(code)
        if known is None:
            raise UnknownPath
        upper = known.parent or code
        told = await self._desk.ask(request, ask.categories())
        sort = request.query_params.get("sort", "")
        sort = sort if sort in {"price", "price_desc", "new"} else "popular"
        kept = sort if sort != "popular" else ""
        after = request.query_params.get("after", "")[:300] or None
        wish = ask.products(category=code, sort=sort, limit=_PAGE, cursor=after)
        found = await self._desk.ask(request, wish)
        here = f"/shop/c/{code}"
        return self._desk.draw(
            request,
            "shop_category.html",
            code=code,
            name=getattr(known, t.language),
            upper={
                "code": upper,
                "name": getattr(CATEGORIES[upper], t.language),
                "href": link(f"/shop/c/{upper}", sort=kept),
            },
            sift=link(PATH, category=code, sort=kept) + "#sift",
            siblings=[
                (t.name(one["name"]), link(f"/shop/c/{one['code']}", sort=kept), one["code"] == code)
                for one in told["categories"]
                if one["parent"] == upper and one["products"]
            ],
            products=views.cards(found["products"], t, self._desk.zone),
            sorts=[
                (t(word), link(here, sort=one if one != "popular" else ""), one == sort)
                for one, word in SORTS[1:]
            ],
            more=link(here, sort=sort, after=found["next_cursor"]) if found["next_cursor"] else "",
            first=after is None,
        )

    # --- inside --------------------------------------------------------------------------------------

    def _shops(self, told: Mapping[str, Any], t: Texts) -> list[dict[str, Any]]:
        return [views.shop(one, t, self._airport) for one in told["shops"] if one["state"] != "closed"]

    async def _next_flight(self, request: Request, traveller: Traveller) -> dict[str, Any] | None:
        """The next flight from here that they follow and that has a gate."""
        told = await self._desk.visitors.try_read(request, traveller, "notify", "list_follows")
        now, flights = clock.now(), self._site.deps.flights
        entries = [flights.get(one["flight_id"]) for one in told["follows"]] if told else []
        ahead = [
            one.flight
            for one in entries
            if one is not None
            and one.direction == "departure"
            and is_open(one.flight)
            and one.flight["departure"]["gate"]
            and best_at(one.flight) > now
        ]
        return min(ahead, key=best_at, default=None)

    def _given(self, request: Request) -> dict[str, str]:
        """The address as far as it is understood: what can't be is left out."""
        given = {name: _text(request, name) for name in _KEPT}
        sorts = {code for code, _ in SORTS}
        checks = {
            "category": given["category"] in CATEGORIES,
            "terminal": given["terminal"] in self._airport.terminals,
            "side": given["side"] in {one.value for one in Side},
            "sort": given["sort"] in sorts,
            "from": _fen(given["from"]) is not None,
            "to": _fen(given["to"]) is not None,
            "shop": given["shop"].replace("-", "").isalnum() and given["shop"].isascii(),
        }
        given |= {name: "" for name, good in checks.items() if not good}
        low, high = _fen(given["from"]), _fen(given["to"])
        if low is not None and high is not None and high < low:
            given["from"], given["to"] = given["to"], given["from"]
        return given | {name: "1" if given[name] else "" for name in ("stock", "duty_free", "deals")}

    @staticmethod
    def _asked(given: dict[str, str]) -> dict[str, Any]:
        return {
            "category": given["category"] or None,
            "shop_id": given["shop"] or None,
            "terminal": given["terminal"] or None,
            "side": given["side"] or None,
            "brand": given["brand"] or None,
            "price_from_fen": _fen(given["from"]),
            "price_to_fen": _fen(given["to"]),
            "in_stock": True if given["stock"] else None,
            "duty_free": True if given["duty_free"] else None,
            "deals": True if given["deals"] else None,
            "sort": given["sort"] or None,
            "limit": _PAGE,
        }

    def _facets(self, facets: Mapping[str, Any], given: dict[str, str], t: Texts) -> list[dict[str, Any]]:
        """Groups of ways to narrow what was found, each a link that sets or takes away one filter."""
        groups = (
            ("category", N_("Category")),
            ("terminal", N_("Terminal")),
            ("side", N_("Security check")),
            ("shop", N_("Shop")),
            ("brand", N_("Brand")),
        )
        found = []
        for name, title in groups:
            choices = [
                {
                    "name": t.name(one["name"]),
                    "count": one["count"],
                    "on": given[name] == one["value"],
                    "href": self._href(given, **{name: "" if given[name] == one["value"] else one["value"]}),
                }
                for one in facets[name][:_FACETS]
            ]
            if len(choices) > 1 or given[name]:
                found.append({"title": t(title), "choices": choices})
        prices = [self._price(one, given, t) for one in facets["price"]]
        if len(prices) > 1 or given["from"] or given["to"]:
            found.append({"title": t(N_("Price")), "choices": prices})
        return found

    def _price(self, told: Mapping[str, Any], given: dict[str, str], t: Texts) -> dict[str, Any]:
        low, high = told["from_fen"], told["to_fen"]
        ends = {"from": _yuan(low), "to": "" if high is None else _yuan(high)}
        on = (_fen(given["from"]), _fen(given["to"])) == (low, high)
        name = _between(low, high, t)
        href = self._href(given, **({"from": "", "to": ""} if on else ends))
        return {"name": name, "count": told["count"], "on": on, "href": href}

    def _switches(self, given: dict[str, str]) -> list[tuple[str, str, bool]]:
        names = (("stock", N_("In stock")), ("deals", N_("On offer")), ("duty_free", N_("Duty free")))
        return [
            (word, self._href(given, **{name: "" if given[name] else "1"}), bool(given[name]))
            for name, word in names
        ]

    def _chosen(self, given: dict[str, str], facets: Mapping[str, Any], t: Texts) -> list[tuple[str, str]]:
        """The filters that hold, each with the address that takes it away."""
        found = []
        for name in ("category", "shop", "terminal", "brand"):
            if given[name]:
                told = next((x for x in facets[name] if x["value"] == given[name]), None)
                known = CATEGORIES.get(given[name]) if name == "category" else None
                words = t.name(told["name"]) if told else getattr(known, t.language, given[name])
                found.append((words, self._href(given, **{name: ""})))
        if given["side"]:
            word = views.SIDES[given["side"]]
            found.append((t(word), self._href(given, side="")))
        if given["from"] or given["to"]:
            low, high = _fen(given["from"]), _fen(given["to"])
            found.append((_between(low, high, t), self._href(given, **{"from": "", "to": ""})))
        return found

    @staticmethod
    def _sorts(given: dict[str, str]) -> tuple[tuple[str, str], ...]:
        return SORTS if given["q"] else SORTS[1:]

    @staticmethod
    def _href(given: dict[str, str], **other: str) -> str:
        return link(PATH, **(given | other))


def _text(request: Request, name: str) -> str:
    """One line of at most so many characters."""
    return " ".join(request.query_params.get(name, "").split())[:_LONGEST]


def _fen(yuan: str) -> int | None:
    """Of a price that somebody typed; None for what is none."""
    whole, _, rest = yuan.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(rest) <= 2 and (not rest or rest.isdigit())):
        return None
    fen = int(whole) * 100 + int((rest or "0").ljust(2, "0"))
    return fen if fen <= _MOST_YUAN * 100 else None


def _between(low: int | None, high: int | None, t: Texts) -> str:
    """Prices in words, both ends included."""
    if high is None:
        return t("%(price)s and more", price=money(low or 0))
    return f"{money(low or 0)}–{money(high)}"


def _yuan(fen: int) -> str:
    return str(fen // 100) if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}"
