"""From a followed flight's change to what leaves for WeChat, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.errors import RequestReused, Unavailable
from services.notify import usecases
from services.notify.errors import FlightNotFound, TooManyFollows
from services.notify.events import FOLLOWS_CHANGED
from services.notify.schemas import MAX_FOLLOWS, Role
from services.notify.store import AccountState, Follow
from services.notify.usecases import news as fanning
from tests.unit.notify.orders import bus
from tests.unit.notify.suite import LATE, LATER, LOST, NEVER_LEFT, SEND, Notify


@pytest.fixture
def notify() -> Notify:
    made = Notify()
    made.traveller("anna", "en")
    made.traveller("ben")
    return made


def ago(one: Any, **names: timedelta) -> None:
    """Let instants of a message lie further back."""
    for name, span in names.items():
        value = getattr(one, name)
        setattr(one, name, value - span)


# --- following ----------------------------------------------------------------------------------------


def test_a_follower_hears_what_changes_from_then_on_in_their_language(notify: Notify) -> None:
    answer = notify.follow("anna")
    assert answer["reachable"]
    assert "keywords" not in answer["follow"]["flight"]
    assert notify.happens(**LATE)
    notify.follow("ben")
    notify.run()
    assert notify.told() == [("o-anna", "flight_delayed.en")]
    assert notify.states("anna") == [("delayed", "sent")]
    assert notify.states("ben") == []
    assert notify.wechat.sent()[0]["url"] == f"https://csx.example/flights/{notify.flight()['id']}"
    assert [event.name for event in notify.uow.events] == [FOLLOWS_CHANGED, FOLLOWS_CHANGED]


def test_a_flight_that_is_not_there_cannot_be_followed(notify: Notify) -> None:
    with pytest.raises(FlightNotFound):
        notify.follow("anna", flight_id="CZ9-20261123-CSX-CAN")
    assert notify.store.follows == {}


def test_a_change_between_looking_and_following_is_not_lost(notify: Notify) -> None:
    """The flight changes just after notify asked for it; its event found nobody who follows."""
    notify.flight()

    def change() -> None:
        notify.flights.before_answer = lambda: None
        assert not notify.happens(**LATE), "control: nobody followed yet"

    notify.flights.before_answer = change
    flight_id = notify.flight()["id"]
    request = {"request_id": "r-1", "passenger_id": "anna", "flight_id": flight_id, "role": Role.PASSENGER}
    usecases.follow(notify.uow, notify.flights, notify.view, request, datetime.now(UTC))
    notify.run()
    assert notify.told() == [("o-anna", "flight_delayed.en")]


def test_following_stands_though_flights_is_away_for_the_second_look(notify: Notify) -> None:
    flight_id = notify.flight()["id"]

    def leave() -> None:
        def away() -> None:
            raise Unavailable(part="broker")

        notify.flights.before_answer = away

    notify.flights.before_answer = leave
    request = {"request_id": "r-1", "passenger_id": "anna", "flight_id": flight_id, "role": Role.PASSENGER}
    answer = usecases.follow(notify.uow, notify.flights, notify.view, request, datetime.now(UTC))
    assert answer["follow"]["flight_id"] == flight_id


def test_news_that_nobody_could_be_told_in_time_is_written_down_as_such(notify: Notify) -> None:
    notify.follow("anna")
    notify.happens(status="last_call")
    usecases.fan_out(notify.uow, datetime.now(UTC) + timedelta(minutes=16))
    assert (notify.message("anna").state, notify.message("anna").reason) == ("expired", "too_late")


def test_following_twice_with_one_request_is_answered_alike_and_another_payload_is_refused(
    notify: Notify,
) -> None:
    first = notify.follow("anna", request_id="the same one")
    assert notify.follow("anna", request_id="the same one") == first
    with pytest.raises(RequestReused):
        notify.follow("anna", role="greeter", request_id="the same one")


def test_nobody_follows_more_flights_than_the_limit(notify: Notify) -> None:
    for number in range(MAX_FOLLOWS):
        notify.store.people.follow(Follow("anna", f"flight-{number}", "passenger", datetime.now(UTC)))
    with pytest.raises(TooManyFollows):
        notify.follow("anna")


def test_who_does_not_follow_the_account_is_told_so_and_staff_see_why(notify: Notify) -> None:
    notify.traveller("cleo", subscribed=False)
    assert not notify.follow("cleo")["reachable"]
    notify.happens(**LATE)
    notify.run()
    assert notify.told() == []
    assert (notify.message("cleo").state, notify.message("cleo").reason) == ("refused", "not_following")


def test_what_waits_is_not_sent_to_who_unfollowed(notify: Notify) -> None:
    notify.follow("anna")
    notify.happens(**LATE)
    usecases.fan_out(notify.uow, datetime.now(UTC))
    request = {"request_id": "r-9", "passenger_id": "anna", "flight_id": notify.flight()["id"]}
    assert usecases.unfollow(notify.uow, request) == {"following": False, "role": None}
    notify.run()
    assert notify.told() == []


def test_old_and_repeated_news_of_a_flight_is_dropped(notify: Notify) -> None:
    notify.follow("anna")
    late = notify.flight(**LATE) | {"version": 5}
    now = datetime.now(UTC)
    assert usecases.hear(notify.uow, notify.view, late, now)
    assert not usecases.hear(notify.uow, notify.view, late, now)
    assert not usecases.hear(notify.uow, notify.view, notify.flight() | {"version": 4}, now)
    notify.run()
    assert len(notify.told()) == 1


# --- order and fan-out --------------------------------------------------------------------------------


def test_news_of_a_flight_arrives_in_order_and_later_news_replaces_what_it_makes_pointless(
    notify: Notify,
) -> None:
    notify.follow("anna")
    notify.happens(**LATE)
    notify.happens(**LATE, gate="A1")
    notify.happens(**LATER, gate="A1")
    notify.run()
    assert [template for _, template in notify.told()] == ["gate_changed.en", "flight_delayed.en"]
    notify.happens(**LATER, gate="A2")
    usecases.fan_out(notify.uow, datetime.now(UTC))
    notify.happens(**LATER, gate="A2", status="boarding")
    notify.run()
    assert [template for _, template in notify.told()][2:] == ["boarding.en"]
    assert notify.states("anna")[-2:] == [("gate", "superseded"), ("boarding", "sent")]


def test_a_fan_out_cut_short_goes_on_where_it_was_and_tells_nobody_twice(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanning, "PAGE", 2)
    names = [notify.traveller(f"t{number}") for number in range(5)]
    for name in names:
        notify.follow(name)
    notify.happens(**LATE)
    assert usecases.fan_out(notify.uow, datetime.now(UTC)) == 2
    notify.courier = notify.new_courier()
    notify.run(20)
    assert sorted(receiver for receiver, _ in notify.told()) == sorted(f"o-{name}" for name in names)


def test_news_in_quiet_hours_waits_and_is_replaced_by_safety_news() -> None:
    quiet = Notify(quiet_hours="0-0")
    local_hour = datetime.now(quiet.view.zone).hour
    hours = f"{local_hour}-{(local_hour + 2) % 24}"
    night = Notify(quiet_hours=hours)
    night.traveller("anna")
    night.follow("anna")
    night.happens(**LATE)
    night.run()
    assert night.told() == []
    night.happens(status="cancelled")
    night.run()
    assert night.told() == [("o-anna", "flight_cancelled")]


def test_a_courier_holds_the_lease_alone(notify: Notify) -> None:
    notify.follow("anna")
    notify.happens(**LATE)
    other = notify.new_courier()
    assert notify.courier.round(10) == -1
    assert other.round(10) == 0
    notify.courier.leave()
    assert other.round(10) == 1


# --- WeChat's answers ---------------------------------------------------------------------------------


def delayed(notify: Notify, *answers: int | Exception) -> None:
    """Anna's delay is sent, and WeChat answers so."""
    notify.follow("anna")
    notify.happens(**LATE)
    notify.wechat.will(SEND, *answers)
    notify.run()


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_refused_token_is_renewed_once_and_the_message_goes_out(notify: Notify, errcode: int) -> None:
    delayed(notify, errcode)
    assert notify.states("anna") == [("delayed", "sent")]
    assert notify.wechat.forced == [False, False, True]
    assert [token for path, token, _ in notify.wechat.asked if path == SEND] == ["token-1", "token-2"]


def test_a_token_that_stays_refused_costs_one_renewal_an_attempt(notify: Notify) -> None:
    delayed(notify, 40001, 40001)
    assert notify.states("anna") == [("delayed", "deferred")]
    assert notify.wechat.forced.count(True) == 1


def test_who_blocked_us_is_not_tried_again_until_they_follow_anew(notify: Notify) -> None:
    delayed(notify, 43004)
    assert notify.states("anna") == [("delayed", "refused")]
    notify.happens(**LATER)
    notify.run()
    assert len(notify.told()) == 1
    data = {"passenger_id": "anna", "openid": "o-anna", "language": "en", "subscribed": True, "version": 2}
    data |= {"flight_messages": "given"}
    usecases.note_passenger(notify.uow, data)
    notify.happens(status="boarding")
    notify.run()
    assert len(notify.told()) == 2


def test_who_refused_a_template_still_gets_others(notify: Notify) -> None:
    delayed(notify, 43101)
    notify.happens(**LATER)
    notify.happens(**LATER, gate="A1")
    notify.run()
    assert [template for _, template in notify.told()] == ["flight_delayed.en", "gate_changed.en"]
    assert [state for _, state in notify.states("anna")] == ["refused", "refused", "sent"]


@pytest.mark.parametrize(("errcode", "longer_than"), [(45009, 0), (45011, 50), (40164, 200), (48001, 200)])
def test_the_account_pauses_and_the_message_keeps_its_place(
    notify: Notify, errcode: int, longer_than: float
) -> None:
    delayed(notify, errcode)
    assert notify.states("anna") == [("delayed", "queued")]
    assert len(notify.told()) == 1, "nothing is tried while it pauses"
    state = notify.store.account.state("wx")
    assert state.paused_until is not None
    assert (state.paused_until - datetime.now(UTC)).total_seconds() > longer_than
    assert (state.alert is not None) == (errcode in (40164, 48001))
    notify.store.account.save_state("wx", replace(state, paused_until=datetime.now(UTC)))
    notify.run()
    assert notify.states("anna") == [("delayed", "sent")]
    assert notify.store.account.state("wx") == AccountState(), "the alert ends with the first success"


def test_a_bad_message_is_not_sent_again(notify: Notify) -> None:
    delayed(notify, 47003)
    notify.run()
    assert notify.states("anna") == [("delayed", "failed")]
    assert len(notify.told()) == 1


def test_a_busy_wechat_is_tried_again_later_with_the_same_message_id(notify: Notify) -> None:
    delayed(notify, -1)
    one = notify.message("anna")
    assert one.state == "deferred"
    one.not_before_at = datetime.now(UTC)
    notify.run()
    assert one.state == "sent"
    first, second = notify.wechat.sent()
    assert first["client_msg_id"] == second["client_msg_id"]


def test_a_lost_answer_is_asked_for_again_with_the_same_id_while_wechat_drops_repeats(notify: Notify) -> None:
    delayed(notify, LOST)
    one = notify.message("anna")
    assert (one.state, one.unsure_since is not None) == ("deferred", True)
    one.not_before_at = datetime.now(UTC)
    notify.wechat.will(SEND, -1)
    notify.run()
    assert one.unsure_since is not None, "a later answer says nothing about the first attempt"
    one.not_before_at = datetime.now(UTC)
    ago(one, unsure_since=timedelta(minutes=10))
    notify.run()
    assert (one.state, one.reason) == ("unknown", "no_answer")
    assert len({payload["client_msg_id"] for payload in notify.wechat.sent()}) == 1
    assert len(notify.wechat.sent()) == 2


def test_what_never_left_is_sent_again_without_a_limit_but_its_usefulness(notify: Notify) -> None:
    delayed(notify, NEVER_LEFT)
    one = notify.message("anna")
    assert (one.state, one.reason, one.unsure_since) == ("deferred", "no_connection", None)
    one.not_before_at = datetime.now(UTC)
    one.expires_at = datetime.now(UTC)
    notify.run()
    assert one.state == "expired"


def test_a_new_courier_takes_over_what_a_dead_one_was_sending(notify: Notify) -> None:
    notify.follow("anna")
    notify.follow("ben")
    notify.happens(**LATE)
    usecases.fan_out(notify.uow, datetime.now(UTC))
    notify.store.messages.claim("the dead one", datetime.now(UTC), 10)
    ago(notify.message("ben"), claimed_at=timedelta(minutes=10))
    notify.run()
    assert notify.states("anna") == [("delayed", "sent")]
    assert notify.states("ben") == [("delayed", "unknown")], "WeChat wouldn't notice a repeat any more"


def test_without_a_template_id_a_message_fails_and_says_so(notify: Notify) -> None:
    notify.courier._template_ids.clear()
    delayed(notify)
    assert (notify.message("anna").state, notify.message("anna").reason) == ("failed", "no_template")


def test_without_an_access_token_nothing_is_claimed(notify: Notify) -> None:
    notify.wechat.will("token", 40164)
    notify.follow("anna")
    notify.happens(**LATE)
    notify.run()
    assert notify.told() == []
    assert notify.store.account.state("wx").alert == "notify.wechat_refuses"


def test_only_a_followed_flights_change_concerns_anybody(notify: Notify) -> None:
    change = {"data": {"flight": notify.flight()}}
    assert not usecases.concerns(notify.uow, change)
    notify.follow("anna")
    assert usecases.concerns(notify.uow, change)


# --- consent ------------------------------------------------------------------------------------------


def says(notify: Notify, who: str, consent: str, version: int) -> None:
    data = {"passenger_id": who, "openid": f"o-{who}", "language": "zh", "subscribed": True}
    usecases.note_passenger(notify.uow, data | {"version": version, "flight_messages": consent})


@pytest.mark.parametrize("consent", ["withdrawn", "never"])
def test_without_consent_nothing_is_told_of_a_flight_and_staff_see_why(notify: Notify, consent: str) -> None:
    notify.follow("ben")
    says(notify, "ben", consent, 2)
    assert notify.follow("ben")["consent"] == consent
    assert usecases.list_follows(notify.uow, "ben")["consent"] == consent
    notify.happens(**LATE)
    notify.run()
    assert notify.told() == []
    assert (notify.message("ben").state, notify.message("ben").reason) == ("refused", "no_consent")
    says(notify, "ben", "given", 3)
    notify.happens(status="boarding")
    notify.run()
    assert notify.told() == [("o-ben", "boarding")]


def test_a_consent_taken_back_stops_what_waits_and_only_that_of_flights(notify: Notify) -> None:
    notify.follow("anna")
    notify.happens(**LATE)
    fanning.fan_out(notify.uow, datetime.now(UTC))
    usecases.note_bus(notify.uow, notify.view, bus("tickets_issued"), datetime.now(UTC))
    says(notify, "anna", "withdrawn", 2)
    notify.run()
    assert notify.states("anna") == [("delayed", "refused"), ("bus_bought", "sent")]


def test_a_consent_taken_back_just_before_sending_counts(notify: Notify) -> None:
    notify.follow("anna")
    notify.happens(**LATE)
    fanning.fan_out(notify.uow, datetime.now(UTC))
    notify.store.recipients["anna"] = replace(notify.store.recipients["anna"], consent="withdrawn")
    notify.run()
    assert notify.told() == []
    assert notify.states("anna") == [("delayed", "refused")]


def test_an_event_from_before_consents_were_told_permits_nothing(notify: Notify) -> None:
    data = {"passenger_id": "carl", "openid": "o-carl", "language": "zh", "subscribed": True, "version": 1}
    usecases.note_passenger(notify.uow, data)
    assert notify.follow("carl")["consent"] == "never"
