"""Errors of the console's door.

ServiceError
├── Forbidden
│   └── NotYourDesk              console.not_your_desk     signed in, but without the role
└── NotFound
    └── NoShopOfYours            console.no_shop           the role `shop`, but no shop of the mall to go with it
"""

from __future__ import annotations

from kernel.errors import Forbidden, NotFound


class NotYourDesk(Forbidden):
    code = "console.not_your_desk"


class NoShopOfYours(NotFound):
    code = "console.no_shop"
