"""Accounts, for admins: who may sign in, with which roles; new people, resets, ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, act, page
from gateway.staff.own import browser_words
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.texts import N_, Texts, when
from kernel.errors import Kind, ServiceError
from kernel.ids import new_secret
from services.staff.schemas import MAX_SHOPS, Role

_HOME: Final = "/staff/accounts"
_ONE: Final = "/staff/accounts/{account_id}"
_PASSWORD_BYTES: Final = 12
ROLES: Final = {
    Role.DESK: N_("Lost and found desk"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.INSPECTOR: N_("Bus inspector"),
    Role.SHOP: N_("Shop"),
    Role.LOUNGE: N_("Lounge"),
    Role.FEEDBACK: N_("Feedback"),
    Role.EDITOR: N_("Notices and guides"),
    Role.FLIGHT_DESK: N_("Flight desk"),
    Role.CHECKIN_DESK: N_("Check-in desk"),
    Role.SUPPORT: N_("Support: messages, payments"),
    Role.ADMIN: N_("Admin: accounts, trail"),
}
QUEUE: Final = Queue(
    "accounts",
    (
        Column(N_("Login"), "code"),
        Column(N_("Name")),
        Column(N_("Roles")),
        Column(N_("State")),
        Column(N_("Last signed in"), "time"),
        Column(N_("Added"), "time"),
    ),
    search=N_("Login or name"),
    filters=(Filter("role", N_("Role"), tuple((role.value, word) for role, word in ROLES.items())),),
)


def desk(console: Console) -> Desk:
    accounts = Accounts(console)
    return Desk(
        _HOME,
        N_("Accounts"),
        "people",
        frozenset({Role.ADMIN}),
        (
            page(_HOME, accounts.page),
            page(f"{_HOME}/new", accounts.new),
            act(f"{_HOME}/new", accounts.add),
            page(_ONE, accounts.one),
            act(f"{_ONE}/roles", accounts.set_roles),
            act(f"{_ONE}/shops", accounts.set_shops),
            act(f"{_ONE}/active", accounts.set_active),
            act(f"{_ONE}/reset", accounts.reset),
            act(f"{_ONE}/sessions/end", accounts.end_sessions),
        ),
    )


class Accounts:
    def __init__(self, console: Console) -> None:
        self._console = console

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/accounts."""

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            wish = {
                "text": wishes["q"][:64],
                "role": wishes["role"] or None,
                "limit": limit,
                "cursor": cursor[:64],
            }
            answer = await self._console.read(request, staff, "staff", "list_accounts", **wish)
            t, found = self._console.texts(request), answer["accounts"]
            hrefs = [f"{_HOME}/{each['id']}" for each in found]
            return Found([self._row(t, each) for each in found], answer["cursor"] or "", hrefs)

        values = {"template": "accounts.html", "heading": N_("Accounts"), "empty": N_("Nobody yet.")}
        return await QUEUE.answer(self._console, request, staff, fetch, values)

    def _row(self, t: Texts, account: dict[str, Any]) -> list[Cell]:
        zone = self._console.zone
        return [
            Cell(account["login"]),
            Cell(account["name"]),
            Cell(
                ", ".join(t(ROLES[Role(role)]) for role in account["roles"]), note=", ".join(account["shops"])
            ),
            state_of(t, account),
            Cell(when(account["last_seen_at"], zone)),
            Cell(when(account["created_at"], zone)),
        ]

    async def new(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/accounts/new."""
        return await self._new(request, staff)

    async def add(self, request: Request, staff: Staff, form: Form) -> bytes | Response:
        """POST /staff/accounts/new: the first password is made here and shown once."""
        password = new_secret(_PASSWORD_BYTES)
        wish = {
            "login": form.get("login", "")[:64],
            "name": form.get("name", "").strip()[:64],
            "roles": roles_of(form),
            "shops": shops_of(form),
        }
        try:
            answer = await self._console.write_sealed(
                request, staff, form, "add_account", {"password": password}, **wish
            )
        except ServiceError as exc:
            if exc.kind not in {Kind.INVALID, Kind.CONFLICT}:
                raise
            html = await self._new(request, staff, wish, self._console.refused(request, exc))
            return self._console.page(request, html, 400)
        return await self._shown(request, staff, answer["account"], password)

    async def _new(
        self, request: Request, staff: Staff, typed: Mapping[str, Any] | None = None, wrong: str = ""
    ) -> bytes:
        mall = await self._mall(request, staff)
        values = {"roles": ROLES, "mall": mall, "typed": typed or {}, "wrong": wrong}
        return self._console.draw(request, "account_new.html", staff, **values)

    async def _mall(self, request: Request, staff: Staff) -> list[dict[str, Any]] | None:
        """All shops there are, by name; None while the mall can't be asked: then their ids are typed."""
        try:
            wish = {"actor": staff.actor, "shops": staff.own_shops}
            answer = await self._console.read(request, staff, "shop", "list_staff_shops", **wish)
        except ServiceError as exc:
            if exc.kind not in {Kind.UNAVAILABLE, Kind.DEADLINE}:
                raise
            return None
        t = self._console.texts(request)
        found = [{"id": each["id"], "name": t.name(each["name"])} for each in answer["shops"]]
        return sorted(found, key=lambda each: str(each["name"]))

    async def one(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/accounts/{account_id}."""
        answer = await self._console.read(
            request, staff, "staff", "get_account", account_id=_account_id(request)
        )
        return await self._shown(request, staff, answer["account"])

    async def set_roles(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/roles."""
        await self._change(request, staff, form, "set_roles", roles=roles_of(form))
        return self._console.go(f"{_HOME}/{_account_id(request)}")

    async def set_shops(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/shops: those that were ticked, or typed while the mall was away."""
        await self._change(request, staff, form, "set_shops", shops=shops_of(form))
        return self._console.go(f"{_HOME}/{_account_id(request)}")

    async def set_active(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/active."""
        await self._change(request, staff, form, "set_active", active=form.get("active") == "yes")
        return self._console.go(f"{_HOME}/{_account_id(request)}")

    async def reset(self, request: Request, staff: Staff, form: Form) -> bytes:
        """POST …/reset: a new first password, shown once; the authenticator is set up anew."""
        password = new_secret(_PASSWORD_BYTES)
        answer = await self._console.write_sealed(
            request, staff, form, "reset_account", {"password": password}, account_id=_account_id(request)
        )
        self._console.people.forget_account(_account_id(request))
        return await self._shown(request, staff, answer["account"], password)

    async def end_sessions(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/sessions/end: all of them, or the one named."""
        await self._change(
            request, staff, form, "end_sessions", session_id=form.get("session_id", "")[:64] or None
        )
        return self._console.go(f"{_HOME}/{_account_id(request)}")

    async def _change(
        self, request: Request, staff: Staff, form: Form, method: str, **wish: Any
    ) -> dict[str, Any]:
        account_id = _account_id(request)
        answer: dict[str, Any] = await self._console.write(
            request, staff, form, "staff", method, account_id=account_id, **wish
        )
        self._console.people.forget_account(account_id)
        return answer

    async def _shown(
        self, request: Request, staff: Staff, account: dict[str, Any], password: str = ""
    ) -> bytes:
        t, zone = self._console.texts(request), self._console.zone
        told = await self._console.read(request, staff, "staff", "list_sessions", account_id=account["id"])
        sessions = [
            {**each, "agent": browser_words(each["agent"]), "seen": when(each["last_seen_at"], zone)}
            for each in told["sessions"]
        ]
        return self._console.draw(
            request,
            "account.html",
            staff,
            account=account,
            state=state_of(t, account),
            roles=ROLES,
            mall=await self._mall(request, staff),
            sessions=sessions,
            seen=when(account["last_seen_at"], zone),
            added=when(account["created_at"], zone),
            password=password,
        )


def state_of(t: Texts, account: dict[str, Any]) -> Cell:
    """In one word, whether somebody can sign in."""
    if not account["active"]:
        return Cell(t("Disabled"), "bad")
    if not account["enrolled"]:
        return Cell(t("Not signed in yet"), "late")
    return Cell(t("Active"), "go")


def roles_of(form: Form) -> list[str]:
    """The roles that were ticked."""
    ticked = form.get("roles", "").split()
    return [role.value for role in Role if role.value in ticked]


def shops_of(form: Form) -> list[str]:
    """Ids of shops, however they were parted."""
    return list(dict.fromkeys(form.get("shops", "").replace(",", " ").split()))[:MAX_SHOPS]


def _account_id(request: Request) -> str:
    return str(request.path_params["account_id"])[:64]
