"""An airline over real sockets, broker and databases: the guide's own code, replays, repeats, revocation."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from deploy.local.options import ROOT
from kernel import clock
from kernel.ids import new_id
from tests.gateway.partner.messages import IDENTIFIER, data, leg, message, time
from tests.support.obtain import unobtainable
from tests.support.partner import FLIGHTS, Partner, Push, departure_update
from tests.support.stack import Stack

GUIDE = (ROOT / "docs" / "partner-api.md").read_text(encoding="utf-8")
REVOKED_WITHIN_S = 5.0


def airport(stack: Stack, *words: str) -> dict[str, str]:
    """`airport partner …` as an operator types it; the lines it shows by their first word."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "partner", *words],
        env=stack.environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(line.split(maxsplit=1) for line in done.stdout.splitlines())


def added(stack: Stack, *airlines: str) -> dict[str, str]:
    words = [word for airline in airlines for word in ("--airline", airline)]
    return airport(stack, "add", "China Southern", *words)


def followed(stack: Stack, language: str, command: list[str]) -> str:
    """What the guide's blocks of one language print, run as an engineer would, in one go."""
    code = "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL))
    assert code
    shown = added(stack, "CZ")
    names = {"CLIENT_ID": "client_id", "CLIENT_SECRET": "client_secret", "SIGNING_KEY": "signing_key"}
    environ = {name: shown[key] for name, key in names.items()}
    done = subprocess.run(
        [*command, code],
        env={**stack.environ, **environ, "BASE": stack.base_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def aidx(shown: dict[str, str], token: str, body: bytes) -> Push:
    """A signed AIDX message that wants an AIDX answer."""
    timestamp, nonce = str(int(clock.real_now().timestamp())), new_id()
    text = "\n".join(["POST", FLIGHTS, "", hashlib.sha256(body).hexdigest(), timestamp, nonce])
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/xml",
        "Accept": "application/xml",
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": hmac.new(shown["signing_key"].encode(), text.encode(), hashlib.sha256).hexdigest(),
    }
    return Push(body, headers)


def test_the_guides_python_pushes_a_flight(stack: Stack) -> None:
    (result,) = json.loads(followed(stack, "python", [sys.executable, "-c"]))["results"]
    assert (result["outcome"], result["flight_id"][:6]) == ("applied", "CZ3102")


def test_the_guides_shell_pushes_a_flight(stack: Stack) -> None:
    if not all(shutil.which(program) for program in ("curl", "openssl")):
        unobtainable("curl and openssl")
    (result,) = json.loads(followed(stack, "sh", ["sh", "-c"]))["results"]
    assert (result["outcome"], result["flight_id"][:6]) == ("applied", "CZ3101")


def test_the_guides_worked_signature_is_right() -> None:
    (text,) = re.findall(r"^```text\n(.*?)\n```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert text.split("\n")[3] == hashlib.sha256(b'{"updates":[]}').hexdigest()
    signature = hmac.new(b"example-signing-key", text.encode(), hashlib.sha256).hexdigest()
    assert f"The signature is `{signature}`." in GUIDE


def test_of_one_request_sent_many_times_at_once_one_is_taken(stack: Stack) -> None:
    partner = Partner.register(stack.base_url, stack.environ)
    push = partner.prepare([departure_update(7001)])
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(partner.send, [push] * 8))
    assert statuses == [200] + [409] * 7


def test_the_control_many_requests_with_their_own_nonces_are_all_taken(stack: Stack) -> None:
    partner = Partner.register(stack.base_url, stack.environ)
    partner.token()
    pushes = [partner.prepare([departure_update(7002)]) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status_code for answer in pool.map(partner.send, pushes)} == {200}


def test_a_repeat_with_the_same_key_gets_the_answer_that_it_had(stack: Stack) -> None:
    partner = Partner.register(stack.base_url, stack.environ)
    updates = [departure_update(7003)]
    first, second = (partner.send(partner.prepare(updates, key="repeat-me-7003")) for _ in range(2))
    assert first.json()["applied"] == 1
    assert second.json() == first.json()
    other = partner.send(partner.prepare([departure_update(7004)], key="repeat-me-7003"))
    assert (other.status_code, other.json()["code"]) == (409, "request.reused")


def test_every_kind_of_bad_item_is_refused_by_name_and_the_good_ones_are_kept(stack: Stack) -> None:
    good = departure_update(7101)

    def bad(of_leg: dict[str, object] | None = None, **changes: object) -> dict[str, object]:
        return {**good, "leg": {**good["leg"], **(of_leg or {})}, **changes}

    items = [
        good,
        bad(colour="red"),
        bad({"airline": "QQ"}),
        bad({"origin_date": "1900-01-01"}),
        bad({"origin_date": "9999-12-31"}),
        bad(event_at="yesterday"),
        bad(event_at="2999-01-01T00:00:00Z"),
        bad({"arrival_airport": "QQQ"}),
        bad({"departure_airport": "PEK"}),
        "not an item",
        departure_update(7102),
    ]
    answer = Partner.register(stack.base_url, stack.environ).push(items)  # type: ignore[arg-type]
    assert answer.status_code == 200
    told = answer.json()["results"]
    assert [one["outcome"] for one in told] == ["applied"] + ["refused"] * 9 + ["applied"]
    assert [one["reason"] for one in told[1:-1]] == [
        "invalid",
        "unknown_airline",
        "outside_window",
        "outside_window",
        "invalid",
        "from_the_future",
        "unknown_airport",
        "not_this_airport",
        "invalid",
    ]
    assert all(one["message"] for one in told[1:-1])
    assert told[1]["errors"][0]["field"] == "colour"


def test_an_aidx_message_moves_a_flight_and_is_acknowledged(stack: Stack) -> None:
    now = clock.real_now().replace(microsecond=0)
    day = now.date().isoformat()
    scheduled = time("OFB", "SCT", f"{day}T13:00:00Z")
    identifier = IDENTIFIER.replace(">3101<", ">7005<").replace("2026-11-23", day)
    bad = leg(identifier.replace(">CSX<", ">Changsha<"))
    stamp = f'TimeStamp="{now.isoformat().replace("+00:00", "Z")}"'
    body = message(leg(identifier, data(scheduled)), bad, head=stamp)
    shown = added(stack, "CZ")
    partner = Partner(stack.base_url, shown)
    answer = partner.send(aidx(shown, partner.token(), body))
    assert answer.status_code == 200, answer.text
    assert b"<Success" in answer.content
    assert answer.content.count(b"<Warning ") == 1
    headers = {"Authorization": f"Bearer {partner.token()}"}
    flight = httpx.get(
        f"{stack.base_url}{FLIGHTS}/CZ7005-{day.replace('-', '')}-CSX-PEK", headers=headers
    ).json()
    assert flight["flight"]["departure"]["scheduled_at"] == f"{day}T13:00:00Z"
    assert all(change["yours"] for change in flight["changes"])


def test_a_revoked_partner_is_out_within_seconds(stack: Stack) -> None:
    shown = added(stack, "CZ")
    partner = Partner(stack.base_url, shown)
    headers = {"Authorization": f"Bearer {partner.token()}"}
    url = stack.base_url + FLIGHTS
    assert httpx.get(url, headers=headers).status_code == 200
    airport(stack, "revoke", shown["client_id"], "--yes")
    ends_at = clock.monotonic() + REVOKED_WITHIN_S
    while (answer := httpx.get(url, headers=headers)).status_code == 200:
        assert clock.monotonic() < ends_at, "the token of a revoked partner still works"
    assert answer.json()["code"] == "partner.bad_token"


def test_nothing_secret_reaches_the_logs(stack: Stack) -> None:
    partner = Partner.register(stack.base_url, stack.environ)
    push = partner.prepare([departure_update(7006)])
    assert partner.send(push).status_code == 200
    assert partner.send(push).status_code == 409
    logged = "".join(path.read_text(errors="replace") for path in Path(stack.var, "log").iterdir())
    assert "verify_request" in logged, "the control: the calls were logged"
    for secret in (partner.token(), push.headers["X-Signature"], push.headers["X-Nonce"]):
        assert secret not in logged
