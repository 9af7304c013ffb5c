from __future__ import annotations

import base64
from datetime import timedelta

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from gateway.identity import ExpiredToken, Partner, Tokens, TokenSettings
from kernel.clock import real_now
from kernel.config import ConfigError, load
from kernel.errors import Unauthenticated, Unavailable
from services.partners.schemas import Scope
from tests.gateway.partner.airline import Airline, update, world
from tests.gateway.partner.conftest import KEY

pytestmark = pytest.mark.anyio
TOKEN = "/partner/v1/oauth/token"
GRANT = {"grant_type": "client_credentials"}


async def test_the_right_secret_gets_a_bearer_token_for_an_hour() -> None:
    async with world() as at:
        answer = await at.airline.log_in()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert body["scope"] == "flights:read flights:write"
    claims = jwt.decode(body["access_token"], OctKey.import_key(KEY), algorithms=["HS256"]).claims
    assert claims["aud"] == "urn:airport:CSX:partner-api"
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["sub"] == at.airline.issued.client_id
    assert len(claims["jti"]) == 32


async def test_credentials_may_stand_in_the_body() -> None:
    async with world() as at:
        issued = at.airline.issued
        form = GRANT | {"client_id": issued.client_id, "client_secret": issued.client_secret}
        assert (await at.http.post(TOKEN, data=form)).status_code == 200


async def test_a_narrower_scope_can_be_asked_for_and_a_wider_one_cannot() -> None:
    async with world() as at:
        narrow = await at.airline.log_in(scope="flights:read")
        assert narrow.json()["scope"] == "flights:read"
        reader = Airline(at.http, at.partners.add("CZ", scopes=(Scope.FLIGHTS_READ,)))
        wide = await reader.log_in(scope="flights:read flights:write")
        assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")
        unknown = await at.airline.log_in(scope="everything")
        assert (unknown.status_code, unknown.json()["error"]) == (400, "invalid_scope")


async def test_unknown_wrong_and_revoked_get_the_same_answer() -> None:
    async with world() as at:
        issued, gone = at.airline.issued, at.partners.add()
        at.partners.revoke(gone.client_id)
        answers = [
            await at.http.post(TOKEN, data=GRANT, auth=shown)
            for shown in (
                (issued.client_id, "wrong"),
                ("nobody", issued.client_secret),
                (gone.client_id, gone.client_secret),
            )
        ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["error"] == "invalid_client"
    assert answers[0].headers["www-authenticate"].startswith("Basic")
    assert answers[0].headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("content", "headers", "status", "error"),
    [
        (b"", {}, 400, "invalid_request"),
        (b"grant_type=", {}, 400, "invalid_request"),
        (b"grant_type=client_credentials", {}, 401, "invalid_client"),
        (b"grant_type=password&username=a&password=b", {}, 400, "unsupported_grant_type"),
        (b'grant_type="%22\xe2\x9c\x93', {}, 400, "unsupported_grant_type"),
        (b"grant_type=client_credentials&grant_type=client_credentials", {}, 400, "invalid_request"),
        (b"grant_type", {}, 400, "invalid_request"),
        (b"\xff\xfe", {}, 400, "invalid_request"),
        (b"a=1&" * 30, {}, 400, "invalid_request"),
        (
            b'{"grant_type": "client_credentials"}',
            {"content-type": "application/json"},
            400,
            "invalid_request",
        ),
        (b"grant_type=client_credentials", {"authorization": "Basic !!!"}, 401, "invalid_client"),
        (b"grant_type=client_credentials", {"authorization": "Basic /////w=="}, 401, "invalid_client"),
        (b"grant_type=client_credentials", {"authorization": "Basic"}, 401, "invalid_client"),
        (b"grant_type=client_credentials", {"authorization": "Bearer abc"}, 401, "invalid_client"),
        (
            b"grant_type=client_credentials&client_secret=x",
            {"authorization": "Basic YTpi"},
            400,
            "invalid_request",
        ),
        (b"grant_type=client_credentials&client_id=x&client_secret=" + b"y" * 300, {}, 401, "invalid_client"),
    ],
)
async def test_a_bad_request_gets_the_error_that_rfc_6749_has_for_it(
    content: bytes, headers: dict[str, str], status: int, error: str
) -> None:
    async with world() as at:
        answer = await at.http.post(
            TOKEN,
            content=content,
            headers={"content-type": "application/x-www-form-urlencoded", **headers},
        )
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["cache-control"] == "no-store"
    assert "password" not in answer.text


async def test_one_address_may_not_ask_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNER_TOKEN_RATE", "3/minute")
    async with world() as at:
        statuses = [(await at.airline.log_in()).status_code for _ in range(3)]
        refused = await at.airline.log_in()
    assert statuses == [200, 200, 429]
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["ratelimit"].startswith('"partner-token";r=0')


async def test_ten_wrong_secrets_are_judged_then_the_guesser_waits_and_the_partner_does_not() -> None:
    async with world() as at:
        client_id = at.airline.issued.client_id
        answers = [await at.http.post(TOKEN, data=GRANT, auth=(client_id, "wrong")) for _ in range(11)]
        assert (await at.airline.log_in()).status_code == 200
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_while_the_partners_service_is_away_the_answer_says_so() -> None:
    async with world() as at:
        at.rpc.fails_with = Unavailable(retry_after_s=2)
        answer = await at.airline.log_in()
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "2"


async def test_a_long_form_is_cut() -> None:
    async with world() as at:
        answer = await at.http.post(TOKEN, data=GRANT | {"x": "y" * 9000})
    assert answer.status_code == 413


async def test_get_is_not_allowed() -> None:
    async with world() as at:
        answer = await at.http.get(TOKEN)
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


# --- what a token is worth -------------------------------------------------------------------------


def tokens(key: str = KEY, airport: str = "CSX") -> Tokens:
    return Tokens(TokenSettings((key,)), airport)


PARTNER = Partner("cz-1", "An airline", "airline", ("CZ",), frozenset(), frozenset({"c1"}))


def issue(of: Tokens, age: timedelta = timedelta(0)) -> str:
    return of.issue(PARTNER, "c1", frozenset({"flights:read"}), real_now() - age)


def test_a_token_says_who_for_which_secret_and_what_for() -> None:
    claims = tokens().read(issue(tokens()), real_now())
    assert (claims.client_id, claims.credential, claims.scopes) == ("cz-1", "c1", {"flights:read"})


def test_a_token_ends_after_an_hour() -> None:
    tokens().read(issue(tokens(), timedelta(minutes=59)), real_now())
    with pytest.raises(ExpiredToken):
        tokens().read(issue(tokens(), timedelta(minutes=61)), real_now())


def test_after_a_change_of_keys_tokens_of_the_old_key_still_count() -> None:
    old = issue(tokens())
    other = "another signing key of more than 32 characters"
    both = Tokens(TokenSettings((other, KEY)), "CSX")
    assert both.read(old, real_now()).client_id == "cz-1"
    assert both.read(issue(both), real_now()).client_id == "cz-1"
    with pytest.raises(Unauthenticated):
        tokens().read(issue(both), real_now())


def _unsigned(payload: bytes) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=")
    return (head + b"." + base64.urlsafe_b64encode(payload).rstrip(b"=") + b".").decode()


GOOD = {
    "aud": "urn:airport:CSX:partner-api",
    "sub": "cz-1",
    "cred": "c1",
    "scope": "flights:read",
    "exp": 9999999999,
}
KID = jwt.decode(issue(tokens()), OctKey.import_key(KEY)).header["kid"]


def _signed(claims: dict[str, object], algorithm: str = "HS256", kid: str = KID, key: str = KEY) -> str:
    return jwt.encode({"alg": algorithm, "kid": kid}, claims, OctKey.import_key(key), algorithms=[algorithm])


def _without(name: str) -> dict[str, object]:
    return {claim: value for claim, value in GOOD.items() if claim != name}


FORGED = {
    "empty": "",
    "one part": "abc",
    "not base64": "a.b.c",
    "dots": "..",
    "binary": "\xff.\xfe.\xfd",
    "long": "a" * 100_000,
    "unsigned": _unsigned(orjson.dumps(GOOD)),
    "other key": issue(tokens("b" * 40)),
    "other key under our kid": _signed(GOOD, key="b" * 40),
    "other airport": _signed({**GOOD, "aud": "urn:airport:EWR:partner-api"}),
    "cut": issue(tokens())[:-3],
    "lengthened": issue(tokens()) + "AA",
    "exp is a text": _signed({**GOOD, "exp": "tomorrow"}),
    "exp is infinite": _signed({**GOOD, "exp": float("inf")}),
    "not yet": _signed({**GOOD, "nbf": 9999999998}),
    "other algorithm": _signed(GOOD, algorithm="HS512"),
    "unknown kid": _signed(GOOD, kid="../../etc"),
    **{f"no {name}": _signed(_without(name)) for name in GOOD},
}


def test_the_control_a_token_made_like_the_forged_ones_but_right_is_read() -> None:
    assert tokens().read(_signed(GOOD), real_now()).client_id == "cz-1"


@pytest.mark.parametrize("kind", FORGED)
def test_a_token_that_is_not_ours_is_worth_nothing(kind: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens().read(FORGED[kind], real_now())


def test_a_short_signing_key_stops_the_start_without_being_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        load(TokenSettings, {"TOKEN_SIGNING_KEY": "tooshort"})
    assert "TOKEN_SIGNING_KEY" in str(caught.value)
    assert "tooshort" not in str(caught.value)


async def test_without_a_token_a_request_is_challenged() -> None:
    async with world() as at:
        answer = await at.http.get("/partner/v1/flights")
    assert (answer.status_code, answer.json()["code"]) == (401, "partner.no_token")
    assert answer.headers["www-authenticate"] == 'Bearer realm="partner"'


async def test_an_expired_token_is_told_as_expired() -> None:
    async with world() as at:
        at.airline.token = issue(tokens(), timedelta(hours=2))
        answer = await at.airline.push({"updates": [update()]})
    assert (answer.status_code, answer.json()["code"]) == (401, "partner.expired_token")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert at.flights.reported == []


async def test_a_token_lacks_what_was_not_asked_for() -> None:
    async with world() as at:
        await at.airline.log_in(scope="flights:read")
        answer = await at.airline.push({"updates": [update()]})
    assert (answer.status_code, answer.json()["code"]) == (403, "partner.missing_scope")
    assert 'scope="flights:write"' in answer.headers["www-authenticate"]
    assert at.flights.reported == []


async def test_a_revoked_partners_token_stops_when_the_news_arrives() -> None:
    async with world() as at:
        assert (await at.airline.get()).status_code == 200
        at.partners.revoke(at.airline.issued.client_id)
        at.tell_partner_changed(at.airline.issued.client_id)
        answer = await at.airline.get()
    assert (answer.status_code, answer.json()["code"]) == (401, "partner.bad_token")


async def test_a_revoked_partners_token_stops_within_seconds_even_if_the_news_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as at:
        assert (await at.airline.get()).status_code == 200
        at.partners.revoke(at.airline.issued.client_id)
        assert (await at.airline.get()).status_code == 200, "the control: it is remembered"
        monkeypatch.setattr("gateway.identity.Partners.FRESH_S", 0.0)
        assert (await at.airline.get()).status_code == 401


async def test_an_emergency_rotation_ends_the_tokens_of_the_old_secret() -> None:
    async with world() as at:
        issued = at.airline.issued
        new = Airline(at.http, at.partners.rotate(issued.client_id, timedelta(0)))
        at.tell_partner_changed(issued.client_id)
        assert (await at.airline.get()).status_code == 401
        await new.log_in()
        assert (await new.get()).status_code == 200


async def test_a_rotation_with_overlap_leaves_old_tokens_alone() -> None:
    async with world() as at:
        issued = at.airline.issued
        at.partners.rotate(issued.client_id, timedelta(hours=1))
        at.tell_partner_changed(issued.client_id)
        assert (await at.airline.get()).status_code == 200


async def test_reading_goes_on_for_a_while_without_the_partners_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as at:
        assert (await at.airline.get()).status_code == 200
        monkeypatch.setattr("gateway.identity.Partners.FRESH_S", 0.0)
        at.rpc.fails_with = Unavailable(retry_after_s=2)
        assert (await at.airline.get()).status_code == 200
        monkeypatch.setattr("gateway.identity.Partners.KEPT_S", 0.0)
        assert (await at.airline.get()).status_code == 503


async def test_an_answer_under_way_when_the_partner_changed_is_not_kept() -> None:
    async with world() as at:
        issued = at.airline.issued
        real = at.partners.get_partner

        def overtaken(request: dict[str, object]) -> dict[str, object]:
            answer = real(request)
            at.partners.revoke(issued.client_id)
            at.tell_partner_changed(issued.client_id)
            at.partners.get_partner = real  # type: ignore[method-assign]
            return answer

        at.partners.get_partner = overtaken  # type: ignore[method-assign]
        await at.airline.get()
        assert (await at.airline.get()).status_code == 401
