"""Every operation on a traveller's own data, as one table: its routes, its description and its tests read it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import Schema
from starlette.requests import Request

from gateway.api.me_schemas import (
    CompanionBody,
    CompanionChangesBody,
    ConsentBody,
    DocumentBody,
    FollowBody,
    LanguageBody,
    MessagesParameters,
    MyMessagesSchema,
    PublicMessageSchema,
)
from gateway.deps import Deps
from services.notify import schemas as notify
from services.passengers import schemas as passengers

_Answer = dict[str, Any]
Wish = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    calls: service and RPC. body, query: what comes in. result: what goes out; None is 204. writes: it takes a
    request_id. seals: the body's `number` travels sealed. leaves: the session is over afterwards.
    shape: what of the service's answer goes out. agrees: it asks for messages about flights, so the consent to
    them is noted first. prepare: puts what the gateway knows into the wish, before it goes to the service.
    """

    method: str
    path: str
    name: str
    summary: str
    calls: tuple[str, str]
    result: type[Schema] | None = None
    body: type[Schema] | None = None
    query: type[Schema] | None = None
    writes: bool = True
    status: int = 200
    seals: bool = False
    leaves: bool = False
    agrees: bool = False
    fixed: tuple[tuple[str, str], ...] = ()
    shape: Callable[[_Answer], _Answer] | None = None
    prepare: Callable[[Deps, Request, Wish], Awaitable[Wish]] | None = None

    @property
    def changes(self) -> bool:
        """Whether it may come from our own pages only."""
        return self.method != "GET"


def _public_messages(answer: _Answer) -> _Answer:
    hidden = set(PublicMessageSchema.Meta.exclude)
    shown = [{key: one[key] for key in one if key not in hidden} for one in answer["messages"]]
    return {"messages": shown, "cursor": answer["cursor"]}


def _p(method: str) -> tuple[str, str]:
    return "passengers", method


def _n(method: str) -> tuple[str, str]:
    return "notify", method


ME: Final = "/api/v1/me"

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation("GET", ME, "me", "Who is signed in", _p("get_passenger"), passengers.PassengerResultSchema, writes=False),
    Operation("PUT", f"{ME}/language", "setLanguage", "Choose the language of messages", _p("set_language"),
              passengers.PassengerResultSchema, LanguageBody),
    Operation("DELETE", f"{ME}/sessions", "signOutEverywhere", "Sign out on every device", _p("end_all_sessions"),
              leaves=True),
    Operation("GET", f"{ME}/follows", "follows", "The flights that I follow", _n("list_follows"),
              notify.FollowsSchema, writes=False),
    Operation("PUT", f"{ME}/follows/{{flight_id}}", "follow", "Follow a flight, or change as whom", _n("follow"),
              notify.FollowResultSchema, FollowBody, agrees=True),
    Operation("DELETE", f"{ME}/follows/{{flight_id}}", "unfollow", "Stop following a flight", _n("unfollow"),
              notify.FollowingSchema),
    Operation("GET", f"{ME}/messages", "messages", "What was sent to me, newest first", _n("list_messages"),
              MyMessagesSchema, query=MessagesParameters, writes=False, shape=_public_messages),
    Operation("GET", f"{ME}/companions", "companions", "The people I travel with", _p("list_companions"),
              passengers.CompanionsSchema, writes=False),
    Operation("POST", f"{ME}/companions", "addCompanion", "Add somebody I travel with", _p("add_companion"),
              passengers.CompanionResultSchema, CompanionBody, status=201),
    Operation("PATCH", f"{ME}/companions/{{companion_id}}", "changeCompanion", "Change a companion",
              _p("change_companion"), passengers.CompanionResultSchema, CompanionChangesBody),
    Operation("DELETE", f"{ME}/companions/{{companion_id}}", "removeCompanion",
              "Remove a companion and their documents", _p("remove_companion")),
    Operation("GET", f"{ME}/documents", "documents", "Identity documents, masked", _p("list_documents"),
              passengers.DocumentsSchema, writes=False),
    Operation("POST", f"{ME}/documents", "addDocument", "Keep an identity document", _p("add_document"),
              passengers.DocumentResultSchema, DocumentBody, status=201, seals=True),
    Operation("DELETE", f"{ME}/documents/{{document_id}}", "removeDocument", "Forget an identity document",
              _p("remove_document")),
    Operation("POST", f"{ME}/documents/{{document_id}}/unmask", "unmaskDocument",
              "Show a document's number in full; it is noted that it was shown", _p("unmask_document"),
              passengers.UnmaskedSchema, fixed=(("reason", passengers.UnmaskReason.SHOWN_TO_TRAVELLER.value),)),
    Operation("GET", f"{ME}/consents", "consents", "What I agreed to, and when", _p("list_consents"),
              passengers.ConsentsSchema, writes=False),
    Operation("PUT", f"{ME}/consents/{{kind}}", "giveConsent", "Agree to a text", _p("give_consent"),
              passengers.ConsentsSchema, ConsentBody),
    Operation("DELETE", f"{ME}/consents/{{kind}}", "withdrawConsent",
              "Agree no longer; without identity_documents the documents are deleted", _p("withdraw_consent"),
              passengers.ConsentsSchema),
    Operation("POST", f"{ME}/export", "exportMe", "A copy of everything held about me", _p("request_export"),
              passengers.ExportSchema),
    Operation("POST", f"{ME}/erasure", "eraseMe", "Delete everything held about me, everywhere",
              _p("request_erasure"), passengers.ErasureIdSchema, status=202, leaves=True),
)  # fmt: skip
