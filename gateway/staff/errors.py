"""Errors of the console's door.

ServiceError
└── Forbidden
    └── NotYourDesk              console.not_your_desk     signed in, but without the role
"""

from __future__ import annotations

from kernel.errors import Forbidden


class NotYourDesk(Forbidden):
    code = "console.not_your_desk"
