"""One's own page: where one is signed in, and the password."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import EVERYBODY, Desk, Form, act, page
from gateway.staff.guard import PASSWORD, SIGN_IN
from gateway.staff.people import Staff
from gateway.staff.texts import N_, when
from kernel.errors import Kind, ServiceError

_HOME = "/staff/me"


def desk(console: Console) -> Desk:
    own = Own(console)
    return Desk(
        _HOME,
        N_("My sessions"),
        "me",
        EVERYBODY,
        (
            page(_HOME, own.page),
            act(f"{_HOME}/sessions/end", own.end),
            page(PASSWORD, own.password_page),
            act(PASSWORD, own.change_password),
        ),
        in_menu=False,
    )


class Own:
    def __init__(self, console: Console) -> None:
        self._console = console

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/me."""
        answer = await self._console.read(
            request, staff, "staff", "list_sessions", account_id=staff.account_id
        )
        sessions = [
            {
                "id": each["id"],
                "mine": each["id"] == staff.session_id,
                "began": when(each["created_at"], self._console.zone),
                "seen": when(each["last_seen_at"], self._console.zone),
                "ends": when(each["expires_at"], self._console.zone),
                "address": each["address"],
                "agent": browser_words(each["agent"]),
            }
            for each in answer["sessions"]
        ]
        return self._console.draw(request, "own.html", staff, sessions=sessions)

    async def end(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/me/sessions/end: one of one's own sessions, or all of them."""
        session_id = form.get("session_id", "")[:64] or None
        wish = {"account_id": staff.account_id, "session_id": session_id}
        await self._console.write(request, staff, form, "staff", "end_sessions", **wish)
        self._console.people.forget_account(staff.account_id)
        return self._console.go(_HOME if session_id and session_id != staff.session_id else SIGN_IN)

    async def password_page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/password."""
        return self._console.draw(request, "password.html", staff, wrong="")

    async def change_password(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/password: all sessions end, this one too; one signs in with the new password."""
        console, t = self._console, self._console.texts(request)
        new = form.get("new_password", "")
        wrong = ""
        if new != form.get("again", ""):
            wrong = t("The two new passwords are not the same.")
        else:
            try:
                await self._change(request, staff, form, new)
            except ServiceError as exc:
                if exc.kind is not Kind.INVALID:
                    raise
                wrong = console.refused(request, exc)
        if wrong:
            return console.page(request, console.draw(request, "password.html", staff, wrong=wrong), 400)
        console.people.forget_account(staff.account_id)
        response = console.go(f"{SIGN_IN}?said=password_changed")
        console.people.cookies.drop_session(response)
        return response

    async def _change(self, request: Request, staff: Staff, form: Form, new: str) -> None:
        secret = {"old_password": form.get("old_password", "")[:200], "new_password": new[:1000]}
        await self._console.write_sealed(
            request, staff, form, "change_password", secret, account_id=staff.account_id
        )


def browser_words(agent: str) -> str:
    """A browser and its system, as far as its own words tell."""
    systems = ("iPad", "iPhone", "Android", "Windows", "Mac OS X", "Linux")
    names = {
        "MicroMessenger": "WeChat",
        "Edg/": "Edge",
        "Firefox/": "Firefox",
        "Chrome/": "Chrome",
        "Safari/": "Safari",
    }
    name = next((word for mark, word in names.items() if mark in agent), agent[:40] or "?")
    system = next((system for system in systems if system in agent), "")
    return f"{name}, {system}" if system else name
