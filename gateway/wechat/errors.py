"""Errors of the callback. Who isn't WeChat learns nothing from them.

ServiceError
├── Forbidden
│   └── Refused               wechat.refused         not signed by WeChat, too old, used before, for another account
└── Invalid
    └── BadMessage            wechat.bad_message     signed, but no message that can be read
"""

from __future__ import annotations

from kernel.errors import Forbidden, Invalid


class Refused(Forbidden):
    code = "wechat.refused"


class BadMessage(Invalid):
    code = "wechat.bad_message"
