"""The trail, for admins: who did what, and whether the chain is whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, act, page
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Found, Queue
from gateway.staff.texts import N_, clock
from services.staff.schemas import Role

_HOME: Final = "/staff/trail"
ACTIONS: Final = {
    "account.added": N_("Account added"),
    "account.roles_set": N_("Roles set"),
    "account.shops_set": N_("Shops set"),
    "account.enabled": N_("Account enabled"),
    "account.disabled": N_("Account disabled"),
    "account.reset": N_("Account reset"),
    "account.password_changed": N_("Password changed"),
    "sessions.ended": N_("Sessions ended"),
    "sign_in.done": N_("Signed in"),
    "sign_in.ended": N_("Signed out"),
    "sign_in.guessed": N_("Several wrong attempts"),
    "sign_in.codes_guessed": N_("Codes guessed after the right password"),
    "staff.vouched": N_("Vouched as second person"),
    "export.taken": N_("Data taken out"),
    "order.traced": N_("Order traced"),
    "campaign.cards_retried": N_("Cards tried again"),
    "names.shown": N_("Names of travellers shown"),
    "reports.looked_up": N_("Reports looked up by a phone or document number"),
}
QUEUE: Final = Queue(
    "trail",
    (
        Column(N_("No."), "number"),
        Column(N_("Time"), "time"),
        Column(N_("Who")),
        Column(N_("What")),
        Column(N_("About")),
        Column(N_("Details")),
        Column(N_("Hash"), "code"),
    ),
    search=N_("Login, or the beginning of an action such as account."),
)


def desk(console: Console) -> Desk:
    trail = TrailDesk(console)
    return Desk(
        _HOME,
        N_("Trail"),
        "trail",
        frozenset({Role.ADMIN}),
        (page(_HOME, trail.page), act(f"{_HOME}/verify", trail.verify)),
    )


class TrailDesk:
    def __init__(self, console: Console) -> None:
        self._console = console

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/trail."""
        return await self._page(request, staff, None)

    async def verify(self, request: Request, staff: Staff, form: Form) -> bytes | Response:
        """POST /staff/trail/verify: the whole chain is read and hashed again."""
        state = await self._console.read(request, staff, "staff", "verify_audit")
        return await self._page(request, staff, state)

    async def _page(self, request: Request, staff: Staff, state: dict[str, Any] | None) -> bytes | Response:
        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            wish = {"text": wishes["q"], "limit": limit, "cursor": cursor if cursor.isdigit() else ""}
            answer = await self._console.read(request, staff, "staff", "list_audit", **wish)
            rows = [self._row(request, each, answer["names"]) for each in answer["rows"]]
            return Found(rows, answer["cursor"] or "")

        values = {
            "template": "trail.html",
            "heading": N_("Trail"),
            "empty": N_("Nothing was done yet."),
            "state": state,
        }
        return await QUEUE.answer(self._console, request, staff, fetch, values)

    def _row(self, request: Request, row: dict[str, Any], names: Mapping[str, str]) -> list[Cell]:
        t = self._console.texts(request)
        actor = row["actor"].removeprefix("staff:")
        detail = json.dumps(row["detail"], ensure_ascii=False) if row["detail"] else ""
        return [
            Cell(str(row["seq"])),
            Cell(clock(row["at"], self._console.zone)),
            Cell(names.get(actor, t("nobody signed in") if actor == "nobody" else actor)),
            Cell(t(ACTIONS.get(row["action"], row["action"]))),
            Cell(names.get(row["subject"], row["subject"])),
            Cell(detail),
            Cell(row["hash"][:12]),
        ]
