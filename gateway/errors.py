"""Errors of HTTP itself: what a request did wrong before any service was asked.

ServiceError
├── NotFound
│   └── UnknownPath              gateway.unknown_path
├── Invalid
│   ├── BadJson                  gateway.bad_json              data.line, data.column
│   ├── BadBody                  gateway.bad_body              data.fields
│   ├── BadParameter             gateway.bad_parameter         data.fields
│   ├── UnknownParameter         gateway.unknown_parameter     data.fields
│   ├── WrongMethod              gateway.wrong_method          data.allow                       405
│   ├── NotAcceptable            gateway.not_acceptable        data.offered                     406
│   ├── LengthRequired           gateway.length_required                                        411
│   ├── WrongMediaType           gateway.wrong_media_type      data.accepted                    415
│   └── BadRequestLine           gateway.bad_request
├── TooLarge
│   └── BodyTooLarge             gateway.body_too_large        data.limit_bytes
├── Limited
│   ├── TooManyRequests          gateway.too_many_requests     data.retry_after_s
│   └── TooManyStreams           gateway.too_many_streams      data.retry_after_s
└── Unavailable
    ├── Busy                     gateway.busy                  data.retry_after_s
    ├── Draining                 gateway.draining              data.retry_after_s
    ├── ServiceAway              gateway.service_away          data.service, data.retry_after_s
    └── NoNewsYet                gateway.no_news_yet           data.retry_after_s
"""

from __future__ import annotations

from kernel.errors import Invalid, Limited, NotFound, TooLarge, Unavailable


class UnknownPath(NotFound):
    code = "gateway.unknown_path"


class BadJson(Invalid):
    code = "gateway.bad_json"


class BadBody(Invalid):
    code = "gateway.bad_body"


class BadParameter(Invalid):
    code = "gateway.bad_parameter"


class UnknownParameter(Invalid):
    code = "gateway.unknown_parameter"


class WrongMethod(Invalid):
    code = "gateway.wrong_method"


class NotAcceptable(Invalid):
    code = "gateway.not_acceptable"


class LengthRequired(Invalid):
    code = "gateway.length_required"


class WrongMediaType(Invalid):
    code = "gateway.wrong_media_type"


class BadRequestLine(Invalid):
    code = "gateway.bad_request"


class BodyTooLarge(TooLarge):
    code = "gateway.body_too_large"


class TooManyRequests(Limited):
    code = "gateway.too_many_requests"


class TooManyStreams(Limited):
    code = "gateway.too_many_streams"


class Busy(Unavailable):
    code = "gateway.busy"


class Draining(Unavailable):
    code = "gateway.draining"


class ServiceAway(Unavailable):
    code = "gateway.service_away"


class NoNewsYet(Unavailable):
    code = "gateway.no_news_yet"
