"""The one merchant that the platform knows: made at the first start, as an operator would get it from WeChat Pay.

In the sandbox's folder: merchant/apiclient_key.pem and apiclient_cert.pem (the merchant's), merchant/pub_key.pem
(WeChat Pay's public key, which the merchant downloads) and wechatpay_key.pem, which is the platform's alone.
The platform itself reads the merchant's certificate and never its private key.
"""

from __future__ import annotations

import base64
import json
import secrets
import string
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from deploy.sandbox.account import Account
from kernel.clock import real_now

_EXPONENT: Final = 65537
_BITS: Final = 2048
_LASTS: Final = timedelta(days=5 * 365)
_LETTERS: Final = string.ascii_letters + string.digits
_OWN_KEY: Final = "wechatpay_key.pem"


def enrol(folder: Path, account: Account) -> None:
    """Make the account's merchant and its keys, unless there is one. The caller saves the account."""
    theirs = folder / "merchant"
    if account.mchid and (theirs / "apiclient_cert.pem").exists():
        return
    theirs.mkdir(mode=0o700, parents=True, exist_ok=True)
    account.mchid = f"19{secrets.randbelow(10**8):08d}"
    account.apiv3_key = "".join(secrets.choice(_LETTERS) for _ in range(32))
    account.pay_key_id = f"PUB_KEY_ID_01{account.mchid}{secrets.randbelow(10**20):020d}"
    key, own = (generate_private_key(_EXPONENT, _BITS) for _ in range(2))
    certificate = _certificate(account.mchid, key)
    account.merchant_serial = f"{certificate.serial_number:040X}"
    _write(theirs / "apiclient_key.pem", _private_pem(key))
    _write(theirs / "apiclient_cert.pem", certificate.public_bytes(Encoding.PEM))
    public = own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write(theirs / "pub_key.pem", public)
    _write(folder / _OWN_KEY, _private_pem(own))


def pay_environ(folder: Path, account: Account, url: str) -> dict[str, str]:
    """What payments must be told to take money for this merchant; all but the address of its notifications."""
    theirs = (folder / "merchant").resolve()
    return {
        "WECHATPAY_MCHID": account.mchid,
        "WECHATPAY_SERIAL": account.merchant_serial,
        "WECHATPAY_PRIVATE_KEY": str(theirs / "apiclient_key.pem"),
        "WECHATPAY_APIV3_KEY": account.apiv3_key,
        "WECHATPAY_PUBLIC_KEY_ID": account.pay_key_id,
        "WECHATPAY_PUBLIC_KEY": str(theirs / "pub_key.pem"),
        "WECHATPAY_URL": url,
    }


class Merchant:
    """The merchant as the platform knows it."""

    def __init__(self, folder: Path, account: Account) -> None:
        self._account = account
        certificate = x509.load_pem_x509_certificate(
            (folder / "merchant" / "apiclient_cert.pem").read_bytes()
        )
        public = certificate.public_key()
        own = load_pem_private_key((folder / _OWN_KEY).read_bytes(), password=None)
        if not isinstance(public, RSAPublicKey) or not isinstance(own, RSAPrivateKey):
            raise ValueError(f"the keys in {folder} are RSA keys")
        self._public, self._own = public, own
        self._seal = AESGCM(account.apiv3_key.encode())

    @property
    def mchid(self) -> str:
        return self._account.mchid

    @property
    def appid(self) -> str:
        return self._account.appid

    @property
    def serial(self) -> str:
        return self._account.merchant_serial

    @property
    def key_id(self) -> str:
        return self._account.pay_key_id

    def signed(self, signature: str, text: bytes) -> bool:
        """Whether the merchant's key made this signature, in base64, of exactly this text."""
        try:
            self._public.verify(base64.b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def sign(self, text: bytes) -> str:
        """The platform's signature."""
        return base64.b64encode(self._own.sign(text, PKCS1v15(), SHA256())).decode()

    def seal(self, document: dict[str, Any], about: str) -> dict[str, str]:
        """A notification's resource. about: transaction or refund."""
        nonce = "".join(secrets.choice(_LETTERS) for _ in range(12))
        plain = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        sealed = self._seal.encrypt(nonce.encode(), plain, about.encode())
        return {
            "original_type": about,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(sealed).decode(),
            "associated_data": about,
            "nonce": nonce,
        }


def _certificate(mchid: str, key: RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, mchid)])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "WeChat sandbox")])
    now = real_now()
    built = x509.CertificateBuilder(issuer, name, key.public_key(), x509.random_serial_number())
    return built.not_valid_before(now).not_valid_after(now + _LASTS).sign(key, SHA256())


def _private_pem(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
