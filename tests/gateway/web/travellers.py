"""Two travellers, and the services that know them, as dictionaries: strict about whose is what, as the real ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from marshmallow import Schema, ValidationError

from kernel import clock
from kernel.sealing import SealBox
from services.notify import schemas as notify
from services.notify.errors import TooManyFollows
from services.passengers import errors, schemas
from services.passengers.domain import ShownForm, masked, read_document
from services.passengers.schemas import CURRENT_CONSENTS, ConsentKind, DocumentKind

ANNA: Final = "a" * 32
BEN: Final = "b" * 32
TOKENS: Final = {"anna-anna-anna-anna-anna-anna": ANNA, "ben-ben-ben-ben-ben-ben-ben": BEN}
COOKIE: Final = "__Host-session"


def cookie_of(passenger_id: str) -> str:
    """The Cookie header of a traveller's browser."""
    return f"{COOKIE}={next(token for token, owner in TOKENS.items() if owner == passenger_id)}"


def now_text() -> str:
    return clock.now().astimezone(UTC).isoformat().replace("+00:00", "Z")


def loaded(schema: Schema, request: dict[str, Any]) -> dict[str, Any]:
    """What the service's own front door makes of a request."""
    try:
        found: dict[str, Any] = schema.load(request)
    except ValidationError as exc:
        raise errors.BadRequest(fields=exc.normalized_messages()) from exc
    return found


class FakePassengers:
    def __init__(self) -> None:
        self.language = {ANNA: "en", BEN: "zh"}
        self.subscribed = {ANNA: True, BEN: True}
        self.companions: dict[str, dict[str, Any]] = {}
        self.documents: dict[str, dict[str, Any]] = {}
        self.consents: dict[str, list[dict[str, Any]]] = {ANNA: [], BEN: []}
        self.unmasked: list[tuple[str, str, str]] = []
        self.erasures: dict[str, dict[str, Any]] = {}
        self.ended: set[str] = set()
        self._answers: dict[str, Any] = {}
        self._box = SealBox({"k1": b"k" * 32}, b"travellers of a test")
        self._next = 0

    # --- the account ---------------------------------------------------------------------------------

    def get_session(self, request: dict[str, Any]) -> dict[str, Any]:
        owner = TOKENS.get(loaded(schemas.TokenSchema(), request)["token"])
        if owner is None or owner in self.ended:
            raise errors.NoSession
        return {"passenger": self._passenger(owner), "expires_at": now_text()}

    def get_passenger(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"passenger": self._passenger(loaded(schemas.PassengerIdSchema(), request)["passenger_id"])}

    def get_payer(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"openid": f"o-{loaded(schemas.PassengerIdSchema(), request)['passenger_id'][:4]}"}

    def set_language(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(schemas.SetLanguageSchema(), request)
        self.language[wish["passenger_id"]] = wish["language"].value
        return {"passenger": self._passenger(wish["passenger_id"])}

    def begin_pairing(self, request: dict[str, Any]) -> dict[str, Any]:
        """A computer asks to be signed in by a phone."""
        ends = (clock.now() + timedelta(minutes=5)).isoformat()
        return {"code": "c" * 32, "watch": "w" * 32, "number": "47", "expires_at": ends}

    def end_session(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"done": True}

    def end_all_sessions(self, request: dict[str, Any]) -> dict[str, Any]:
        self.ended.add(request["passenger_id"])
        return {"done": True}

    def _passenger(self, owner: str) -> dict[str, Any]:
        wechat = {"connected": True, "subscribed": self.subscribed[owner]}
        return {"id": owner, "language": self.language[owner], "wechat": wechat, "created_at": now_text()}

    # --- companions ----------------------------------------------------------------------------------

    def list_companions(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"companions": self._mine(self.companions, request["passenger_id"])}

    def add_companion(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(schemas.AddCompanionSchema(), request)
        if wish["request_id"] not in self._answers:
            one = {"name": wish["name"], "kind": wish["kind"].value, "created_at": now_text()}
            self._answers[wish["request_id"]] = self._add(self.companions, wish["passenger_id"], one)
        return {"companion": self._answers[wish["request_id"]]}

    def change_companion(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(schemas.ChangeCompanionSchema(), request)
        self._owned(self.companions, wish["companion_id"], wish, errors.CompanionNotFound)
        self.companions[wish["companion_id"]] |= {"name": wish["name"], "kind": wish["kind"].value}
        return {"companion": self.companions[wish["companion_id"]]}

    def remove_companion(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(schemas.CompanionIdSchema(), request)
        self._owned(self.companions, wish["companion_id"], wish, errors.CompanionNotFound)
        del self.companions[wish["companion_id"]]
        return {"done": True}

    # --- documents -----------------------------------------------------------------------------------

    def get_sealing_key(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"key": self._box.public_key()}

    def list_documents(self, request: dict[str, Any]) -> dict[str, Any]:
        mine = self._mine(self.documents, request["passenger_id"])
        return {"documents": [{k: v for k, v in one.items() if k != "number"} for one in mine]}

    def add_document(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(schemas.AddDocumentSchema(), request)
        form = ShownForm(
            wish["kind"], self._box.open(wish["sealed"]), wish["holder_name"], wish["expires_on"]
        )
        read = read_document(form, clock.now().date())
        if not self._in_force(wish["passenger_id"], ConsentKind.IDENTITY_DOCUMENTS):
            raise errors.ConsentNeeded(kind="identity_documents")
        if wish["companion_id"]:
            self._owned(self.companions, wish["companion_id"], wish, errors.CompanionNotFound)
        if any(one["number"] == read.number for one in self._mine(self.documents, wish["passenger_id"])):
            raise errors.DocumentExists
        one = {
            "kind": wish["kind"].value,
            "number": read.number,
            "masked_number": masked(wish["kind"], read.number),
            "holder_name": read.holder_name,
            "expires_on": read.expires_on.isoformat() if read.expires_on else None,
            "companion_id": wish["companion_id"],
            "checked": read.checked.value,
            "created_at": now_text(),
        }
        return {"document": self._add(self.documents, wish["passenger_id"], one)}

    def remove_document(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(schemas.DocumentIdSchema(), request)
        self._owned(self.documents, wish["document_id"], wish, errors.DocumentNotFound)
        del self.documents[wish["document_id"]]
        return {"done": True}

    def unmask_document(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(schemas.UnmaskSchema(), request)
        found = self._owned(self.documents, wish["document_id"], wish, errors.DocumentNotFound)
        self.unmasked.append((wish["passenger_id"], wish["document_id"], wish["reason"].value))
        return {"number": found["number"], "nationality": None, "birth_date": None}

    # --- consents, export, erasure -------------------------------------------------------------------

    def list_consents(self, request: dict[str, Any]) -> dict[str, Any]:
        history = self.consents[request["passenger_id"]]
        states = []
        for kind, current in CURRENT_CONSENTS.items():
            last = next((one for one in reversed(history) if one["kind"] == kind.value), None)
            states.append(
                {
                    "kind": kind.value,
                    "current_version": current,
                    "granted": bool(last and last["granted"]),
                    "version": last["version"] if last else None,
                    "at": last["at"] if last else None,
                    "in_force": self._in_force(request["passenger_id"], kind),
                }
            )
        return {"consents": states, "history": history}

    def give_consent(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(schemas.GiveConsentSchema(), request)
        if wish["version"] != CURRENT_CONSENTS[wish["kind"]]:
            raise errors.ConsentOutdated(current=CURRENT_CONSENTS[wish["kind"]])
        said = self._said(wish["passenger_id"], wish["kind"])
        stays_back = wish["unless_withdrawn"] and bool(said) and not said[-1]["granted"]
        if not stays_back and not self._in_force(wish["passenger_id"], wish["kind"]):
            self._note(wish, wish["version"], granted=True)
        return self.list_consents(request)

    def withdraw_consent(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(schemas.WithdrawConsentSchema(), request)
        self._note(wish, CURRENT_CONSENTS[wish["kind"]], granted=False)
        if wish["kind"] is ConsentKind.IDENTITY_DOCUMENTS:
            for one in self._mine(self.documents, wish["passenger_id"]):
                del self.documents[one["id"]]
        return self.list_consents(request)

    def request_export(self, request: dict[str, Any]) -> dict[str, Any]:
        owner = loaded(schemas.WriteSchema(), request)["passenger_id"]
        held = {"documents": self._mine(self.documents, owner), "passenger": self._passenger(owner)}
        done = {"export_id": "e" * 32, "made_at": now_text(), "complete": True, "missing": []}
        return {**done, "passengers": held, "services": {"notify": {}}}

    def request_erasure(self, request: dict[str, Any]) -> dict[str, Any]:
        owner = loaded(schemas.WriteSchema(), request)["passenger_id"]
        self.ended.add(owner)
        erasure_id = f"erasure-{owner[:4]}"
        services = [
            {"service": "passengers", "done_at": now_text(), "counts": {"documents": 2, "companions": 1}},
            {"service": "notify", "done_at": None, "counts": {}},
        ]
        due = (clock.now() + timedelta(days=15)).isoformat()
        self.erasures[erasure_id] = {
            "erasure_id": erasure_id,
            "requested_at": now_text(),
            "due_at": due,
            "completed_at": None,
            "overdue": False,
            "services": services,
        }
        return {"erasure_id": erasure_id}

    def get_erasure(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self.erasures.get(loaded(schemas.ErasureIdSchema(), request)["erasure_id"])
        if found is None:
            raise errors.ErasureNotFound
        return found

    def _note(self, wish: dict[str, Any], version: str, granted: bool) -> None:
        entry = {"kind": wish["kind"].value, "version": version, "granted": granted, "at": now_text()}
        self.consents[wish["passenger_id"]].append(entry)

    def _in_force(self, owner: str, kind: ConsentKind) -> bool:
        said = self._said(owner, kind)
        return bool(said) and said[-1]["granted"] and said[-1]["version"] == CURRENT_CONSENTS[kind]

    def _said(self, owner: str, kind: ConsentKind) -> list[dict[str, Any]]:
        return [one for one in self.consents[owner] if one["kind"] == kind.value]

    def says_of_flights(self, owner: str, granted: bool = True) -> None:
        """The consent to messages about flights, given or taken back."""
        kind = ConsentKind.FLIGHT_MESSAGES
        self._note({"kind": kind, "passenger_id": owner}, CURRENT_CONSENTS[kind], granted)

    def flight_messages(self, owner: str) -> str:
        """As the event of a traveller tells it."""
        if self._in_force(owner, ConsentKind.FLIGHT_MESSAGES):
            return "given"
        said = self._said(owner, ConsentKind.FLIGHT_MESSAGES)
        return "withdrawn" if said and not said[-1]["granted"] else "never"

    # --- whose is what -------------------------------------------------------------------------------

    def _mine(self, rows: dict[str, dict[str, Any]], owner: str) -> list[dict[str, Any]]:
        return [
            {k: v for k, v in one.items() if k != "owner"} for one in rows.values() if one["owner"] == owner
        ]

    def _add(self, rows: dict[str, dict[str, Any]], owner: str, one: dict[str, Any]) -> dict[str, Any]:
        self._next += 1
        one = {"id": f"{self._next:032x}", "owner": owner, **one}
        rows[one["id"]] = one
        return one

    @staticmethod
    def _owned(
        rows: dict[str, dict[str, Any]], row_id: str, wish: dict[str, Any], missing: type[Exception]
    ) -> dict[str, Any]:
        found = rows.get(row_id)
        if found is None or found["owner"] != wish["passenger_id"]:
            raise missing
        return found

    # --- what tests begin with -----------------------------------------------------------------------

    def with_belongings(self, owner: str, name: str) -> None:
        """A companion and a document, kept with consent."""
        self.consents[owner] += [
            {"kind": kind, "version": "2026-10", "granted": True, "at": "2026-11-02T03:04:05Z"}
            for kind in ("privacy_policy", "identity_documents")
        ]
        companion = self._add(
            self.companions, owner, {"name": name, "kind": "child", "created_at": now_text()}
        )
        for number, whose in (("11010519491231002X", None), ("430121199001011237", companion["id"])):
            self._add(
                self.documents,
                owner,
                {
                    "kind": "resident_id",
                    "number": number,
                    "masked_number": masked(DocumentKind.RESIDENT_ID, number),
                    "holder_name": name,
                    "expires_on": date(2031, 5, 1).isoformat() if whose else None,
                    "companion_id": whose,
                    "checked": "check_digit",
                    "created_at": now_text(),
                },
            )


class FakeNotify:
    def __init__(self, flights: dict[str, dict[str, Any]], passengers: FakePassengers) -> None:
        self._flights = flights
        self._passengers = passengers
        self.follows: dict[tuple[str, str], str] = {}
        self.messages: list[dict[str, Any]] = []
        self.most = notify.MAX_FOLLOWS

    def follow(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(notify.FollowSchema(), request)
        if len(self._of(wish["passenger_id"])) >= self.most:
            raise TooManyFollows(limit=self.most)
        self.follows[wish["passenger_id"], wish["flight_id"]] = wish["role"].value
        one = self._one(wish["flight_id"], wish["role"].value)
        return {"follow": one, **self._hears(wish["passenger_id"])}

    def unfollow(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(notify.UnfollowSchema(), request)
        self.follows.pop((wish["passenger_id"], wish["flight_id"]), None)
        return {"following": False, "role": None}

    def list_follows(self, request: dict[str, Any]) -> dict[str, Any]:
        owner = loaded(notify.PassengerIdSchema(), request)["passenger_id"]
        return {
            "follows": [self._one(flight_id, role) for flight_id, role in self._of(owner)],
            **self._hears(owner),
        }

    def _hears(self, owner: str) -> dict[str, Any]:
        passengers = self._passengers
        return {"reachable": passengers.subscribed[owner], "consent": passengers.flight_messages(owner)}

    def list_messages(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(notify.ListMessagesSchema(), request)
        mine = [one for one in self.messages if one["passenger_id"] == wish["passenger_id"]]
        begin = int(wish["cursor"] or 0)
        end = begin + wish["limit"]
        return {"messages": mine[begin:end], "cursor": str(end) if end < len(mine) else None}

    def _of(self, owner: str) -> list[tuple[str, str]]:
        return [(flight_id, role) for (whose, flight_id), role in self.follows.items() if whose == owner]

    def _one(self, flight_id: str, role: str) -> dict[str, Any]:
        return {"flight_id": flight_id, "role": role, "since": now_text(), "flight": self._flights[flight_id]}

    def tell(self, owner: str, flight_id: str, state: str = "received", language: str = "en") -> None:
        """A message as notify keeps it; newest first."""
        number = flight_id.split("-")[0]
        at = datetime(2026, 11, 23, 6, 30, tzinfo=UTC).isoformat()
        words = {
            "en": (
                f"{number} is delayed",
                [("Flight", number), ("New time", "16:45 (was 16:20)"), ("Gate", "B12")],
            ),
            "zh": (
                f"{number} 航班延误",
                [("航班", number), ("新时间", "16:45（原 16:20）"), ("登机口", "B12")],
            ),
        }
        title, lines = words[language]
        self.messages.insert(
            0,
            {
                "id": f"m{len(self.messages)}",
                "passenger_id": owner,
                "flight_id": flight_id,
                "order_id": None,
                "path": f"/flights/{flight_id}",
                "kind": "delayed",
                "role": "passenger",
                "language": language,
                "title": title,
                "lines": [{"label": label, "value": value} for label, value in lines],
                "state": state,
                "reason": None,
                "attempts": 1,
                "created_at": at,
                "sent_at": at,
                "received_at": at if state == "received" else None,
                "wechat_msgid": "100",
            },
        )
