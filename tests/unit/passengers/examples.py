"""Travellers for tests: a vault, requests in the shape that the schemas load, and valid numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from kernel.ids import new_id
from kernel.sealing import seal
from services.passengers import schemas, usecases
from services.passengers.domain import WeChatIdentity
from services.passengers.vault import Vault
from tests.fakes.passengers_store import FakeWeChat

NOW = datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)
TODAY = date(2026, 11, 23)
OLD_KEY, NEW_KEY = bytes(range(32)), bytes(range(32, 64))
VAULT = Vault({"k1": OLD_KEY})

RESIDENT_ID = "11010519491231002X"
OTHER_ID = "440524188001010014"
# The vector of ICAO 9303, part 4, which expired in 2012; and the same passport had it been issued later.
ICAO_LINES = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
VALID_MRZ = f"{ICAO_LINES[0]}\nL898902C36UTO7408122F3104150ZE184226B<<<<<16"
PASSPORT = "L898902C3"


def request(schema: Any, **values: Any) -> dict[str, Any]:
    """A writing request as the service gets it."""
    loaded: dict[str, Any] = schema().load({"request_id": new_id(), **values})
    return loaded


def sign_in(uow: Any, who: WeChatIdentity, vault: Vault = VAULT, **values: Any) -> dict[str, Any]:
    code = new_id()
    asked = request(schemas.SignInSchema, code=code, **values)
    return usecases.sign_in(uow, vault, FakeWeChat(**{code: who}), asked)


def traveller(uow: Any, openid: str = "o-1", unionid: str | None = None) -> str:
    """The id of a traveller who has signed in."""
    return str(sign_in(uow, WeChatIdentity(openid, unionid))["passenger"]["id"])


def follower(uow: Any, openid: str = "o-1", subscribed: bool = True, **values: Any) -> str:
    given = {"at": NOW.isoformat(), "openid": openid, "subscribed": subscribed, **values}
    return str(usecases.note_follower(uow, VAULT, request(schemas.FollowerSchema, **given))["passenger_id"])


def agree(uow: Any, passenger_id: str, kind: str = "identity_documents") -> dict[str, Any]:
    version = schemas.CURRENT_CONSENTS[schemas.ConsentKind(kind)]
    asked = request(schemas.GiveConsentSchema, passenger_id=passenger_id, kind=kind, version=version)
    return usecases.give_consent(uow, asked)


def add_document(
    uow: Any, passenger_id: str, number: str = RESIDENT_ID, vault: Vault = VAULT, **values: Any
) -> dict[str, Any]:
    given = {"kind": "resident_id", "holder_name": "张三", **values}
    asked = request(
        schemas.AddDocumentSchema,
        passenger_id=passenger_id,
        sealed=seal(vault.sealing_key(), number),
        **given,
    )
    document: dict[str, Any] = usecases.add_document(uow, vault, asked, TODAY)["document"]
    return document


def add_companion(uow: Any, passenger_id: str, name: str = "李四", vault: Vault = VAULT) -> str:
    asked = request(schemas.AddCompanionSchema, passenger_id=passenger_id, name=name)
    return str(usecases.add_companion(uow, vault, asked)["companion"]["id"])
