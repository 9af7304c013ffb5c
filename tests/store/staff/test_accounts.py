"""Accounts, passwords, sessions and the trail, over the fake and both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.staff import usecases
from services.staff.errors import (
    AccountNotFound,
    LastAdmin,
    LoginTaken,
    NoSession,
    WeakPassword,
    WrongPassword,
)
from services.staff.schemas import Role
from tests.store.staff.people import PASSWORD, House, code

NEW = "another river, other stones"


def change(house: House, account_id: str, old: str, new: str) -> Any:
    wish = house.wish(account_id=account_id, old_password=old, new_password=new)
    return usecases.change_password(house.uow, house.hasher, wish)


def test_a_login_is_given_once(house: House) -> None:
    house.add("anna")
    with pytest.raises(LoginTaken):
        house.add("Anna ")


def test_a_new_password_ends_all_sessions_and_the_old_one_is_over(house: House) -> None:
    account_id = house.add("anna")
    signed = [house.sign_in("anna") for _ in range(2)]
    with pytest.raises(WrongPassword):
        change(house, account_id, "not the one", NEW)
    with pytest.raises(WeakPassword):
        change(house, account_id, PASSWORD, PASSWORD)
    change(house, account_id, PASSWORD, NEW)
    for each in signed:
        with pytest.raises(NoSession):
            usecases.get_session(house.uow, each["token"])
    with pytest.raises(WrongPassword):
        change(house, account_id, PASSWORD, NEW)
    house.forget_codes("anna")
    assert house.finish(house.begin("anna", NEW), code())["token"]


@pytest.mark.parametrize("what", ["roles", "disable", "reset"])
def test_what_an_admin_changes_ends_all_sessions(house: House, what: str) -> None:
    account_id = house.add("anna")
    signed = house.sign_in("anna")
    wish = house.wish(account_id=account_id)
    if what == "roles":
        found = usecases.set_roles(house.uow, wish | {"roles": [Role.ADMIN, Role.DESK]})["account"]
        assert found["roles"] == ["desk", "admin"]
    elif what == "disable":
        assert not usecases.set_active(house.uow, wish | {"active": False})["account"]["active"]
    else:
        found = usecases.reset_account(house.uow, house.hasher, wish | {"password": NEW})["account"]
        assert (found["enrolled"], found["must_change"], found["codes_left"]) == (False, True, 0)
    with pytest.raises(NoSession):
        usecases.get_session(house.uow, signed["token"])


def test_who_works_at_a_shop_is_told_with_the_session_and_ends_it_when_changed(house: House) -> None:
    account_id = house.add("anna", Role.SHOP, shops=["tea-t2", "cables-t2", "tea-t2"])
    signed = house.sign_in("anna")
    assert usecases.get_session(house.uow, signed["token"])["account"]["shops"] == ["cables-t2", "tea-t2"]
    wish = house.wish(account_id=account_id, shops=["tea-t2", "*"])
    assert usecases.set_shops(house.uow, wish)["account"]["shops"] == ["*"]
    with pytest.raises(NoSession):
        usecases.get_session(house.uow, signed["token"])
    row = house.trail()[-1]
    assert (row["action"], row["detail"]) == (
        "account.shops_set",
        {"was": ["cables-t2", "tea-t2"], "now": ["*"]},
    )
    none = usecases.set_shops(house.uow, house.wish(account_id=account_id, shops=[]))["account"]
    assert none["shops"] == []
    with pytest.raises(AccountNotFound):
        usecases.set_shops(house.uow, house.wish(account_id="nobody", shops=[]))


@pytest.mark.parametrize("shop", ["", "Tea", "a b", "**", "tea\n", "-tea", "x" * 49])
def test_what_can_be_no_shop_is_refused(shop: str) -> None:
    from marshmallow import ValidationError

    from services.staff.schemas import SetShopsSchema

    wish = {"request_id": "12345678", "actor": "test", "account_id": "a"}
    assert SetShopsSchema().load(wish | {"shops": ["tea-t2", "*"]})
    with pytest.raises(ValidationError):
        SetShopsSchema().load(wish | {"shops": [shop]})


def test_the_last_admin_stays(house: House) -> None:
    root = house.add("root", Role.ADMIN)
    for change_ in (
        lambda one: usecases.set_active(house.uow, house.wish(account_id=one, active=False)),
        lambda one: usecases.set_roles(house.uow, house.wish(account_id=one, roles=[Role.DESK])),
    ):
        with pytest.raises(LastAdmin):
            change_(root)
    other = house.add("other", Role.ADMIN)
    usecases.set_active(house.uow, house.wish(account_id=root, active=False))
    with pytest.raises(LastAdmin):
        usecases.set_roles(house.uow, house.wish(account_id=other, roles=[Role.DESK]))


def test_one_session_is_ended_and_the_others_stay(house: House) -> None:
    account_id = house.add("anna")
    one, other = house.sign_in("anna"), house.sign_in("anna")
    sessions = usecases.list_sessions(house.uow, account_id)["sessions"]
    assert len(sessions) == 2
    oldest = house.wish(account_id=account_id, session_id=sessions[-1]["id"])
    usecases.end_sessions(house.uow, oldest)
    with pytest.raises(NoSession):
        usecases.get_session(house.uow, one["token"])
    assert usecases.get_session(house.uow, other["token"])
    with pytest.raises(AccountNotFound):
        usecases.end_sessions(house.uow, house.wish(account_id="nobody", session_id=None))


def test_accounts_are_found_by_login_name_and_role(house: House) -> None:
    for login, role in (("anna", Role.DESK), ("ben", Role.FLIGHT_DESK), ("hannah", Role.DESK)):
        house.add(login, role)

    def logins(**wish: Any) -> list[str]:
        asked = {"text": "", "role": None, "limit": 50, "cursor": "", **wish}
        return [each["login"] for each in usecases.list_accounts(house.uow, asked)["accounts"]]

    assert logins() == ["anna", "ben", "hannah"]
    assert logins(text="ANN") == ["anna", "hannah"]
    assert logins(role=Role.DESK) == ["anna", "hannah"], "the flight desk is another"
    assert logins(role=Role.FLIGHT_DESK) == ["ben"]
    assert logins(text="%") == []
    page = usecases.list_accounts(house.uow, {"text": "", "role": None, "limit": 2, "cursor": ""})
    assert page["cursor"] == "ben"
    assert logins(cursor=page["cursor"]) == ["hannah"]


def test_the_trail_tells_who_did_what_and_pages(house: House) -> None:
    account_id = house.add("anna")
    for n in range(5):
        wish = {"action": "export.taken", "subject": f"s{n}", "detail": {"rows": n, "词": "中"}}
        usecases.record_action(
            house.uow, {"request_id": f"request {n}", "actor": f"staff:{account_id}", **wish}
        )
        usecases.record_action(
            house.uow, {"request_id": f"request {n}", "actor": f"staff:{account_id}", **wish}
        )
    page = usecases.list_audit(house.uow, {"text": "export.", "limit": 3, "cursor": ""})
    assert [row["subject"] for row in page["rows"]] == ["s4", "s3", "s2"]
    assert page["names"] == {account_id: "anna"}
    more = usecases.list_audit(house.uow, {"text": "export.", "limit": 3, "cursor": page["cursor"]})
    assert [row["subject"] for row in more["rows"]] == ["s1", "s0"]
    assert more["cursor"] is None
    about = usecases.list_audit(house.uow, {"text": "Anna", "limit": 50, "cursor": ""})
    assert len(about["rows"]) == 6
    state = usecases.verify_audit(house.uow)
    assert (state["rows"], state["broken_at"]) == (6, None)


@pytest.mark.parametrize("how", ["change", "delete", "cut"])
def test_the_database_refuses_to_change_the_trail_and_if_forced_it_shows(real_house: House, how: str) -> None:
    real_house.add("anna")
    real_house.add("ben")
    real_house.add("cleo")
    statement = {
        "change": "UPDATE audit SET actor = 'somebody else' WHERE seq = 2",
        "delete": "DELETE FROM audit WHERE seq = 2",
        "cut": "DELETE FROM audit WHERE seq = 3",
    }[how]
    database = real_house.uow.database
    with pytest.raises(DatabaseError, match="the trail only grows"), database.writing() as connection:
        connection.execute(text(statement))
    assert usecases.verify_audit(real_house.uow)["broken_at"] is None, "control: nothing was changed"
    postgresql = database.dialect_name == "postgresql"
    off = ["ALTER TABLE audit DISABLE TRIGGER audit_only_grows"]
    on = ["ALTER TABLE audit ENABLE TRIGGER audit_only_grows"]
    if not postgresql:
        off, on = [f"DROP TRIGGER audit_no_{each}" for each in ("update", "delete")], []
    with database.writing() as connection:
        for each in [*off, statement, *on]:
            connection.execute(text(each))
    assert usecases.verify_audit(real_house.uow)["broken_at"] == (3 if how == "cut" else 2)
