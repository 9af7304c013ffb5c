from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from kernel.errors import ServiceError
from services.partners import domain, usecases
from services.partners.domain import SignedRequest
from services.partners.errors import (
    BadClient,
    BadSignature,
    ClientExists,
    ClientNotFound,
    ReplayedRequest,
    StaleRequest,
    TooManyAttempts,
)
from services.partners.schemas import PartnerKind, Scope
from services.partners.usecases import Issued, NewPartner
from tests.fakes.partners import FakeCipher, FakePartnersStore
from tests.fakes.uow import FakeUnitOfWork

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOUTHERN = NewPartner("China Southern", PartnerKind.AIRLINE, ("CZ",), (Scope.FLIGHTS_WRITE,))


class Desk:
    """The use cases over one fake database, with a clock that the test turns."""

    def __init__(self) -> None:
        self.now = NOW
        self.uow = FakeUnitOfWork(FakePartnersStore())
        self.cipher = FakeCipher()

    def add(self, new: NewPartner = SOUTHERN) -> Issued:
        return usecases.add_partner(self.uow, self.cipher, new, "chen", self.now)

    def rotate(self, client_id: str, overlap: timedelta) -> Issued:
        return usecases.rotate_credential(self.uow, self.cipher, client_id, overlap, "chen", self.now)

    def revoke(self, client_id: str) -> None:
        usecases.revoke_partner(self.uow, client_id, "chen", self.now)

    def authenticate(self, client_id: str, secret: str) -> dict[str, object]:
        return usecases.authenticate_client(self.uow, client_id, secret, self.now)

    def verify(self, request: SignedRequest) -> dict[str, object]:
        return usecases.verify_request(self.uow, self.cipher, request, self.now)

    def signed(self, issued: Issued, nonce: str = "a" * 16, request_id: str = "request-1") -> SignedRequest:
        timestamp = int(self.now.timestamp())
        text = f"POST\n/partner/v1/flights\n\n{'0' * 64}\n{timestamp}\n{nonce}"
        signature = domain.sign(issued.signing_key, text)
        return SignedRequest(issued.client_id, timestamp, nonce, signature, text, request_id)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_new_partner_can_show_its_secret(desk: Desk) -> None:
    issued = desk.add()
    answer = desk.authenticate(issued.client_id, issued.client_secret)
    assert answer["credential"] == issued.credential_id
    assert answer["partner"] == {
        "client_id": issued.client_id,
        "name": "China Southern",
        "kind": "airline",
        "airlines": ["CZ"],
        "scopes": ["flights:write"],
        "credentials": [issued.credential_id],
    }


def test_a_made_up_client_id_begins_with_the_airline(desk: Desk) -> None:
    assert desk.add().client_id.startswith("cz-")
    every = NewPartner("Tower", PartnerKind.AIRPORT, ("*",), (Scope.FLIGHTS_WRITE,))
    assert desk.add(every).client_id.startswith("airport-")


def test_secret_and_key_are_long_random_and_stored_nowhere(desk: Desk) -> None:
    issued, other = desk.add(), desk.add()
    for secret in (issued.client_secret, issued.signing_key):
        assert len(secret) >= 43
        assert secret not in repr(vars(desk.uow.store))
        assert secret not in repr(issued)
        assert secret not in repr(desk.uow.events)
    assert issued.client_secret != other.client_secret


def test_a_client_id_is_given_once(desk: Desk) -> None:
    desk.add(dataclasses.replace(SOUTHERN, client_id="cz-main"))
    with pytest.raises(ClientExists):
        desk.add(dataclasses.replace(SOUTHERN, client_id="cz-main"))


def test_unknown_wrong_and_revoked_get_the_same_answer(desk: Desk) -> None:
    issued, gone = desk.add(), desk.add()
    desk.revoke(gone.client_id)
    errors = []
    for client_id, secret in (
        ("nobody", issued.client_secret),
        (issued.client_id, "wrong"),
        (gone.client_id, gone.client_secret),
    ):
        with pytest.raises(ServiceError) as caught:
            desk.authenticate(client_id, secret)
        errors.append(caught.value.to_document())
    assert errors == [BadClient().to_document()] * 3


def test_ten_wrong_secrets_a_minute_are_judged_and_no_more(desk: Desk) -> None:
    issued = desk.add()
    for _ in range(10):
        with pytest.raises(BadClient):
            desk.authenticate(issued.client_id, "wrong")
    with pytest.raises(TooManyAttempts) as caught:
        desk.authenticate(issued.client_id, "wrong")
    assert 1 <= caught.value.data["retry_after_s"] <= 60
    desk.now += timedelta(minutes=1)
    with pytest.raises(BadClient):
        desk.authenticate(issued.client_id, "wrong")


def test_guessing_locks_nobody_out(desk: Desk) -> None:
    issued = desk.add()
    for _ in range(12):
        with pytest.raises(ServiceError):
            desk.authenticate(issued.client_id, "wrong")
    assert desk.authenticate(issued.client_id, issued.client_secret)["credential"] == issued.credential_id


def test_an_unknown_client_is_limited_like_a_known_one(desk: Desk) -> None:
    for _ in range(10):
        with pytest.raises(BadClient):
            desk.authenticate("nobody", "wrong")
    with pytest.raises(TooManyAttempts):
        desk.authenticate("nobody", "wrong")


def test_old_and_new_secret_and_key_work_during_the_overlap(desk: Desk) -> None:
    old = desk.add()
    new = desk.rotate(old.client_id, 24 * HOUR)
    desk.now += 23 * HOUR
    desk.authenticate(old.client_id, old.client_secret)
    desk.authenticate(old.client_id, new.client_secret)
    assert desk.verify(desk.signed(old, nonce="a" * 16))["credential"] == old.credential_id
    assert desk.verify(desk.signed(new, nonce="b" * 16))["credential"] == new.credential_id


def test_after_the_overlap_only_the_new_ones_work(desk: Desk) -> None:
    old = desk.add()
    new = desk.rotate(old.client_id, 24 * HOUR)
    desk.now += 24 * HOUR
    with pytest.raises(BadClient):
        desk.authenticate(old.client_id, old.client_secret)
    with pytest.raises(BadSignature):
        desk.verify(desk.signed(old))
    answer = desk.authenticate(old.client_id, new.client_secret)
    assert answer["partner"]["credentials"] == [new.credential_id]  # type: ignore[index]


def test_rotation_without_overlap_ends_the_old_ones_at_once(desk: Desk) -> None:
    old = desk.add()
    desk.rotate(old.client_id, timedelta(0))
    with pytest.raises(BadClient):
        desk.authenticate(old.client_id, old.client_secret)


def test_a_second_rotation_does_not_prolong_the_first_secret(desk: Desk) -> None:
    first = desk.add()
    desk.rotate(first.client_id, HOUR)
    desk.rotate(first.client_id, 48 * HOUR)
    desk.now += HOUR
    with pytest.raises(BadClient):
        desk.authenticate(first.client_id, first.client_secret)


def test_a_revoked_partner_is_over_at_once_and_for_good(desk: Desk) -> None:
    issued = desk.add()
    request = desk.signed(issued)
    desk.revoke(issued.client_id)
    with pytest.raises(BadClient):
        desk.authenticate(issued.client_id, issued.client_secret)
    with pytest.raises(BadSignature):
        desk.verify(request)
    with pytest.raises(ClientNotFound):
        usecases.get_partner(desk.uow, issued.client_id, desk.now)
    with pytest.raises(ClientNotFound):
        desk.rotate(issued.client_id, HOUR)
    with pytest.raises(ClientNotFound):
        desk.revoke(issued.client_id)


def test_a_revoked_partner_is_out_even_if_a_credential_was_left_alive(desk: Desk) -> None:
    issued = desk.add()
    store = desk.uow.store
    store.clients[issued.client_id] = dataclasses.replace(store.clients[issued.client_id], revoked_at=NOW)
    with pytest.raises(BadSignature):
        desk.verify(desk.signed(issued))
    with pytest.raises(BadClient):
        desk.authenticate(issued.client_id, issued.client_secret)


def test_every_change_is_told_with_a_growing_version_and_nothing_secret(desk: Desk) -> None:
    issued = desk.add()
    desk.rotate(issued.client_id, HOUR)
    desk.revoke(issued.client_id)
    told = [(event.name, event.aggregate, event.aggregate_version, event.data) for event in desk.uow.events]
    assert told == [
        ("partner_changed", issued.client_id, version, {"client_id": issued.client_id})
        for version in (1, 2, 3)
    ]


def test_every_change_leaves_an_audit_row_with_its_actor(desk: Desk) -> None:
    issued = desk.add()
    desk.rotate(issued.client_id, HOUR)
    desk.revoke(issued.client_id)
    audits = desk.uow.store.audits(issued.client_id)
    assert [(action, actor) for action, actor, _ in audits] == [
        ("added", "chen"),
        ("rotated", "chen"),
        ("revoked", "chen"),
    ]
    assert issued.client_secret not in repr(audits)


def test_a_signed_request_is_taken_once(desk: Desk) -> None:
    issued = desk.add()
    desk.verify(desk.signed(issued))
    with pytest.raises(ReplayedRequest):
        desk.verify(desk.signed(issued, request_id="request-2"))


def test_our_own_message_delivered_twice_is_no_replay(desk: Desk) -> None:
    issued = desk.add()
    first = desk.verify(desk.signed(issued))
    assert desk.verify(desk.signed(issued)) == first


def test_two_partners_may_use_the_same_nonce(desk: Desk) -> None:
    desk.verify(desk.signed(desk.add()))
    desk.verify(desk.signed(desk.add(), request_id="request-2"))


def test_a_forged_signature_uses_up_no_nonce(desk: Desk) -> None:
    issued = desk.add()
    good = desk.signed(issued)
    with pytest.raises(BadSignature):
        desk.verify(dataclasses.replace(good, signature="0" * 64, request_id="request-0"))
    desk.verify(good)


def test_every_byte_of_the_signed_text_counts(desk: Desk) -> None:
    issued = desk.add()
    good = desk.signed(issued)
    for place in range(0, len(good.signed_text), 7):
        changed = "x" if good.signed_text[place] != "x" else "y"
        text = good.signed_text[:place] + changed + good.signed_text[place + 1 :]
        with pytest.raises(BadSignature):
            desk.verify(dataclasses.replace(good, signed_text=text))


def test_an_old_request_is_stale_and_is_told_our_time(desk: Desk) -> None:
    request = desk.signed(desk.add())
    desk.now += timedelta(seconds=301)
    with pytest.raises(StaleRequest) as caught:
        desk.verify(request)
    assert caught.value.data == {"server_time": int(desk.now.timestamp()), "allowed_s": 300}


def test_a_request_replayed_after_a_purge_is_still_refused_while_it_is_fresh(desk: Desk) -> None:
    issued = desk.add()
    request = desk.signed(issued)
    desk.verify(request)
    replay = dataclasses.replace(request, request_id="request-2")
    for _ in range(60):
        usecases.purge(desk.uow, desk.now)
        with pytest.raises(ServiceError) as caught:
            desk.verify(replay)
        assert isinstance(caught.value, (ReplayedRequest, StaleRequest))
        desk.now += timedelta(seconds=10)
    assert isinstance(caught.value, StaleRequest)
    assert desk.uow.store.nonces == {}


def test_purge_forgets_ended_credentials_and_past_windows(desk: Desk) -> None:
    issued = desk.add()
    desk.rotate(issued.client_id, HOUR)
    with pytest.raises(BadClient):
        desk.authenticate("nobody", "wrong")
    assert usecases.purge(desk.uow, desk.now) == 0
    desk.now += 2 * HOUR
    assert usecases.purge(desk.uow, desk.now) == 2
    assert len(desk.uow.store.kept) == 1


def test_the_list_shows_everyone_with_the_ends_of_what_is_live(desk: Desk) -> None:
    issued, gone = desk.add(), desk.add()
    desk.rotate(issued.client_id, HOUR)
    desk.revoke(gone.client_id)
    listed = {one.partner.client_id: one for one in usecases.list_partners(desk.uow, desk.now)}
    assert set(listed[issued.client_id].ends) == {None, NOW + HOUR}
    assert listed[gone.client_id].ends == ()
    assert listed[gone.client_id].partner.revoked_at == NOW
