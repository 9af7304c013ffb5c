"""What a shop sells: the range, a product with its variants, prices, deals and photos."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway import photos
from gateway.staff.console import HEADERS, Console
from gateway.staff.desks import Desk, Form, act, act_with_files, page
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.shop_reading import (
    both,
    maybe_yuan,
    moment_text,
    read_moment,
    read_whole,
    read_yuan,
    wrong_words,
)
from gateway.staff.shop_shared import (
    AGAIN,
    HOME,
    ROLES,
    Mall,
    name_words,
    once_more,
    option_words,
    typed_yuan,
    yuan,
)
from gateway.staff.shop_stock import frame
from gateway.staff.texts import N_, Texts, when
from gateway.uploads import Files
from kernel.errors import Kind as ErrorKind
from kernel.errors import ServiceError
from services.shop.schemas.categories import CATEGORIES
from services.shop.schemas.vocabulary import OPTIONS, Kind, ProductState

PRODUCTS: Final = f"{HOME}/products"
_ONE: Final = f"{PRODUCTS}/{{product_id}}"
_MOST_PHOTOS: Final = 6
_MOST_OPTIONS: Final = 2
_NEW: Final = "new"
STATES: Final = {
    ProductState.ON_SALE.value: (N_("On sale"), "go"),
    ProductState.HIDDEN.value: (N_("Hidden"), "late"),
    ProductState.ENDED.value: (N_("No longer sold"), "calm"),
}
KINDS: Final = {
    Kind.GOODS.value: N_("General goods"),
    Kind.FOOD.value: N_("Food"),
    Kind.ALCOHOL.value: N_("Alcohol (adults)"),
    Kind.TOBACCO.value: N_("Tobacco (adults)"),
    Kind.COSMETICS.value: N_("Cosmetics"),
    Kind.ELECTRONICS.value: N_("Electronics"),
    Kind.CLOTHING.value: N_("Clothing"),
    Kind.JEWELLERY.value: N_("Jewellery"),
    Kind.MEDICINE.value: N_("Medicine"),
    Kind.BOOKS.value: N_("Books"),
}
QUEUE: Final = Queue(
    "shop-products",
    (
        Column(N_("SKU"), "code"),
        Column(N_("Product name")),
        Column(N_("Price"), "number"),
        Column(N_("Free to sell"), "number"),
        Column(N_("State")),
        Column(N_("Last change"), "time"),
    ),
    search=N_("Name, SKU or barcode"),
    filters=(Filter("state", N_("State"), tuple((state, word) for state, (word, _) in STATES.items())),),
)
DONE: Final = {
    "saved": N_("Saved."),
    "photo": N_("The photo is kept."),
    "variant": N_("The variant is saved."),
}


def desk(console: Console) -> Desk:
    products = Products(Mall(console))
    places = (
        page(PRODUCTS, products.page),
        page(_ONE, products.one),
        act(_ONE, products.save),
        act(f"{_ONE}/variant", products.variant),
        act(f"{_ONE}/photos", products.order_photos),
        act_with_files(f"{_ONE}/photo", products.photo, {"photos": _MOST_PHOTOS}),
        page(f"{HOME}/photos/{{photo_id}}", products.picture),
    )
    return Desk(PRODUCTS, N_("Products"), "shop", ROLES, places, in_menu=False)


class Products:
    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/shop/products: by SKU, whatever their state."""
        t, shop = self._console.texts(request), await self._mall.mine(request, staff)

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            wish = {
                "shop_id": shop["id"],
                "q": wishes["q"][:60],
                "state": wishes["state"] or None,
                "limit": min(limit, 100),
                "cursor": cursor or None,
            }
            answer = await self._mall.read(request, staff, "list_range", **wish)
            found = answer["products"]
            hrefs = [f"{PRODUCTS}/{each['id']}" for each in found]
            return Found([self._row(t, each) for each in found], answer["next_cursor"] or "", hrefs)

        values = {
            "template": "shop_products.html",
            "heading": N_("Products"),
            "empty": N_("Nothing is in the range yet. Add a product, or import a sheet."),
            **await frame(self._mall, request, staff, PRODUCTS),
        }
        return await QUEUE.answer(self._console, request, staff, fetch, values)

    def _row(self, t: Texts, each: Mapping[str, Any]) -> list[Cell]:
        prices = sorted(variant["now_fen"] for variant in each["variants"] if variant["offered"])
        price = (
            "–"
            if not prices
            else yuan(prices[0]) + (f" – {yuan(prices[-1])}" if prices[0] < prices[-1] else "")
        )
        deal = any(variant["deal"] for variant in each["variants"])
        free = sum(variant["on_hand"] - variant["held"] for variant in each["variants"])
        word, tone = STATES[each["state"]]
        picture = f"{HOME}/photos/{each['picture']}?size=small" if each["picture"] else ""
        note = " · ".join(filter(None, (each["brand"], category_words(t, each["category"]))))
        return [
            Cell(each["sku"]),
            Cell(name_words(t, each["name"]), note=note, image=picture),
            Cell(price, note=t("Deal") if deal else ""),
            Cell(str(free), "" if free else "bad"),
            Cell(t(word), tone),
            Cell(when(each["changed_at"], self._console.zone)),
        ]

    async def one(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/shop/products/{product_id}; `new` for one that there isn't yet."""
        return await self._draw(request, staff, await self._product(request, staff))

    async def save(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/shop/products/{product_id}: what is written down of it."""
        product, shop = await self._product(request, staff), await self._mall.mine(request, staff)
        wish = {
            **_spec(form),
            "product_id": product["id"] if product else None,
            "shop_id": product["shop"]["id"] if product else shop["id"],
            "sku": form.get("sku", "").strip()[:64],
            "state": form.get("state") or ProductState.HIDDEN.value,
            "seen_version": read_whole(form.get("version", "")),
        }
        try:
            answer = await self._mall.write(request, staff, form, "save_product", **wish)
        except ServiceError as exc:
            return await self._refused(request, staff, product, exc, ("product", form))
        return self._console.go(f"{PRODUCTS}/{answer['product']['id']}?done=saved")

    async def variant(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/variant: one of them, or a new one."""
        product, zone = await self._known(request, staff), self._console.zone
        deal = None
        if form.get("deal_price", "").strip():
            deal = {
                "price_fen": read_yuan(form["deal_price"]),
                "from_at": read_moment(form.get("deal_from", ""), zone),
                "until_at": read_moment(form.get("deal_until", ""), zone),
                "per_person": read_whole(form.get("deal_limit", "")),
            }
        wish = {
            "product_id": product["id"],
            "variant_id": form.get("variant_id", "")[:64] or None,
            "options": _options(form),
            "barcode": "".join(form.get("barcode", "").split())[:20],
            "price_fen": maybe_yuan(form.get("price", "")),
            "deal": deal,
            "weight_g": read_whole(form.get("weight", "")),
            "offered": form.get("offered") == "yes",
            "seen_version": read_whole(form.get("version", "")),
        }
        try:
            await self._mall.write(request, staff, form, "save_variant", **wish)
        except ServiceError as exc:
            return await self._refused(request, staff, product, exc, (form.get("variant_id") or _NEW, form))
        return self._console.go(f"{PRODUCTS}/{product['id']}?done=variant")

    async def photo(self, request: Request, staff: Staff, form: Form, files: Files) -> Response:
        """POST …/photo: drawn anew by the darkroom, then kept."""
        product, at = await self._known(request, staff), 0
        try:
            for at, file in enumerate(files["photos"]):
                photo = await photos.take(file.content)
                await self._mall.write(
                    request,
                    staff,
                    once_more(form, at),
                    "attach_photo",
                    product_id=product["id"],
                    jpeg=base64.b64encode(photo.jpeg).decode(),
                    thumbnail=base64.b64encode(photo.thumbnail).decode(),
                )
        except ServiceError as exc:
            return await self._refused(request, staff, product, exc, ("photos", form))
        return self._console.go(f"{PRODUCTS}/{product['id']}?done=photo")

    async def order_photos(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/photos: one of them to the front, or away."""
        product = await self._known(request, staff)
        chosen, kept = form.get("photo", ""), list(product["photos"])
        kept = [each for each in kept if each != chosen]
        if form.get("do") == "first":
            kept = [chosen, *kept] if chosen in product["photos"] else kept
        wish = {
            **{
                name: product[name]
                for name in ("name", "words", "brand", "category", "kind", "tags", "origin")
            },
            **{name: product[name] for name in ("duty_free", "perishable", "liquid_ml", "sku", "state")},
            "product_id": product["id"],
            "shop_id": product["shop"]["id"],
            "photos": kept,
            "seen_version": read_whole(form.get("version", "")),
        }
        try:
            await self._mall.write(request, staff, form, "save_product", **wish)
        except ServiceError as exc:
            return await self._refused(request, staff, product, exc, ("photos", form))
        return self._console.go(f"{PRODUCTS}/{product['id']}?done=saved")

    async def picture(self, request: Request, staff: Staff) -> Response:
        """GET /staff/shop/photos/{photo_id}?size=small."""
        size = "small" if request.query_params.get("size") == "small" else "full"
        photo_id = str(request.path_params["photo_id"])[:64]
        found = await self._console.read(request, staff, "shop", "get_photo", photo_id=photo_id, size=size)
        return Response(base64.b64decode(found["jpeg"]), headers=HEADERS, media_type="image/jpeg")

    # --- in between -----------------------------------------------------------------------------------------

    async def _product(self, request: Request, staff: Staff) -> dict[str, Any] | None:
        product_id = str(request.path_params["product_id"])[:64]
        return None if product_id == _NEW else await self._known(request, staff)

    async def _known(self, request: Request, staff: Staff) -> dict[str, Any]:
        product_id = str(request.path_params["product_id"])[:64]
        answer = await self._mall.read(request, staff, "get_staff_product", product_id=product_id)
        return dict(answer["product"])

    async def _refused(
        self,
        request: Request,
        staff: Staff,
        product: Mapping[str, Any] | None,
        error: ServiceError,
        where: tuple[str, Form],
    ) -> Response:
        if error.kind not in AGAIN | {ErrorKind.TOO_LARGE}:
            raise error
        wrong = wrong_words(self._console, self._console.texts(request), error)
        html = await self._draw(request, staff, product, (where[0], wrong), where[1])
        return self._console.page(request, html, 400)

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        product: Mapping[str, Any] | None,
        refused: tuple[str, list[str]] = ("", []),
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        t = self._console.texts(request)
        written = typed if typed is not None and refused[0] == "product" else _as_form(product)
        variants = [self._variant(t, each) for each in (product["variants"] if product else [])]
        return await self._mall.draw(
            request,
            staff,
            "shop_product.html",
            PRODUCTS,
            product=product,
            here=f"{PRODUCTS}/{product['id'] if product else _NEW}",
            title=name_words(t, product["name"]) if product else t("New product"),
            written=written,
            variants=[*variants, _NEW_VARIANT] if product else [],
            typed=typed or {},
            refused=refused,
            states=STATES,
            kinds=KINDS,
            categories=_category_groups(t),
            options=[(code, t.name(words._asdict())) for code, words in OPTIONS.items()],
            done=DONE.get(request.query_params.get("done", ""), ""),
            changed=when(product["changed_at"], self._console.zone) if product else "",
            most_photos=_MOST_PHOTOS,
        )

    def _variant(self, t: Texts, each: Mapping[str, Any]) -> dict[str, Any]:
        zone, deal = self._console.zone, each["deal"]
        options = [(code, words["zh"], words["en"]) for code, words in each["options"].items()][
            :_MOST_OPTIONS
        ]
        return {
            "id": each["id"],
            "title": option_words(t, each["options"]) or t("One kind"),
            "price_words": yuan(each["price_fen"]),
            "deal_words": yuan(deal["price_fen"]) if deal else "",
            "free": each["on_hand"] - each["held"],
            "offered": each["offered"],
            "options": options + [("", "", "")] * (_MOST_OPTIONS - len(options)),
            "barcode": each["barcode"],
            "price": typed_yuan(each["price_fen"]),
            "weight": each["weight_g"] or "",
            "deal_price": typed_yuan(deal["price_fen"]) if deal else "",
            "deal_from": moment_text(deal["from_at"], zone) if deal else "",
            "deal_until": moment_text(deal["until_at"], zone) if deal else "",
            "deal_limit": (deal["per_person"] or "") if deal else "",
        }


_NEW_VARIANT: Final[dict[str, Any]] = {
    "id": "",
    "title": "",
    "offered": True,
    "options": [("", "", "")] * _MOST_OPTIONS,
    **dict.fromkeys(
        ("barcode", "price", "weight", "deal_price", "deal_from", "deal_until", "deal_limit"), ""
    ),
}


def category_words(t: Texts, code: str) -> str:
    """A category in the reader's language."""
    known = CATEGORIES.get(code)
    return code if known is None else t.name({"zh": known.zh, "en": known.en})


def _category_groups(t: Texts) -> list[tuple[str, list[tuple[str, str]]]]:
    """Those in which products lie, under those above them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in CATEGORIES.values():
        if each.parent is not None:
            groups.setdefault(each.parent, []).append((each.code, category_words(t, each.code)))
    return [(category_words(t, parent), leaves) for parent, leaves in groups.items()]


def _spec(form: Form) -> dict[str, Any]:
    tags = form.get("tags", "").replace("，", ",").replace("；", ",").replace(";", ",").replace("、", ",")
    return {
        "name": both(form, "name", 80),
        "words": both(form, "words", 2000),
        "brand": form.get("brand", "").strip()[:60],
        "category": form.get("category", ""),
        "kind": form.get("kind") or Kind.GOODS.value,
        "tags": [each.strip() for each in tags.split(",") if each.strip()],
        "origin": form.get("origin", "").strip()[:60],
        "duty_free": "duty_free" in form,
        "perishable": "perishable" in form,
        "liquid_ml": read_whole(form.get("liquid_ml", "")),
    }


def _options(form: Form) -> dict[str, dict[str, str]]:
    found = {}
    for at in range(_MOST_OPTIONS):
        code = form.get(f"option{at}", "")
        zh, en = (form.get(f"option{at}_{each}", "").strip()[:30] for each in ("zh", "en"))
        if code and (zh or en):
            # Sizes and connectors are written alike in both languages.
            found[code] = {"zh": zh or en, "en": en or zh}
    return found


def _as_form(product: Mapping[str, Any] | None) -> dict[str, str]:
    """What is written down of a product as its form's fields."""
    if product is None:
        return {"state": ProductState.HIDDEN.value, "kind": Kind.GOODS.value}
    ticks = {name: "yes" for name in ("duty_free", "perishable") if product[name]}
    return {
        **{f"{name}_{each}": product[name][each] for name in ("name", "words") for each in ("zh", "en")},
        **{name: str(product[name]) for name in ("brand", "category", "kind", "origin", "sku", "state")},
        "tags": ", ".join(product["tags"]),
        "liquid_ml": str(product["liquid_ml"] or ""),
        **ticks,
    }
