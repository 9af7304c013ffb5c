"""Desks: those that the first start opens, and the vocabulary that goes with them."""

from __future__ import annotations

from typing import Any

import pytest

from services.lostfound import schemas, usecases
from tests.unit.lostfound.examples import PLACE, place


def test_the_vocabulary_has_words_in_both_languages_and_the_desks(desks: Any) -> None:
    answer = usecases.list_vocabulary(desks, PLACE)
    schemas.VocabularySchema().load(answer)
    assert [desk["id"] for desk in answer["desks"]] == ["t1", "t2"]
    assert {rule["keeps_hours"] for rule in answer["retention"]} == {24, 168, 2160}


def test_the_first_start_opens_a_desk_in_each_terminal_once(real_uow: Any) -> None:
    for _ in range(2):
        usecases.open_first_desks(real_uow, PLACE)
    with real_uow.read() as tx:
        assert [(desk.id, len(desk.shelves)) for desk in tx.store.desks()] == [("t1", 22), ("t2", 22)]


def test_a_start_with_desks_in_terminals_that_are_not_there_fails_and_says_why(real_uow: Any) -> None:
    with pytest.raises(ValueError, match="LOSTFOUND_DESKS: T9 is no terminal"):
        usecases.open_first_desks(real_uow, place(desks=("T1", "T9")))
