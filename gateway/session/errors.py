"""Errors of signing in and of forms.

ServiceError
├── Invalid
│   └── BadState              session.bad_state       the sign-in didn't begin in this browser, or too long ago
└── Forbidden
    ├── CrossSite             session.cross_site      the request doesn't come from a page of ours
    └── BadForm               session.bad_form        the form belongs to another session
"""

from __future__ import annotations

from kernel.errors import Forbidden, Invalid


class BadState(Invalid):
    code = "session.bad_state"


class CrossSite(Forbidden):
    code = "session.cross_site"


class BadForm(Forbidden):
    code = "session.bad_form"
