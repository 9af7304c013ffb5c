"""Campaigns: which coupons are given out, how many are claimed and what they took off; made, begun, paused, ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, act, page
from gateway.staff.people import Staff
from gateway.staff.plots import Bar, bars, progress
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.shop_products import category_words
from gateway.staff.shop_reading import (
    both,
    maybe_yuan,
    moment_text,
    read_moment,
    read_whole,
    read_yuan,
    wrong_words,
)
from gateway.staff.shop_shared import AGAIN, HOME, ROLES, Mall, name_words, typed_yuan, yuan
from gateway.staff.shop_stock import frame
from gateway.staff.shop_wallet import Wallet
from gateway.staff.texts import N_, Texts, when
from kernel.errors import ServiceError
from services.shop.schemas.categories import CATEGORIES
from services.shop.schemas.coupon_words import CampaignKind, CampaignState, CouponState, FundedBy, Service

CAMPAIGNS: Final = f"{HOME}/campaigns"
_ONE: Final = f"{CAMPAIGNS}/{{campaign_id}}"
_NEW: Final = "new"
_CHIP: Final = {"draft": "calm", "on": "go", "paused": "late", "ended": "calm"}
STATES: Final = {
    CampaignState.DRAFT.value: N_("Draft"),
    CampaignState.ON.value: N_("Running"),
    CampaignState.PAUSED.value: N_("Paused"),
    CampaignState.ENDED.value: N_("Ended"),
}
NEXT: Final = {
    CampaignState.DRAFT.value: (("on", N_("Begin")),),
    CampaignState.ON.value: (("paused", N_("Pause")), ("ended", N_("End for good"))),
    CampaignState.PAUSED.value: (("on", N_("Go on")), ("ended", N_("End for good"))),
    CampaignState.ENDED.value: (),
}
COUPONS: Final = {
    CouponState.CLAIMED.value: (N_("Claimed, not used yet"), "calm"),
    CouponState.LOCKED.value: (N_("In an order that isn't paid yet"), "late"),
    CouponState.REDEEMED.value: (N_("Used"), "go"),
    CouponState.EXPIRED.value: (N_("Not used in time"), "bad"),
    CouponState.VOID.value: (N_("Void"), "bad"),
}
SERVICES: Final = {
    Service.SHOP.value: N_("The mall"),
    Service.BUS.value: N_("Buses"),
    Service.LOUNGE.value: N_("Lounges"),
    "till": N_("At the till"),
}
DONE: Final = {
    "1": N_("Saved."),
    "cards": N_("It is tried again. Look here in a minute whether it went well."),
}
QUEUE: Final = Queue(
    "shop-campaigns",
    (
        Column(N_("Title")),
        Column(N_("Value")),
        Column(N_("Claimed"), "number"),
        Column(N_("State")),
        Column(N_("Claimed from"), "time"),
        Column(N_("Claimed until"), "time"),
    ),
    filters=(Filter("state", N_("State"), tuple(STATES.items())),),
)


def desk(console: Console) -> Desk:
    campaigns = Campaigns(Mall(console))
    places = (
        page(CAMPAIGNS, campaigns.page),
        page(_ONE, campaigns.one),
        act(_ONE, campaigns.save),
        act(f"{_ONE}/state", campaigns.set_state),
        act(f"{_ONE}/cards", campaigns.retry_cards),
    )
    return Desk(CAMPAIGNS, N_("Campaigns"), "shop", ROLES, places, in_menu=False)


class Campaigns:
    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console
        self._wallet = Wallet(mall.console)

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/shop/campaigns."""
        t = self._console.texts(request)

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            states = [wishes["state"]] if wishes["state"] else []
            wish = {"states": states, "limit": min(limit, 100), "cursor": cursor or None}
            answer = await self._mall.read(request, staff, "list_campaigns_for_staff", **wish)
            found = answer["campaigns"]
            hrefs = [f"{CAMPAIGNS}/{each['id']}" for each in found]
            return Found([self._row(t, each) for each in found], answer["next_cursor"] or "", hrefs)

        values = {
            "template": "shop_campaigns.html",
            "heading": N_("Campaigns"),
            "empty": N_("There is no campaign yet."),
            **await frame(self._mall, request, staff, CAMPAIGNS),
        }
        return await QUEUE.answer(self._console, request, staff, fetch, values)

    def _row(self, t: Texts, each: Mapping[str, Any]) -> list[Cell]:
        zone, word, tone = self._console.zone, STATES[each["state"]], _CHIP[each["state"]]
        return [
            Cell(name_words(t, each["title"])),
            Cell(worth(t, each)),
            Cell(f"{each['claimed']:,} / {each['stock']:,}"),
            Cell(t(word), tone),
            Cell(when(each["starts_at"], zone)),
            Cell(when(each["ends_at"], zone)),
        ]

    async def one(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/shop/campaigns/{campaign_id}; `new` for one that there isn't yet."""
        return await self._draw(request, staff)

    async def save(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/shop/campaigns/{campaign_id}."""
        campaign_id = _campaign_id(request)
        wish = {
            "campaign_id": campaign_id,
            "seen_version": read_whole(form.get("version", "")) or 0,
            "campaign": self._draft(form),
        }
        try:
            answer = await self._mall.write(request, staff, form, "save_campaign", **wish)
        except ServiceError as exc:
            return await self._refused(request, staff, exc, form)
        return self._console.go(f"{CAMPAIGNS}/{answer['campaign']['id']}?done=1")

    async def set_state(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/state: begin, pause, go on, end."""
        campaign_id = _campaign_id(request) or "-"
        try:
            wish = {"campaign_id": campaign_id, "state": form.get("state", "")}
            await self._mall.write(request, staff, form, "set_campaign_state", **wish)
        except ServiceError as exc:
            return await self._refused(request, staff, exc, {})
        return self._console.go(f"{CAMPAIGNS}/{campaign_id}?done=1")

    async def retry_cards(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/cards: what of its card in WeChat's wallet stands still is tried again."""
        campaign_id = _campaign_id(request) or "-"
        # Whose campaign it is, the mall says.
        await self._mall.read(request, staff, "campaign_figures", campaign_id=campaign_id)
        await self._wallet.retry(request, staff, campaign_id)
        return self._console.go(f"{CAMPAIGNS}/{campaign_id}?done=cards")

    def _draft(self, form: Form) -> dict[str, Any]:
        zone, amount = self._console.zone, form.get("kind") != CampaignKind.PERCENT.value
        days = form.get("valid") == "days"

        def moment(name: str) -> str | None:
            return read_moment(form.get(name, ""), zone)

        return {
            "title": both(form, "title", 60),
            "terms": both(form, "terms", 1000),
            "kind": CampaignKind.AMOUNT.value if amount else CampaignKind.PERCENT.value,
            "value_fen": maybe_yuan(form.get("value", "")) if amount else None,
            "pct": None if amount else read_whole(form.get("pct", "")),
            "cap_fen": None if amount else maybe_yuan(form.get("cap", "")),
            "threshold_fen": read_yuan(form.get("threshold", "") or "0"),
            "stock": read_whole(form.get("stock", "")),
            "per_person": read_whole(form.get("per_person", "")) or 1,
            "starts_at": moment("starts"),
            "ends_at": moment("ends"),
            "valid_from": None if days else moment("valid_from"),
            "valid_until": None if days else moment("valid_until"),
            "valid_days": read_whole(form.get("valid_days", "")) if days else None,
            "scope": {
                "services": form.get("services", "").split(),
                "shop_ids": form.get("shop_ids", "").split(),
                "categories": form.get("categories", "").split(),
            },
            "stack_group": form.get("group", "").strip()[:32],
            "funded_by": form.get("funded_by") or FundedBy.MERCHANT.value,
        }

    async def _refused(self, request: Request, staff: Staff, error: ServiceError, form: Form) -> Response:
        if error.kind not in AGAIN:
            raise error
        wrong = wrong_words(self._console, self._console.texts(request), error)
        return self._console.page(request, await self._draw(request, staff, wrong, form or None), 400)

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        wrong: list[str] | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        t, campaign_id = self._console.texts(request), _campaign_id(request)
        found = None
        if campaign_id is not None:
            found = await self._mall.read(request, staff, "campaign_figures", campaign_id=campaign_id)
        campaign = found["campaign"] if found else None
        stuck = await self._wallet.stuck(request, staff, campaign["id"]) if campaign else []
        return await self._mall.draw(
            request,
            staff,
            "shop_campaign.html",
            CAMPAIGNS,
            campaign=campaign,
            here=f"{CAMPAIGNS}/{campaign_id or _NEW}",
            title=name_words(t, campaign["title"]) if campaign else t("New campaign"),
            worth=worth(t, campaign) if campaign else "",
            state=(STATES[campaign["state"]], _CHIP[campaign["state"]]) if campaign else ("", ""),
            steps=NEXT[campaign["state"]] if campaign else (),
            figures=_figures(t, found) if found else None,
            stuck=stuck,
            written=typed if typed is not None else _as_form(campaign, self._console),
            out=bool(campaign and campaign["claimed"]),
            services=[(code, word) for code, word in SERVICES.items() if code != "till"],
            shops=[(each["id"], t.name(each["name"])) for each in await self._mall.shops(request, staff)],
            categories=[
                (each.code, category_words(t, each.code))
                for each in CATEGORIES.values()
                if each.parent is None
            ],
            wrong=wrong or [],
            done=DONE.get(request.query_params.get("done", ""), ""),
        )


def worth(t: Texts, campaign: Mapping[str, Any]) -> str:
    """What a coupon takes off, in a few words."""
    if campaign["kind"] == CampaignKind.AMOUNT.value:
        said = [t("%(sum)s off", sum=yuan(campaign["value_fen"]))]
    else:
        pct = campaign["pct"]
        # 15 % off is what shops here call 8.5 折.
        said = [t("%(share)s off", share=f"{(100 - pct) / 10:g}" if t.language == "zh" else f"{pct}%")]
        if campaign["cap_fen"]:
            said.append(t("at most %(sum)s", sum=yuan(campaign["cap_fen"])))
    if campaign["threshold_fen"]:
        said.append(t("from %(sum)s on", sum=yuan(campaign["threshold_fen"])))
    return " · ".join(said)


def _figures(t: Texts, found: Mapping[str, Any]) -> dict[str, Any]:
    campaign, title = found["campaign"], t("Coupons by state")
    states = [
        Bar(t(word), found["states"].get(state, 0), tone)
        for state, (word, tone) in COUPONS.items()
        if found["states"].get(state, 0) or state in {"claimed", "redeemed"}
    ]
    return {
        "claimed": f"{campaign['claimed']:,}",
        "left": f"{campaign['left']:,}",
        "meter": progress(t("Claimed"), campaign["claimed"], campaign["stock"]),
        "used": f"{found['used']:,}",
        "given_back": found["given_back"],
        "change": found["change_coupons"],
        "discount": yuan(found["discount_fen"]),
        "plot": bars(title, states),
        "by_service": [(t(SERVICES.get(code, code)), count) for code, count in found["by_service"].items()],
    }


def _as_form(campaign: Mapping[str, Any] | None, console: Console) -> dict[str, str]:
    if campaign is None:
        return {"kind": "amount", "valid": "days", "valid_days": "30", "per_person": "1", "services": "shop"}
    zone, scope = console.zone, campaign["scope"]
    return {
        **{f"{name}_{each}": campaign[name][each] for name in ("title", "terms") for each in ("zh", "en")},
        "kind": campaign["kind"],
        "value": typed_yuan(campaign["value_fen"]),
        "pct": str(campaign["pct"] or ""),
        "cap": typed_yuan(campaign["cap_fen"]),
        "threshold": typed_yuan(campaign["threshold_fen"]) if campaign["threshold_fen"] else "",
        "stock": str(campaign["stock"]),
        "per_person": str(campaign["per_person"]),
        "starts": moment_text(campaign["starts_at"], zone),
        "ends": moment_text(campaign["ends_at"], zone),
        "valid": "days" if campaign["valid_days"] else "until",
        "valid_days": str(campaign["valid_days"] or ""),
        "valid_from": moment_text(campaign["valid_from"], zone),
        "valid_until": moment_text(campaign["valid_until"], zone),
        "services": " ".join(scope["services"]),
        "shop_ids": " ".join(scope["shop_ids"]),
        "categories": " ".join(scope["categories"]),
        "group": campaign["stack_group"],
        "funded_by": campaign["funded_by"],
    }


def _campaign_id(request: Request) -> str | None:
    found = str(request.path_params["campaign_id"])[:64]
    return None if found == _NEW else found
