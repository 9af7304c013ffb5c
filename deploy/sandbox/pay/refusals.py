"""How WeChat Pay refuses: a status, a word and a sentence in Chinese, and for the log also one in English."""

from __future__ import annotations

from typing import Any

from deploy.sandbox.words import Words


class PayRefused(Exception):
    """The platform says no.

    signed: answers are signed as soon as the request's own signature was found right, refusals too.
    detail: what WeChat tells besides, e.g. which field is at fault.
    """

    signed = True

    def __init__(
        self, status: int, code: str, zh: str, en: str, detail: dict[str, Any] | None = None
    ) -> None:
        super().__init__(code, en)
        self.status, self.code, self.detail = status, code, detail
        self.why = Words(zh, en)

    def document(self) -> dict[str, Any]:
        """The body of the answer."""
        found: dict[str, Any] = {"code": self.code, "message": self.why.zh}
        return found | ({"detail": self.detail} if self.detail else {})


class NotTheMerchant(PayRefused):
    """Nothing that the merchant signed: 401, and the answer is not signed either."""

    signed = False

    def __init__(self, zh: str, en: str, detail: dict[str, Any] | None = None) -> None:
        super().__init__(401, "SIGN_ERROR", zh, en, detail)


def bad_field(path: str, zh: str, en: str) -> PayRefused:
    """A field that isn't as the documents say. path: as /body/payer/openid."""
    return PayRefused(
        400, "PARAM_ERROR", f"输入源“{path}”{zh}", f"{path} {en}",
        {"field": path, "location": path.split("/")[1], "issue": en},
    )  # fmt: skip


def bad_request(zh: str, en: str) -> PayRefused:
    """The form is right, a rule of the trade is broken."""
    return PayRefused(400, "INVALID_REQUEST", zh, en)
