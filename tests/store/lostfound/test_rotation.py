"""A change of keys reaches what is sealed of items: afterwards the old key may go."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.crypto import FieldCipher, NotOurs
from kernel.resealing import reseal
from services.lostfound import schemas, usecases
from services.lostfound.store.sealed import SEALED
from services.lostfound.vault import Vault
from tests.unit.lostfound.examples import MARKS, PASSPORT, PLACE, ask, broken, full, register, sealed

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PICTURES = {"jpeg": "anBlZw==" * 40, "thumbnail": "c21hbGw=" * 20}


def found(uow: Any, at: usecases.Place, text: str) -> int:
    asked = schemas.SearchItemsSchema().load({"q": text})
    return len(usecases.search_items(uow, at, asked)["items"])


def test_items_photos_and_numbers_are_under_the_new_key_and_the_old_one_may_go(desks: Any) -> None:
    item = register(desks, {"marks": MARKS, "serial": "SN99A7731", "document": PASSPORT})
    photo = ask(schemas.AttachPhotoSchema(), item_id=item["id"], photo=sealed(PICTURES))
    photo_id = usecases.attach_photo(desks, PLACE, photo)["photo_id"]
    after = usecases.Place(PLACE.airport, PLACE.settings, Vault({"k2": NEW}))
    assert found(desks, after, "E12345678") == 0, "the control: the new key alone finds nothing"
    last = list(reseal(desks.database, FieldCipher({"k2": NEW, "k1": OLD}), "k2", SEALED, 100))[-1]
    assert (last.done, last.left, last.unreadable) == (2, 0, 0)
    assert found(desks, after, "E12345678") == found(desks, after, "SN99A7731") == 1
    asked = schemas.GetItemSchema().load({"item_id": item["id"]})
    assert usecases.get_item(desks, after, asked)["personal"]["marks"] == MARKS
    shown = usecases.get_photo(desks, after, schemas.GetPhotoSchema().load({"photo_id": photo_id}))
    assert shown["jpeg"] == PICTURES["jpeg"]
    with pytest.raises(NotOurs):
        full(desks, item)
    assert broken(desks) == [], "the chain doesn't hang on keys"
