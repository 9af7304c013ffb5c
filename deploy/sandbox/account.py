"""The one Official Account that the platform serves: made at the first start, kept in account.json."""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Literal

Mode = Literal["plain", "compatible", "aes"]
MODES: Final[tuple[Mode, ...]] = ("plain", "compatible", "aes")
_LETTERS: Final = string.ascii_letters + string.digits


@dataclass
class Account:
    """What mp.weixin.qq.com would show under "settings and development"."""

    appid: str
    secret: str
    token: str
    aes_key: str
    original_id: str
    name_zh: str
    name_en: str
    mode: Mode = "aes"
    # Domains that may receive a sign-in code and use the JS-SDK: host, or host:port as desks need it.
    domains: list[str] = field(default_factory=list)
    templates: dict[str, str] = field(default_factory=dict)
    # The merchant that is bound to the account; its keys are files beside: pay/merchant.py.
    mchid: str = ""
    merchant_serial: str = ""
    apiv3_key: str = ""
    pay_key_id: str = ""


class AccountFile:
    """account.json: read by who starts the suite, so only its owner may."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "account.json"

    def load(self, name_zh: str, name_en: str) -> Account:
        """The kept account, or a new one with keys of its own."""
        if self._path.exists():
            return Account(**json.loads(self._path.read_text(encoding="utf-8")))
        account = Account(
            appid="wx" + secrets.token_hex(8),
            secret=secrets.token_hex(16),
            token=secrets.token_hex(12),
            aes_key=_letters(43),
            original_id="gh_" + secrets.token_hex(6),
            name_zh=name_zh,
            name_en=name_en,
        )
        # The last of 43 characters carries four bits: WeChat's own decoder forgives, strict ones don't.
        account.aes_key = account.aes_key[:42] + secrets.choice("AEIMQUYcgkosw048")
        self.save(account)
        return account

    def save(self, account: Account) -> None:
        draft = self._path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(account), ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(self._path)


def read_account(folder: Path) -> Account | None:
    """The account of a sandbox that was started over this folder; None before its first start."""
    path = folder / "account.json"
    if not path.exists():
        return None
    return Account(**json.loads(path.read_text(encoding="utf-8")))


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))
