"""Who calls, on whose behalf, in which language, within which trace: travels with every call."""

from __future__ import annotations

from dataclasses import dataclass, field

from kernel.ids import new_id


@dataclass
class Spent:
    """Seconds that the calls of one HTTP request have taken: together they get one deadline, not one each."""

    seconds: float = 0.0


@dataclass(frozen=True)
class CallContext:
    """call_id: of the HTTP request.

    principal: on whose behalf, such as {"partner": "cz"}, {"passenger": id}, {"staff": id}; services write it into
    their audit as `partner:cz`. None: nobody has said who they are.
    """

    call_id: str = field(default_factory=new_id)
    language: str = "zh"
    principal: dict[str, str] | None = None
    traceparent: str | None = None
    spent: Spent = field(default_factory=Spent, compare=False, repr=False)
