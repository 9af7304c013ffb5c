"""Passwords on their way to the staff service: whatever call is written down or parked, they can't be read in it."""

from __future__ import annotations

import json
import re

import pytest

from gateway.sealing import Sealer
from kernel.errors import ServiceError
from services.staff.schemas import Role
from services.staff.sealing import PasswordBox
from tests.gateway.staff.house import PASSWORD, House, keys_of, sign_in

pytestmark = pytest.mark.anyio
NEW = "another river, other stones"


def crossed(house: House) -> str:
    """All calls that this gateway made, as text."""
    return repr(house.rpc.calls)


async def test_no_call_holds_a_password(house: House) -> None:
    house.rpc.calls.clear()
    seen = ""
    async with house.at_work("root", Role.ADMIN) as admin:
        form = {**keys_of((await admin.get("/staff/accounts/new")).text), "login": "ben.li", "name": "Ben"}
        made = await admin.post("/staff/accounts/new", data=form | {"roles": "support"})
        first = re.search(r'class="once">([^<]+)<', made.text)
        ben = house.staff.uow.store.accounts.by_login("ben.li").id
        keys = keys_of((await admin.get(f"/staff/accounts/{ben}")).text)
        again = re.search(
            r'class="once">([^<]+)<', (await admin.post(f"/staff/accounts/{ben}/reset", data=keys)).text
        )
        keys = keys_of((await admin.get("/staff/password")).text)
        changed = await admin.post(
            "/staff/password", data={**keys, "old_password": PASSWORD, "new_password": NEW, "again": NEW}
        )
        assert changed.status_code == 303
        assert (await sign_in(admin, "root", house.code(), NEW)).status_code == 303
    seen = crossed(house)
    assert first is not None
    assert again is not None
    for method in ("begin_sign_in", "add_account", "reset_account", "change_password"):
        assert method in seen, "the search sees the calls"
    for secret in (PASSWORD, NEW, first[1], again[1]):
        assert secret not in seen, "a password crossed the broker in clear"


async def test_control_a_password_that_is_sent_in_clear_is_refused_and_would_be_seen(house: House) -> None:
    wish = {"challenge": "c" * 32, "login": "root", "password": PASSWORD, "address": "192.0.2.1"}
    with pytest.raises(Exception, match="password"):
        await house.rpc.call("staff", "begin_sign_in", wish)
    assert PASSWORD in crossed(house)


async def test_a_key_that_was_exchanged_meanwhile_is_fetched_anew(house: House) -> None:
    house.staff.add("anna", Role.SUPPORT)
    async with house.browser() as client:
        assert (await sign_in(client, "anna", "000000")).status_code == 401
        house.staff.box = PasswordBox({"k2": b"n" * 32})
        assert (await sign_in(client, "anna", house.code())).status_code == 303
    house.staff.box.sealing_key = PasswordBox({"k3": b"o" * 32}).sealing_key  # type: ignore[method-assign]
    sealer = Sealer(house.rpc, "staff")

    async def ask(sealed: str) -> object:
        wish = {"challenge": "d" * 32, "login": "anna", "sealed": sealed, "address": "192.0.2.1"}
        return await house.rpc.call("staff", "begin_sign_in", wish)

    with pytest.raises(ServiceError) as refused:
        await sealer.sealed(json.dumps({"password": PASSWORD}), None, ask)  # type: ignore[arg-type]
    assert refused.value.code == "staff.bad_seal"


@pytest.mark.parametrize("sealed", ["", "x", "x1.k1.", "x1.k9.AAAA", "x1.k1." + "A" * 80, "x1.k1.\u00e4"])
async def test_what_is_no_seal_is_refused(sealed: str, house: House) -> None:
    wish = {"challenge": "c" * 32, "login": "root", "sealed": sealed, "address": "192.0.2.1"}
    with pytest.raises(Exception) as refused:
        await house.rpc.call("staff", "begin_sign_in", wish)
    assert "sealed" in str(refused.value) or getattr(refused.value, "code", "") == "staff.bad_seal"
