"""A partner airline as tests need one: it has credentials, signs, and pushes through HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from deploy.local.options import ROOT

FLIGHTS = "/partner/v1/flights"
# Made once: httpx makes one for every request otherwise, and that takes longer than a push.
_TLS = ssl.create_default_context()


@dataclass(frozen=True)
class Push:
    """One signed request, ready to be sent, also more than once."""

    body: bytes
    headers: dict[str, str]


class Partner:
    """One registered partner. `push([update…])` sends them and returns the answer.

    .credentials: client_id, client_secret, signing_key.
    """

    def __init__(self, base_url: str, credentials: Mapping[str, str]) -> None:
        self.credentials = credentials
        self._token = ""
        self._base_url = base_url

    @classmethod
    def register(cls, base_url: str, environ: Mapping[str, str], name: str = "test-handler") -> Partner:
        """A new partner that may write and read every airline's flights."""
        arguments = ["partner", "add", "Test handler", "--kind", "handler", "--airline", "*"]
        arguments += ["--client-id", f"{name}-{uuid.uuid4().hex[:8]}"]
        done = subprocess.run(
            [sys.executable, "-m", "deploy.cli", *arguments],
            env=dict(environ),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return cls(base_url, dict(line.split(maxsplit=1) for line in done.stdout.splitlines()))

    def push(self, updates: list[dict[str, Any]], timeout_s: float = 10.0) -> httpx.Response:
        """Sign and send one batch."""
        return self.send(self.prepare(updates), timeout_s)

    def prepare(self, updates: list[dict[str, Any]], key: str = "") -> Push:
        """Sign a batch. `key`: the Idempotency-Key; batches signed with the same one are the same request."""
        body = json.dumps({"updates": updates}).encode()
        nonce, timestamp = uuid.uuid4().hex, str(int(datetime.now(UTC).timestamp()))
        text = "\n".join(["POST", FLIGHTS, "", hashlib.sha256(body).hexdigest(), timestamp, nonce])
        secret = self.credentials["signing_key"].encode()
        headers = {
            "Authorization": f"Bearer {self.token()}",
            "Content-Type": "application/json",
            "Idempotency-Key": key or uuid.uuid4().hex,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": hmac.new(secret, text.encode(), hashlib.sha256).hexdigest(),
        }
        return Push(body, headers)

    def send(self, push: Push, timeout_s: float = 10.0) -> httpx.Response:
        """Send what was prepared."""
        url = self._base_url + FLIGHTS
        return httpx.post(url, content=push.body, headers=push.headers, timeout=timeout_s, verify=_TLS)

    def token(self) -> str:
        """A bearer token, fetched once."""
        if not self._token:
            answer = httpx.post(
                f"{self._base_url}/partner/v1/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(self.credentials["client_id"], self.credentials["client_secret"]),
                timeout=10.0,
                verify=_TLS,
            )
            assert answer.status_code == 200, answer.text
            self._token = answer.json()["access_token"]
        return self._token


def departure_update(number: int, at: datetime | None = None, **changes: Any) -> dict[str, Any]:
    """One report about CZ `number` from Changsha to Guangzhou, two hours from now unless `at` says otherwise."""
    at = at or datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    leg = {
        "airline": "CZ",
        "number": str(number),
        "departure_airport": "CSX",
        "arrival_airport": "CAN",
        "origin_date": _origin_date(at).isoformat(),
    }
    update: dict[str, Any] = {
        "leg": leg,
        "event_at": datetime.now(UTC).isoformat(),
        "times": {"off_block": {"scheduled_at": at.isoformat()}},
    }
    return update | changes


def _origin_date(at: datetime) -> date:
    return at.astimezone(UTC).date()
