from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from services.partners import domain
from services.partners.domain import Credential, Partner, SignedRequest
from services.partners.errors import BadPartner
from services.partners.schemas import PartnerKind, Scope

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def credential(secret: str, expires_at: datetime | None = None, number: int = 1) -> Credential:
    return Credential(f"c{number}", "cz-1", domain.hash_secret("cz-1", secret), "sealed", NOW, expires_at)


def test_the_right_secret_finds_its_credential() -> None:
    kept = [credential("new", number=2), credential("old", number=1)]
    found = domain.credential_of_secret("cz-1", "old", kept, NOW)
    assert found is not None
    assert found.id == "c1"


def test_a_wrong_secret_and_no_credentials_find_none() -> None:
    assert domain.credential_of_secret("cz-1", "wrong", [credential("right")], NOW) is None
    assert domain.credential_of_secret("cz-1", "right", [], NOW) is None


def test_a_secret_of_one_client_is_worth_nothing_for_another() -> None:
    assert domain.credential_of_secret("cz-2", "right", [credential("right")], NOW) is None


def test_a_secret_counts_until_its_end_and_not_at_it() -> None:
    kept = [credential("old", NOW + timedelta(hours=1))]
    assert domain.credential_of_secret("cz-1", "old", kept, NOW + timedelta(minutes=59)) is not None
    assert domain.credential_of_secret("cz-1", "old", kept, NOW + timedelta(hours=1)) is None


def test_a_stored_hash_does_not_hold_the_secret() -> None:
    assert "right" not in domain.hash_secret("cz-1", "right")
    assert domain.hash_secret("cz-1", "right") != hashlib.sha256(b"right").hexdigest()


def test_every_compared_hash_costs_the_same_number_of_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    real = hmac.compare_digest

    def counting(left: str, right: str) -> bool:
        counts.append(1)
        return real(left, right)

    monkeypatch.setattr("services.partners.domain.credentials.hmac.compare_digest", counting)
    work = []
    for kept in ([], [credential("right")], [credential("right"), credential("old", NOW, 2)]):
        counts.clear()
        domain.credential_of_secret("cz-1", "right", kept, NOW)
        work.append(len(counts))
    assert len(set(work)) == 1


def signed(text: str, key: str, timestamp: int = 1, nonce: str = "n" * 16) -> SignedRequest:
    return SignedRequest("cz-1", timestamp, nonce, domain.sign(key, text), text, "request-1")


def test_the_signature_is_a_plain_hmac_sha256() -> None:
    expected = hmac.new(b"key", b"text", hashlib.sha256).hexdigest()
    assert domain.sign("key", "text") == expected


def test_any_live_key_verifies() -> None:
    request = signed(f"POST\n/p\n\nhash\n1\n{'n' * 16}", "old")
    assert domain.signed_with(["new", "old"], request) == 1


def test_without_keys_nothing_verifies_not_even_the_stand_in() -> None:
    text = f"POST\n/p\n\nhash\n1\n{'n' * 16}"
    assert domain.signed_with([], signed(text, "no such client")) is None


def test_a_signature_over_another_timestamp_or_nonce_is_worth_nothing() -> None:
    text = f"POST\n/p\n\nhash\n1\n{'n' * 16}"
    assert domain.signed_with(["key"], signed(text, "key")) == 0
    assert domain.signed_with(["key"], signed(text, "key", timestamp=2)) is None
    assert domain.signed_with(["key"], signed(text, "key", nonce="m" * 16)) is None


@pytest.mark.parametrize(
    ("offset_s", "fresh"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)]
)
def test_a_request_is_fresh_within_300_seconds(offset_s: int, fresh: bool) -> None:
    assert domain.is_fresh(int(NOW.timestamp()) + offset_s, NOW) is fresh


def test_a_nonce_is_remembered_as_long_as_its_request_would_pass() -> None:
    """Whatever the timestamp, there is no instant at which the request is fresh and its nonce forgotten."""
    signed_at = int(NOW.timestamp())
    for seconds in range(-400, 900, 10):
        now = NOW + timedelta(seconds=seconds)
        if domain.is_fresh(signed_at, now):
            assert domain.nonce_expires_at(signed_at) > now


def test_rotation_ends_the_old_after_the_overlap_and_never_later_than_before() -> None:
    day = timedelta(hours=24)
    assert domain.overlap_ends_at(None, NOW, day) == NOW + day
    soon = NOW + timedelta(hours=1)
    assert domain.overlap_ends_at(soon, NOW, day) == soon
    assert domain.overlap_ends_at(soon, NOW, timedelta(0)) == NOW


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=31)])
def test_an_impossible_overlap_is_refused(overlap: timedelta) -> None:
    with pytest.raises(BadPartner):
        domain.overlap_ends_at(None, NOW, overlap)


def partner(**changes: object) -> Partner:
    values: dict[str, object] = {
        "client_id": "cz-1",
        "name": "China Southern",
        "kind": PartnerKind.AIRLINE,
        "airlines": ("CZ",),
        "scopes": (Scope.FLIGHTS_READ,),
        "created_at": NOW,
    }
    return Partner(**{**values, **changes})  # type: ignore[arg-type]


def test_a_partner_that_can_be_is_accepted() -> None:
    domain.check_partner(partner())
    domain.check_partner(partner(airlines=("*",), client_id="aodb"))
    domain.check_partner(partner(airlines=("3U", "9C", "CZ"), client_id="c" * 48))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client_id": "CZ"}, "client_id"),
        ({"client_id": "cz one"}, "client_id"),
        ({"client_id": "-cz-"}, "client_id"),
        ({"client_id": "c" * 49}, "client_id"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"airlines": ()}, "airlines"),
        ({"airlines": ("cz",)}, "airlines"),
        ({"airlines": ("CZ\n",)}, "airlines"),
        ({"airlines": ("*", "CZ")}, "airlines"),
        ({"scopes": ()}, "scopes"),
    ],
)
def test_a_partner_that_cannot_be_is_refused_by_the_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(BadPartner) as caught:
        domain.check_partner(partner(**changes))
    assert caught.value.data["field"] == field
