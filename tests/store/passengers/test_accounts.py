"""Accounts and sessions, over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.errors import RequestInFlight, RequestReused
from kernel.ids import new_id
from services.passengers import schemas, usecases
from services.passengers.domain import CODE_IN_FLIGHT, Session, WeChatIdentity
from services.passengers.errors import (
    CodeRefused,
    NoSession,
    PassengerNotFound,
    WeChatAway,
    WeChatNotConnected,
)
from services.passengers.secrecy import token_hash
from tests.fakes.passengers_store import FakeWeChat
from tests.store.passengers.told import events, told
from tests.unit.passengers.examples import (
    NOW,
    VAULT,
    add_companion,
    add_document,
    agree,
    follower,
    request,
    sign_in,
    traveller,
)

MINUTE = timedelta(minutes=1)
ME = WeChatIdentity("o-1")


def test_a_first_sign_in_makes_a_traveller_and_tells_it(uow: Any) -> None:
    answer = sign_in(uow, ME, language="en")
    assert schemas.SignedInSchema().validate(answer) == {}
    passenger = answer["passenger"]
    assert passenger["language"] == "en"
    assert passenger["wechat"] == {"connected": True, "subscribed": False}
    assert answer["session"]["passenger_id"] == passenger["id"]
    assert events(uow) == [
        (
            "passenger_changed",
            {
                "passenger_id": passenger["id"],
                "openid": "o-1",
                "language": "en",
                "subscribed": False,
                "flight_messages": "never",
                "version": 1,
            },
        )
    ]


def test_a_second_sign_in_finds_the_same_traveller_and_keeps_the_language(uow: Any) -> None:
    first = sign_in(uow, ME, language="en")
    second = sign_in(uow, ME, language="zh")
    assert second["passenger"] == first["passenger"]
    assert second["session"]["token"] != first["session"]["token"]
    assert len(events(uow)) == 1, "nothing is new about this traveller"


def test_only_a_hash_of_the_token_is_kept(uow: Any) -> None:
    token = sign_in(uow, ME)["session"]["token"]
    with uow.read() as tx:
        assert tx.store.session(token) is None
        assert tx.store.session(token_hash(token)) is not None


def test_signing_in_ends_the_browsers_old_session(uow: Any) -> None:
    old = sign_in(uow, ME)["session"]["token"]
    new = sign_in(uow, WeChatIdentity("o-2"), previous_token=old)["session"]["token"]
    with pytest.raises(NoSession):
        usecases.get_session(uow, old)
    assert usecases.get_session(uow, new)
    assert told(uow, "sessions_ended") == [{"token_hashes": [token_hash(old)]}]


def test_a_repeated_sign_in_gets_the_same_session_and_wechat_is_asked_once(uow: Any) -> None:
    wechat = FakeWeChat(code=ME)
    asked = request(schemas.SignInSchema, code="code")
    first = usecases.sign_in(uow, VAULT, wechat, asked)
    assert usecases.sign_in(uow, VAULT, wechat, asked) == first
    assert wechat.asked == ["code"]
    with pytest.raises(RequestReused):
        usecases.sign_in(uow, VAULT, wechat, {**asked, "language": schemas.Language.EN})


def test_a_code_signs_in_once(uow: Any) -> None:
    wechat = FakeWeChat(code=ME)
    usecases.sign_in(uow, VAULT, wechat, request(schemas.SignInSchema, code="code"))
    wechat.codes["code"] = ME  # WeChat at its worst: it would give it again
    with pytest.raises(CodeRefused):
        usecases.sign_in(uow, VAULT, wechat, request(schemas.SignInSchema, code="code"))
    assert wechat.asked == ["code"]


@pytest.mark.parametrize("error", [WeChatAway(retry_after_s=5), WeChatNotConnected()])
def test_a_code_that_wechat_may_not_have_seen_can_be_shown_again(uow: Any, error: Exception) -> None:
    wechat = FakeWeChat(code=error)
    with pytest.raises(type(error)):
        usecases.sign_in(uow, VAULT, wechat, request(schemas.SignInSchema, code="code"))
    wechat.codes["code"] = ME
    assert usecases.sign_in(uow, VAULT, wechat, request(schemas.SignInSchema, code="code"))
    assert events(uow)[0][0] == "passenger_changed"


def test_a_repeat_waits_while_the_first_is_at_it_and_not_for_ever(uow: Any) -> None:
    asked = request(schemas.SignInSchema, code="code")
    with uow.write() as tx:
        assert tx.store.take_code(token_hash("code"), asked["request_id"], tx.now()) == asked["request_id"]
    with pytest.raises(RequestInFlight):
        usecases.sign_in(uow, VAULT, FakeWeChat(code=ME), asked)
    with uow.write() as tx:
        later = tx.now() + CODE_IN_FLIGHT
        assert tx.store.take_code(token_hash("code"), asked["request_id"], later) == asked["request_id"]
        assert tx.store.take_code(token_hash("code"), "another request", later) == asked["request_id"]


def test_a_session_answers_who_it_is(uow: Any) -> None:
    signed_in = sign_in(uow, ME)
    answer = usecases.get_session(uow, signed_in["session"]["token"])
    assert schemas.SessionStateSchema().validate(answer) == {}
    assert answer["passenger"] == signed_in["passenger"]


@pytest.mark.parametrize("token", ["", "no such token", "0" * 64])
def test_what_is_no_session_is_refused(uow: Any, token: str) -> None:
    with pytest.raises(NoSession):
        usecases.get_session(uow, token)


def aged(uow: Any, seen_ago: timedelta, lives_for: timedelta) -> str:
    """The token of a session that was last seen and ends as told."""
    passenger_id, token = traveller(uow), new_id()
    with uow.write() as tx:
        seen = tx.now() - seen_ago
        tx.store.add_session(Session(token_hash(token), passenger_id, seen, seen, tx.now() + lives_for))
    return token


@pytest.mark.parametrize(
    ("seen_ago", "lives_for"), [(timedelta(days=7), MINUTE), (MINUTE, timedelta(0)), (MINUTE, -MINUTE)]
)
def test_idle_and_old_sessions_are_over_and_purged(
    uow: Any, seen_ago: timedelta, lives_for: timedelta
) -> None:
    token = aged(uow, seen_ago, lives_for)
    with pytest.raises(NoSession):
        usecases.get_session(uow, token)
    assert usecases.purge(uow, 1095, 180) == 1
    with uow.read() as tx:
        assert tx.store.session(token_hash(token)) is None


def test_purge_leaves_sessions_that_live(uow: Any) -> None:
    token = aged(uow, timedelta(days=6), MINUTE)
    assert usecases.purge(uow, 1095, 180) == 0
    assert usecases.get_session(uow, token)


def test_a_session_in_use_stays_alive(uow: Any) -> None:
    token = aged(uow, timedelta(days=6), timedelta(days=20))
    usecases.get_session(uow, token)
    with uow.read() as tx:
        assert tx.now() - tx.store.session(token_hash(token)).last_seen_at < MINUTE


def test_signing_out_ends_this_session_only_and_twice_is_no_error(uow: Any) -> None:
    one, other = (sign_in(uow, ME)["session"]["token"] for _ in range(2))
    for _ in range(2):
        assert usecases.end_session(uow, one) == {"done": True}
    assert told(uow, "sessions_ended") == [{"token_hashes": [token_hash(one)]}]
    assert usecases.get_session(uow, other)


def test_signing_out_everywhere_ends_all_and_a_repeat_spares_newer_ones(uow: Any) -> None:
    first = sign_in(uow, ME)
    asked = request(schemas.WriteSchema, passenger_id=first["passenger"]["id"])
    usecases.end_all_sessions(uow, asked)
    with pytest.raises(NoSession):
        usecases.get_session(uow, first["session"]["token"])
    newer = sign_in(uow, ME)["session"]["token"]
    usecases.end_all_sessions(uow, asked)
    assert usecases.get_session(uow, newer)
    assert told(uow, "sessions_ended") == [{"passenger_id": first["passenger"]["id"]}]


def test_whoever_follows_is_a_traveller_and_stays_one(uow: Any) -> None:
    passenger_id = follower(uow, language="en")
    assert follower(uow) == passenger_id == traveller(uow)
    shown = usecases.get_passenger(uow, passenger_id)["passenger"]
    assert shown["wechat"]["subscribed"]
    assert shown["language"] == "en"
    assert [data["subscribed"] for data in told(uow, "passenger_changed")] == [True]


def test_the_payer_is_the_account_that_is_in_use(uow: Any) -> None:
    passenger_id = follower(uow)
    assert usecases.get_payer(uow, passenger_id) == {"openid": ME.openid}
    with pytest.raises(PassengerNotFound):
        usecases.get_payer(uow, "nobody")


def test_late_news_about_following_changes_nothing(uow: Any) -> None:
    passenger_id = follower(uow)
    follower(uow, subscribed=False, at=(NOW + MINUTE).isoformat())
    follower(uow, subscribed=True, at=NOW.isoformat())
    assert not usecases.get_passenger(uow, passenger_id)["passenger"]["wechat"]["subscribed"]
    assert [data["subscribed"] for data in told(uow, "passenger_changed")] == [True, False]
    follower(uow, subscribed=True, at=(NOW + 2 * MINUTE).isoformat())
    assert usecases.get_passenger(uow, passenger_id)["passenger"]["wechat"]["subscribed"]


def test_the_language_is_changed_once_and_told(uow: Any) -> None:
    passenger_id = traveller(uow)
    for _ in range(2):
        asked = request(schemas.SetLanguageSchema, passenger_id=passenger_id, language="en")
        assert usecases.set_language(uow, asked)["passenger"]["language"] == "en"
    assert [data["version"] for data in told(uow, "passenger_changed")] == [1, 2]


def test_nobody_is_found_under_an_id_that_is_nobodys(uow: Any) -> None:
    asked = request(schemas.WriteSchema, passenger_id="nobody")
    for call in (
        lambda: usecases.get_passenger(uow, "nobody"),
        lambda: usecases.list_documents(uow, VAULT, "nobody"),
        lambda: usecases.list_companions(uow, VAULT, "nobody"),
        lambda: usecases.list_consents(uow, "nobody"),
        lambda: usecases.end_all_sessions(uow, asked),
        lambda: usecases.request_export(uow, VAULT, {}, asked),
        lambda: usecases.request_erasure(uow, asked, 24),
    ):
        with pytest.raises(PassengerNotFound):
            call()


# --- two accounts of one unionid -----------------------------------------------------------------------


def two_of_one_person(uow: Any) -> tuple[str, str]:
    """(elder, younger): travellers whose openids turn out to share unionid u-1, before that is known."""
    return traveller(uow, "o-old"), traveller(uow, "o-new", "u-1")


def test_a_new_openid_of_a_known_unionid_is_the_same_traveller(uow: Any) -> None:
    passenger_id = traveller(uow, "o-1", "u-1")
    assert follower(uow, "o-2", unionid="u-1") == passenger_id
    assert told(uow, "passengers_merged") == []
    assert told(uow, "passenger_changed")[-1]["openid"] == "o-2", "messages go to the account that follows"


def test_two_travellers_of_one_unionid_become_the_elder(uow: Any) -> None:
    elder, younger = two_of_one_person(uow)
    agree(uow, younger)
    document = add_document(uow, younger)
    add_companion(uow, younger)
    assert traveller(uow, "o-old", "u-1") == elder
    assert told(uow, "passengers_merged") == [{"from": younger, "into": elder, "earlier_ids": []}]
    assert told(uow, "sessions_ended")[-1] == {"passenger_id": younger}
    shown = usecases.list_documents(uow, VAULT, elder)["documents"]
    assert [one["id"] for one in shown] == [document["id"]], (
        "and it opens: a seal knows its row, not its owner"
    )
    assert len(usecases.list_companions(uow, VAULT, elder)["companions"]) == 1
    assert usecases.list_consents(uow, elder)["consents"][1]["in_force"]


def test_merging_is_the_same_from_the_other_side_and_happens_once(uow: Any) -> None:
    elder, younger = traveller(uow, "o-old", "u-1"), traveller(uow, "o-new")
    for _ in range(3):
        assert follower(uow, "o-new", unionid="u-1") == elder
    assert told(uow, "passengers_merged") == [{"from": younger, "into": elder, "earlier_ids": []}]


def test_sessions_and_ids_from_before_a_merge_lead_to_who_stayed(uow: Any) -> None:
    elder = traveller(uow, "o-old")
    signed_in = sign_in(uow, WeChatIdentity("o-new", "u-1"))
    younger, token = signed_in["passenger"]["id"], signed_in["session"]["token"]
    traveller(uow, "o-old", "u-1")
    assert usecases.get_session(uow, token)["passenger"]["id"] == elder
    assert usecases.get_passenger(uow, younger)["passenger"]["id"] == elder
    asked = request(schemas.SetLanguageSchema, passenger_id=younger, language="en")
    assert usecases.set_language(uow, asked)["passenger"]["id"] == elder


def test_a_document_that_both_had_is_there_once(uow: Any) -> None:
    elder, younger = two_of_one_person(uow)
    for passenger_id in (elder, younger):
        agree(uow, passenger_id)
        add_document(uow, passenger_id)
    traveller(uow, "o-old", "u-1")
    assert len(usecases.list_documents(uow, VAULT, elder)["documents"]) == 1


def test_three_merged_one_after_the_other_are_one(uow: Any) -> None:
    first, second, third = (traveller(uow, f"o-{number}") for number in range(3))
    follower(uow, "o-1", unionid="u-1")
    follower(uow, "o-2", unionid="u-1")
    follower(uow, "o-0", unionid="u-1")
    for passenger_id in (first, second, third):
        assert usecases.get_passenger(uow, passenger_id)["passenger"]["id"] == first
    with uow.read() as tx:
        assert tx.store.earlier_ids(first) == sorted([second, third])
    last = {"from": second, "into": first, "earlier_ids": [third]}
    assert told(uow, "passengers_merged")[-1] == last


# --- the language of messages -------------------------------------------------------------------------


def language_of(uow: Any, passenger_id: str) -> tuple[str, int]:
    """As it was told last, and how often anything was."""
    told = [data for name, data in events(uow) if name == "passenger_changed"]
    shown = usecases.get_passenger(uow, passenger_id)["passenger"]["language"]
    assert told[-1]["language"] == shown
    return shown, len(told)


def test_messages_follow_the_language_somebody_last_wrote_in_until_they_choose_one(uow: Any) -> None:
    me = follower(uow, language="zh")
    assert language_of(uow, me) == ("zh", 1)
    follower(uow, written_in="en")
    assert language_of(uow, me) == ("en", 2)
    follower(uow, written_in="en")
    follower(uow)
    assert language_of(uow, me) == ("en", 2), "the same, or no language at all, is no news"
    asked = request(schemas.SetLanguageSchema, passenger_id=me, language="en")
    usecases.set_language(uow, asked)
    chosen = language_of(uow, me)
    follower(uow, written_in="zh")
    assert language_of(uow, me) == chosen, "what was chosen stays, though it was the same"


def test_an_older_message_does_not_bring_back_its_language(uow: Any) -> None:
    me = follower(uow, written_in="en")
    follower(uow, written_in="zh", at=(NOW - timedelta(minutes=1)).isoformat())
    assert language_of(uow, me)[0] == "en"


def test_of_two_who_are_one_the_language_that_was_chosen_stays(uow: Any) -> None:
    elder = traveller(uow, "o-elder")
    younger = traveller(uow, "o-younger", "u-1")
    usecases.set_language(uow, request(schemas.SetLanguageSchema, passenger_id=younger, language="en"))
    assert traveller(uow, "o-elder", "u-1") == elder
    follower(uow, "o-elder", written_in="zh")
    assert usecases.get_passenger(uow, elder)["passenger"]["language"] == "en"
