"""How one may follow a flight, and what the panel on its page begins with."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from gateway.following import is_over
from gateway.web.site import in_wechat
from gateway.web.texts import N_
from kernel import clock

ROLES: Final = {
    "passenger": (N_("I'm flying"), N_("as a passenger")),
    "companion": (N_("With a traveller"), N_("as a companion")),
    "greeter": (N_("Meeting someone"), N_("to meet someone")),
}
"""By role: what the button says, and how one follows."""


def preset(request: Request, flight: dict[str, Any]) -> dict[str, Any]:
    """What the buttons of a flight's page begin with: the role asked for, else the likeliest."""
    asked = request.query_params.get("role", "")
    likely = "passenger" if flight["direction"] == "departure" else "greeter"
    return {
        "roles": ROLES,
        "role": asked if asked in ROLES else likely,
        "can_follow": not is_over(flight, clock.now()),
    }


def anonymous(request: Request, flight: dict[str, Any]) -> dict[str, Any]:
    """The panel for one who isn't signed in: the same for every such reader."""
    return {
        "changed": False,
        "told_in": "",
        "token": "",
        "form_id": "",
        "in_wechat": in_wechat(request),
        "away": False,
        "following": None,
        "hears": True,
        "consent": "",
        **preset(request, flight),
    }
