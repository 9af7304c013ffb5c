"""The clock of each item: which rule it is under, what is due when, and in which ways it may go then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from kernel.instants import instant
from services.lostfound.domain.items import DESK, Item
from services.lostfound.errors import NotDue, WrongWay
from services.lostfound.schemas.retention import DOCUMENTS, VALUABLES
from services.lostfound.schemas.vocabulary import CATEGORIES, NOTICE_LASTS, RETENTION, ItemState, Step, Way

_WAYS: Final = {
    Step.DESTROY: frozenset({Way.DESTROYED}),
    Step.POLICE: frozenset({Way.POLICE}),
    Step.NOTICE: frozenset[Way](),
    Step.DISPOSE: frozenset({Way.TO_THE_STATE, Way.DONATED, Way.DESTROYED}),
}
"""What may become of an item whose time has come; it may go to the police whenever. Article 318: only after the year of
its notice is it the state's, to be kept, given away or destroyed on the state's behalf."""


def clocked(item: Item) -> Item:
    """The item under the rule that fits it now, its time counted from its registration or its notice.

    What is in it counts before what it is: a lunch bag with a passport is no food that is destroyed tomorrow.
    """
    if item.precious:
        rule = RETENTION[VALUABLES]
    elif item.document_kind is not None:
        rule = RETENTION[DOCUMENTS]
    else:
        rule = RETENTION[CATEGORIES[item.category].rule]
    until = item.registered_at + rule.keeps
    if item.notice_until is not None and rule.then is Step.NOTICE:
        until = item.notice_until
    told_at = item.due_told_at if until == item.keep_until else None
    return replace(item, rule=rule.code, keep_until=until, due_told_at=told_at)


def due(item: Item) -> Step | None:
    """What comes at keep_until; None when nothing does: it is promised to somebody, missing, or still with the airline,
    which has rules of its own."""
    if item.state is not ItemState.STORED or item.missing_at is not None or not item.holder.startswith(DESK):
        return None
    step = RETENTION[item.rule].then
    if step is Step.NOTICE and item.published_at is not None:
        return Step.DISPOSE
    return step


def is_overdue(item: Item, now: datetime) -> bool:
    return due(item) is not None and item.keep_until <= now


def published(item: Item, now: datetime) -> Item:
    """With its notice out. Raises NotDue when its time for one hasn't come, or it never gets one."""
    if due(item) is not Step.NOTICE or item.keep_until > now:
        raise NotDue(number=item.number, keep_until=instant(item.keep_until))
    return clocked(replace(item, published_at=now, notice_until=now + NOTICE_LASTS))


def refuse_way(item: Item, way: Way, now: datetime) -> None:
    """Raises WrongWay unless an item of its kind may go in this way, NotDue when it may, but not yet."""
    if way is Way.POLICE:
        return
    step = due(item)
    if step is None or way not in _WAYS[step]:
        raise WrongWay(number=item.number, way=way.value, due=None if step is None else step.value)
    if item.keep_until > now:
        raise NotDue(number=item.number, keep_until=instant(item.keep_until))
