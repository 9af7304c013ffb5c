"""Coupons as cards in WeChat's wallet: what a card says, what a page is signed with, what WeChat's answers mean.

Source: docs/sources/wechat-cards.md; docs/decisions/0084-wechat-cards.md.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from services.notify.domain.outcomes import Meaning, meaning

CODE_LENGTH: Final = 12
TRIES: Final = 12
"""After so many attempts, most of a day, somebody must look."""
LOOKS: Final = 3
LOOK_FIRST: Final = timedelta(seconds=60)
LOOK_AGAIN: Final = timedelta(minutes=15)
TILL_UNDO: Final = timedelta(minutes=10)
"""So long a till may take a use back; a card that is consumed never comes back."""
_TITLE, _BRAND, _NOTICE, _TERMS = 27, 36, 48, 3072
_ENOUGH: Final = 100_000_000
"""Of a card there are always enough for WeChat: what is left, and for whom, the mall decides."""
_HELD: Final = 50
_CHANGES: Final = ("logo_url", "notice", "description", "color", "center_url")


class CodeState(StrEnum):
    """signed → taken → bound → used | void | deleted; signed → lapsed; taken → refused."""

    SIGNED = "signed"
    TAKEN = "taken"  # WeChat says that it lies in the wallet
    BOUND = "bound"  # and the mall has a coupon for it
    REFUSED = "refused"  # the mall has none: the code is taken out of use
    USED = "used"
    VOID = "void"
    DELETED = "deleted"
    LAPSED = "lapsed"  # the person never said yes


class ErrandKind(StrEnum):
    """What is to be done, and with whom. The subject of `card` is a campaign, of all others a code's index."""

    CARD = "card"  # WeChat: make or change a campaign's card
    LOOK = "look"  # WeChat: was it taken, and did the event get lost?
    BIND = "bind"  # the mall: claim the coupon, or note that it lies in the wallet
    CONSUME = "consume"  # WeChat: it was used
    UNAVAILABLE = "unavailable"  # WeChat: it is good for nothing any more
    DROP = "drop"  # the mall: it doesn't lie in the wallet any more, and may be put there anew


@dataclass(frozen=True)
class Shown:
    """What every card of the airport shows. page_url: where it is used."""

    brand: str
    logo_url: str
    page_url: str


def card_of(campaign: dict[str, Any], shown: Shown) -> dict[str, Any]:
    """A campaign (shop.schemas.campaigns.CampaignSchema) as /card/create takes it.

    Texts are cut where WeChat's limits (bytes of UTF-8) end: the page says all of it.
    """
    kind, worth = _worth(campaign)
    base = {
        "logo_url": shown.logo_url,
        "brand_name": cut(shown.brand, _BRAND),
        "title": cut(campaign["title"]["zh"], _TITLE),
        "color": "Color020" if campaign["funded_by"] == "airport" else "Color090",
        "notice": cut("结账时出示，或下单时选用", _NOTICE),
        "description": cut(_terms(campaign), _TERMS),
        "code_type": "CODE_TYPE_QRCODE",
        "sku": {"quantity": _ENOUGH},
        "date_info": _dates(campaign),
        # Each code is ours and for one person: nobody else can take it, and nobody can pass it on.
        "use_custom_code": True,
        "bind_openid": True,
        "get_limit": _HELD,
        "can_share": False,
        "can_give_friend": False,
        "center_title": "去使用",
        "center_url": shown.page_url,
    }
    return {"card_type": kind, kind.lower(): {"base_info": base} | worth}


def changes_of(said: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any] | None:
    """What /card/update is to be told so that a card says what is wanted, without its card_id; None for nothing.

    A card keeps its title, its worth and its kind of time; its time may only grow. All of that is settled once a
    coupon is out.
    """
    kind = wanted["card_type"].lower()
    if kind not in said:
        return None
    before, now = said[kind]["base_info"], wanted[kind]["base_info"]
    changed = {name: now[name] for name in _CHANGES if now[name] != before.get(name)}
    old, new = before["date_info"], now["date_info"]
    if old != new and old["type"] == new["type"] == "DATE_TYPE_FIX_TIME_RANGE":
        begins = min(old["begin_timestamp"], new["begin_timestamp"])
        ends = max(old["end_timestamp"], new["end_timestamp"])
        if (begins, ends) != (old["begin_timestamp"], old["end_timestamp"]):
            changed["date_info"] = new | {"begin_timestamp": begins, "end_timestamp": ends}
    return {kind: {"base_info": changed}} if changed else None


def sign_card(ticket: str, signed: dict[str, str]) -> str:
    """cardExt's signature: SHA-1 of the sorted values of the cards' ticket, timestamp, card_id, code, openid and
    nonce_str. signed: those but the ticket. Source: developers.weixin.qq.com, JS-SDK, 附录4."""
    text = "".join(sorted([ticket, *signed.values()]))
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def new_card_code() -> str:
    """Digits by chance, as WeChat's own codes look; tills read both these and coupons' codes."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_LENGTH))


def settles(kind: ErrandKind, errcode: int) -> bool:
    """Whether an answer means that there is nothing more to do.

    40099: the code was used, also by an attempt whose answer was lost. 40127: it is out of use, deleted or over.
    """
    if errcode == 0:
        return True
    return kind in (ErrandKind.CONSUME, ErrandKind.UNAVAILABLE) and errcode in (40099, 40127)


def waits(errcode: int) -> bool:
    """Whether the same call may go well a little later without anybody doing anything."""
    return meaning(errcode) in (Meaning.BUSY, Meaning.STALE_ACCESS, Meaning.DAY_SPENT, Meaning.TOO_FAST)


def errand_pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 4 s, 16 s, 1 min, 4 min, 17 min, then an hour and again."""
    return timedelta(seconds=min(4**attempts, 3600))


def cut(text: str, limit: int) -> str:
    """At most so many bytes of UTF-8, with … where something was left out."""
    if len(text.encode()) <= limit:
        return text
    kept = text.encode()[: limit - len("…".encode())].decode(errors="ignore")
    return f"{kept.rstrip()}…"


def _worth(campaign: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if campaign["kind"] == "amount":
        least = {"least_cost": campaign["threshold_fen"]} if campaign["threshold_fen"] else {}
        return "CASH", {"reduce_cost": campaign["value_fen"]} | least
    return "DISCOUNT", {"discount": campaign["pct"]}


def _terms(campaign: dict[str, Any]) -> str:
    terms = (campaign["terms"]["zh"].strip(), campaign["terms"]["en"].strip())
    return (
        "\n".join(text for text in terms if text) or f"{campaign['title']['zh']}\n{campaign['title']['en']}"
    )


def _dates(campaign: dict[str, Any]) -> dict[str, Any]:
    if campaign["valid_days"] is not None:
        days = campaign["valid_days"]
        return {"type": "DATE_TYPE_FIX_TERM", "fixed_term": days, "fixed_begin_term": 0}
    return {
        "type": "DATE_TYPE_FIX_TIME_RANGE",
        "begin_timestamp": int(datetime.fromisoformat(campaign["valid_from"]).timestamp()),
        "end_timestamp": int(datetime.fromisoformat(campaign["valid_until"]).timestamp()),
    }
