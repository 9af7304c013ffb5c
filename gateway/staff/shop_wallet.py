"""A campaign's card in WeChat's wallet: what of it stands still because WeChat or the mall refuses, and trying it again."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from starlette.requests import Request

from gateway.staff.console import Console
from gateway.staff.people import Staff
from gateway.staff.texts import N_, Texts, when
from kernel.errors import Kind, ServiceError
from services.notify.card_schemas import ErrandState

KINDS: Final = {
    "card": N_("The campaign's card could not be made or changed"),
    "look": N_("Whether a card was taken could not be found out"),
    "bind": N_("A card that was taken could not get its coupon"),
    "consume": N_("The card of a used coupon could not be redeemed"),
    "unavailable": N_("The card of a void coupon could not be withdrawn"),
    "drop": N_("A coupon that came back could not leave its card"),
}
REASONS: Final = {
    "consumed_elsewhere": N_(
        "It was redeemed with WeChat's own app instead of at the till. See that the coupon is used here, too."
    ),
    "no_answer": N_("WeChat did not answer for a long time."),
    "notify.wechat_away": N_("WeChat did not answer for a long time."),
}
_NO_RIGHT: Final = frozenset({"wechat_43009", "wechat_45030", "wechat_48001", "wechat_40164"})
_OF_WECHAT: Final = "wechat_"


class Wallet:
    def __init__(self, console: Console) -> None:
        self._console = console

    async def stuck(self, request: Request, staff: Staff, campaign_id: str) -> list[dict[str, Any]]:
        """What stands still, by what it is and why: words, how many, since when. Empty also while nobody can say."""
        try:
            errands = await self._errands(request, staff, campaign_id)
        except ServiceError as exc:
            if exc.kind not in {Kind.UNAVAILABLE, Kind.DEADLINE}:
                raise
            return []
        t, alike = self._console.texts(request), defaultdict(list)
        for each in errands:
            alike[each["kind"], each["reason"] or ""].append(each["created_at"])
        return [
            {
                "what": t(KINDS.get(kind, kind)),
                "why": _why(t, reason),
                "count": len(since),
                "since": when(min(since), self._console.zone),
            }
            for (kind, reason), since in alike.items()
        ]

    async def retry(self, request: Request, staff: Staff, campaign_id: str) -> int:
        """Let all of it be tried again, and say so in the trail; how many."""
        ids = [each["id"] for each in await self._errands(request, staff, campaign_id)]
        if not ids:
            return 0
        told = await self._console.read(request, staff, "notify", "retry_card_errands", errand_ids=ids)
        await self._console.note(request, staff, "campaign.cards_retried", campaign_id, count=told["retried"])
        return int(told["retried"])

    async def _errands(self, request: Request, staff: Staff, campaign_id: str) -> list[dict[str, Any]]:
        wish = {"state": ErrandState.STUCK.value, "campaign_id": campaign_id}
        answer = await self._console.read(request, staff, "notify", "list_card_errands", **wish)
        return list(answer["errands"])


def _why(t: Texts, reason: str) -> str:
    if reason in _NO_RIGHT:
        code = reason.removeprefix(_OF_WECHAT)
        return t(
            "The account lacks a right for cards (WeChat says %(code)s). Once it has it, try again.",
            code=code,
        )
    if reason.startswith(_OF_WECHAT):
        return t("WeChat refuses it (%(code)s).", code=reason.removeprefix(_OF_WECHAT))
    return t(REASONS[reason]) if reason in REASONS else reason
