"""FRONT DOOR: errors that callers of notify may see.

ServiceError
├── NotFound
│   ├── FlightNotFound        notify.flight_not_found   no such flight to follow
│   └── NoCard                notify.no_card            WeChat has no card of this campaign (yet)
├── Conflict
│   ├── TooManyFollows        notify.too_many_follows   data.limit
│   ├── NotReachable          notify.not_reachable      this WeChat user doesn't follow the account, or refuses
│   ├── CardNotPossible       notify.card_not_possible  data.why: this coupon doesn't go into the wallet
│   └── WindowClosed          notify.window_closed      customer-service messages: the user wrote too long ago
├── Forbidden
│   └── ForeignPage           notify.foreign_page       only pages of our own origin are signed
├── Invalid
│   ├── BadRequest            notify.bad_request        data.fields
│   ├── BadCursor             notify.bad_cursor
│   ├── BadMessage            notify.bad_message        data.errcode: WeChat can't make sense of it
│   └── BadMenu               notify.bad_menu           data.path, data.reason
├── Limited
│   └── QuotaSpent            notify.quota_spent        data.retry_after_s: WeChat takes no more for now
└── Unavailable
    ├── WeChatAway            notify.wechat_away        data.retry_after_s
    ├── WeChatRefuses         notify.wechat_refuses     data.errcode: an operator must look (address list, rights)
    └── WeChatNotConnected    notify.wechat_not_connected   no account is configured
"""

from __future__ import annotations

from kernel.errors import Conflict, Forbidden, Invalid, Limited, NotFound, Unavailable


class FlightNotFound(NotFound):
    code = "notify.flight_not_found"


class NoCard(NotFound):
    code = "notify.no_card"


class TooManyFollows(Conflict):
    code = "notify.too_many_follows"


class NotReachable(Conflict):
    code = "notify.not_reachable"


class CardNotPossible(Conflict):
    code = "notify.card_not_possible"


class WindowClosed(Conflict):
    code = "notify.window_closed"


class ForeignPage(Forbidden):
    code = "notify.foreign_page"


class BadRequest(Invalid):
    code = "notify.bad_request"


class BadCursor(Invalid):
    code = "notify.bad_cursor"


class BadMessage(Invalid):
    code = "notify.bad_message"


class BadMenu(Invalid):
    code = "notify.bad_menu"


class QuotaSpent(Limited):
    code = "notify.quota_spent"


class WeChatAway(Unavailable):
    code = "notify.wechat_away"


class WeChatRefuses(Unavailable):
    code = "notify.wechat_refuses"


class WeChatNotConnected(Unavailable):
    code = "notify.wechat_not_connected"
