"""What /card/create and /card/update take. Source: developers.weixin.qq.com, 创建卡券, 管理卡券, 卡券错误码."""

from __future__ import annotations

from typing import Any, Final

from deploy.sandbox.words import Wrong

KINDS: Final = ("GENERAL_COUPON", "GROUPON", "DISCOUNT", "GIFT", "CASH")
DAY_S: Final = 86_400
_TEXTS: Final = {"brand_name": 36, "title": 27, "notice": 48, "description": 3072}
_OPTIONAL_TEXTS: Final = {
    "service_phone": 24,
    "center_title": 18,
    "center_sub_title": 24,
    "center_url": 128,
    "custom_url_name": 15,
    "custom_url_sub_title": 18,
    "custom_url": 128,
    "promotion_url_name": 15,
    "promotion_url": 128,
}
_CODE_TYPES: Final = (
    "CODE_TYPE_TEXT",
    "CODE_TYPE_BARCODE",
    "CODE_TYPE_QRCODE",
    "CODE_TYPE_ONLY_QRCODE",
    "CODE_TYPE_ONLY_BARCODE",
    "CODE_TYPE_NONE",
)
_COLOURS: Final = tuple(f"Color{number:03d}" for number in (*range(10, 101, 10), 81, 82, 101, 102))
_MOST: Final = 100_000_000
_CHANGEABLE: Final = frozenset(
    ["logo_url", "notice", "description", "color", "get_limit", "can_share", "can_give_friend", "date_info"]
) | set(_OPTIONAL_TEXTS)


def read_new(card: Any) -> tuple[str, dict[str, Any]]:
    """The kind and the body of a new card. Raises Wrong 40071, 41011, 45021, 40072, 40122, 40079, 40035."""
    kind = card.get("card_type") if isinstance(card, dict) else None
    if kind not in KINDS:
        raise Wrong(40071, f"没有卡券类型 {kind!r}。", f"There is no type of card {kind!r}.")
    inner = card.get(kind.lower())
    base = inner.get("base_info") if isinstance(inner, dict) else None
    if not isinstance(base, dict):
        raise _missing(f"{kind.lower()}.base_info")
    for name, limit in _TEXTS.items():
        _check_text(base, name, limit)
    if not isinstance(base.get("logo_url"), str) or not base["logo_url"]:
        raise _missing("logo_url")
    _check_details(base)
    quantity = base["sku"].get("quantity") if isinstance(base.get("sku"), dict) else None
    if not isinstance(quantity, int) or not 0 <= quantity <= _MOST:
        raise Wrong(40122, "sku.quantity 应为 0 到 1 亿。", "sku.quantity is 0 to 100,000,000.")
    validity(base.get("date_info"), 0)
    _check_worth(kind, inner)
    return kind, inner


def changed(body: dict[str, Any], kind: str, asked: Any) -> dict[str, Any]:
    """A card's body after /card/update: what may change does. Raises Wrong 41011, 40035, 45021, 40079."""
    inner = asked.get(kind.lower()) if isinstance(asked, dict) else None
    told = inner.get("base_info") if isinstance(inner, dict) else None
    if not isinstance(told, dict) or not told:
        raise _missing(f"{kind.lower()}.base_info")
    fixed = sorted(set(told) - _CHANGEABLE)
    if fixed:
        raise Wrong(
            40035,
            f"{fixed[0]} 创建后不能修改。",
            f"{fixed[0]} can't change any more.",
            at=f"base_info.{fixed[0]}",
        )
    base = body["base_info"] | told
    for name in ("notice", "description"):
        _check_text(base, name, _TEXTS[name])
    _check_details(base)
    if "date_info" in told:
        _check_longer(body["base_info"]["date_info"], told["date_info"])
    return body | {"base_info": base}


def validity(info: Any, now: float) -> tuple[float, float]:
    """From when to when a card taken at `now` is good. Raises Wrong 41011 or 40079."""
    if not isinstance(info, dict):
        raise _missing("date_info")
    kind = info.get("type")
    names = {
        "DATE_TYPE_FIX_TIME_RANGE": ("begin_timestamp", "end_timestamp"),
        "DATE_TYPE_FIX_TERM": ("fixed_begin_term", "fixed_term"),
    }.get(str(kind))
    numbers = [info.get(name) for name in names or ()]
    if names is None or any(not isinstance(number, int) or number < 0 for number in numbers):
        raise Wrong(40079, "date_info 不完整。", "date_info is not complete.")
    first, last = (float(number or 0) for number in numbers)
    if kind == "DATE_TYPE_FIX_TERM":
        first = now + first * DAY_S
        last = first + last * DAY_S
    if last <= first:
        raise Wrong(40079, "有效期在开始前就结束了。", "The card would end before it begins.")
    return first, last


def _check_text(base: dict[str, Any], name: str, limit: int) -> None:
    value = base.get(name)
    size = len(value.encode()) if isinstance(value, str) else 0
    if not size:
        raise _missing(name)
    if size > limit:
        raise Wrong(
            45021,
            f"{name} 有 {size} 字节，最多 {limit}。",
            f"{name} has {size} bytes, at most {limit}.",
            at=name,
        )


def _check_details(base: dict[str, Any]) -> None:
    for name, limit in _OPTIONAL_TEXTS.items():
        if name in base:
            _check_text(base, name, limit)
    if base.get("color") not in _COLOURS:
        raise Wrong(
            40035, "color 是 Color010 到 Color102 之一。", "color is one of Color010…Color102.", at="color"
        )
    if base.get("code_type") not in _CODE_TYPES:
        raise Wrong(40072, "没有这种 code_type。", "There is no such code_type.")
    limit = base.get("get_limit", 50)
    if not isinstance(limit, int) or limit < 1:
        raise Wrong(40035, "get_limit 至少为 1。", "get_limit is at least 1.", at="get_limit")


def _check_worth(kind: str, inner: dict[str, Any]) -> None:
    """What the coupon is worth: each type says it in fields of its own."""
    if kind == "CASH":
        reduce, least = inner.get("reduce_cost"), inner.get("least_cost", 0)
        if not isinstance(reduce, int) or reduce <= 0:
            raise _missing("reduce_cost")
        if not isinstance(least, int) or least < 0:
            raise Wrong(40035, "least_cost 以分为单位。", "least_cost is in fen.", at="least_cost")
        return
    if kind == "DISCOUNT":
        off = inner.get("discount")
        if not isinstance(off, int) or not 1 <= off <= 99:
            raise _missing("discount")
        return
    name = {"GENERAL_COUPON": "default_detail", "GROUPON": "deal_detail", "GIFT": "gift"}[kind]
    _check_text(inner, name, 3072)


def _check_longer(before: dict[str, Any], told: Any) -> None:
    old, new = validity(before, 0), validity(told, 0)
    ranges = before["type"] == told["type"] == "DATE_TYPE_FIX_TIME_RANGE"
    if not ranges or new[0] > old[0] or new[1] < old[1]:
        raise Wrong(
            40079,
            "有效期只能是时间段，且只能放宽。",
            "Only a card of fixed dates changes its time, and only to more of it.",
        )


def _missing(name: str) -> Wrong:
    return Wrong(41011, f"缺少 {name}。", f"{name} is missing.", at=name)
