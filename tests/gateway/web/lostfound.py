"""The lostfound service as dictionaries: strict about its front door, about whose is what, and about what is shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from marshmallow import Schema, ValidationError

from kernel import clock, sealing
from kernel.errors import ServiceError
from kernel.sealing import SealBox
from services.lostfound import errors
from services.lostfound.schemas import claims, finds, items, reports
from services.lostfound.schemas.vocabulary import CATEGORIES
from tests.gateway.web.parcels import Parcels
from tests.support.days import month, noon

DESKS: Final = (
    {"id": "t2", "name": {"zh": "T2失物招领处", "en": "Lost property, T2"}, "place": "T2-ARRIVALS", "shelves": ["A-7"]},
    {"id": "t1", "name": {"zh": "T1失物招领处", "en": "Lost property, T1"}, "place": "T1-ARRIVALS", "shelves": []},
)  # fmt: skip
AREA: Final = {"zh": "到达与行李提取区", "en": "arrivals and baggage reclaim"}
SECRETS: Final = (
    "Rimowa", "Essential Cabin", "blue ribbon", "蓝色丝带", "92552005", "A-7", "T2-BELT-7", "belt 7", "7号行李转盘",
    "CSX-6B7K2M-4", "photo-of-item", "E98765432", "staff:wang",
)  # fmt: skip
"""What is known of the found things, and must be on no page and in no answer before a claim is approved."""


def text_of(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def load(schema: Schema, request: Mapping[str, Any]) -> dict[str, Any]:
    """What the service's own front door makes of a request."""
    try:
        found: dict[str, Any] = schema.load(request)
    except ValidationError as exc:
        raise errors.BadRequest(fields=exc.normalized_messages()) from exc
    return found


class FakeLostfound(Parcels):
    """reports, claims, announced: as they are kept. hints: by report. refuses: the error of every writing call.
    strict: False lets answers say more than the front door does."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: dict[str, dict[str, Any]] = {}
        self.claims: dict[str, dict[str, Any]] = {}
        self.announced: list[dict[str, Any]] = []
        self.evidence: dict[str, tuple[str, dict[str, str]]] = {}
        self.hints: dict[str, list[dict[str, Any]]] = {}
        self.private: dict[str, dict[str, Any]] = {}
        self.refuses: ServiceError | None = None
        self.public: list[dict[str, Any]] = []
        self.strict = True
        self.forms: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, Any] = {}
        self._box = SealBox({"k1": b"k" * 32}, b"lost things of a test")
        self._next = 0

    # --- what pages ask ------------------------------------------------------------------------------

    def get_sealing_key(self, request: dict[str, Any]) -> Any:
        return {"key": self._box.public_key()}

    def list_vocabulary(self, request: dict[str, Any]) -> Any:
        words = ("groups", "categories", "colours", "areas", "places", "retention")
        return {word: [] for word in words} | {"desks": list(DESKS)}

    def file_report(self, request: dict[str, Any]) -> Any:
        wish = load(reports.FileReportSchema(), request)
        told = self._once(wish, lambda: self._file(wish, request))
        if self.forms.setdefault(wish["request_id"], wish["loss"]) != wish["loss"]:
            raise errors.AlreadyFiled(report_id=told["report"]["id"], number=told["report"]["number"])
        return told

    def change_report(self, request: dict[str, Any]) -> Any:
        wish = load(reports.ChangeReportSchema(), request)
        report = self._report(wish)
        if wish["version"] != report["version"]:
            raise errors.ChangedMeanwhile(number=report["number"])
        report |= request.get("loss") or {}
        report["version"] += 1
        self._take(report, wish["sealed"])
        return self._told(reports.OneReportSchema(), {"report": report})

    def close_report(self, request: dict[str, Any]) -> Any:
        wish = load(reports.CloseReportSchema(), request)
        report = self._report(wish)
        report |= {"state": "closed", "why": wish["why"].value, "closed_at": text_of(clock.now()), "hints": 0}
        return self._told(reports.OneReportSchema(), {"report": report})

    def get_report(self, request: dict[str, Any]) -> Any:
        report = self._report(load(reports.GetReportSchema(), request))
        return self._told(reports.OneReportSchema(), {"report": report})

    def list_my_reports(self, request: dict[str, Any]) -> Any:
        owner = load(reports.ListMyReportsSchema(), request)["passenger_id"]
        mine = [one for one in reversed(self.reports.values()) if self.private[one["id"]]["owner"] == owner]
        return self._told(reports.ReportPageSchema(), {"reports": mine, "next_cursor": None})

    def list_hints(self, request: dict[str, Any]) -> Any:
        report = self._report(load(reports.ListHintsSchema(), request))
        hints = [] if report["needs_marks"] else self.hints.get(report["id"], [])
        return self._told(reports.HintsSchema(), {"needs_marks": report["needs_marks"], "hints": hints})

    def dismiss_match(self, request: dict[str, Any]) -> Any:
        wish = load(reports.DismissMatchSchema(), request)
        report_id, hint = self._hint(wish)
        self.hints[report_id].remove(hint)
        self.reports[report_id]["hints"] = len(self.hints[report_id])
        return {"match_id": wish["match_id"], "state": "dismissed"}

    def submit_claim(self, request: dict[str, Any]) -> Any:
        wish = load(claims.SubmitClaimSchema(), request)
        return self._once(wish, lambda: self._claim(wish))

    def get_claim(self, request: dict[str, Any]) -> Any:
        claim = self._claimed(load(claims.GetClaimSchema(), request))
        return self._told(claims.OneClaimSchema(), {"claim": claim})

    def list_my_claims(self, request: dict[str, Any]) -> Any:
        owner = load(claims.ListMyClaimsSchema(), request)["passenger_id"]
        mine = [one for one in self.claims.values() if self.private[one["id"]]["owner"] == owner]
        return self._told(claims.ClaimPageSchema(), {"claims": mine[::-1], "next_cursor": None})

    def withdraw_claim(self, request: dict[str, Any]) -> Any:
        claim = self._claimed(load(claims.WithdrawClaimSchema(), request))
        claim |= {"state": "withdrawn", "ended_at": text_of(clock.now()), "code": None}
        return self._told(claims.OneClaimSchema(), {"claim": claim})

    def list_windows(self, request: dict[str, Any]) -> Any:
        self._claimed(load(claims.ListWindowsSchema(), request))
        return self._told(claims.WindowsSchema(), {"windows": windows()})

    def choose_pickup(self, request: dict[str, Any]) -> Any:
        wish = load(claims.ChoosePickupSchema(), request)
        claim = self._claimed(wish)
        offered = {one["starts_at"]: one for one in windows()}
        chosen = offered.get(text_of(wish["starts_at"]))
        if chosen is None or not chosen["free"]:
            raise errors.NoWindow
        claim |= {"window": {name: chosen[name] for name in ("starts_at", "ends_at")}, "way": "pickup"}
        return self._told(claims.OneClaimSchema(), {"claim": claim})

    def attach_evidence(self, request: dict[str, Any]) -> Any:
        wish = load(claims.AttachEvidenceSchema(), request)
        about = self._report if wish["about"].value == "report" else self._claimed
        kept = about({**wish, f"{wish['about'].value}_id": wish["about_id"]})
        photo = load(items.PhotoSchema(), json.loads(self._box.open(wish["sealed"])))

        def attach() -> Any:
            photo_id = self._name("p")
            self.evidence[photo_id] = (wish["passenger_id"], photo)
            kept["photos"].append(photo_id)
            return {"photo_id": photo_id}

        return self._once(wish, attach)

    def get_evidence(self, request: dict[str, Any]) -> Any:
        wish = load(claims.GetEvidenceSchema(), request)
        owner, photo = self.evidence.get(wish["photo_id"], ("", {}))
        if owner != wish["passenger_id"]:
            raise errors.PhotoNotFound
        shown = photo["jpeg" if wish["size"].value == "full" else "thumbnail"]
        return self._told(claims.EvidenceSchema(), {"photo_id": wish["photo_id"], "jpeg": shown})

    def announce_find(self, request: dict[str, Any]) -> Any:
        wish = load(finds.AnnounceFindSchema(), request)
        secret = load(finds.FindPrivateSchema(), json.loads(self._box.open(wish["sealed"])))

        def announce() -> Any:
            self.announced.append({**wish, **secret})
            return self._told(
                finds.AnnouncedSchema(),
                {"find_id": self._name("f"), "number": "F-6B7K2M", "state": "announced"},
            )

        return self._once(wish, announce)

    def list_public(self, request: dict[str, Any]) -> Any:
        wish = load(items.ListPublicSchema(), request)
        found = [
            one
            for one in self.public
            if wish["category"] in (None, one["category"]) and wish["month"] in (None, one["month"])
        ]
        page = {"items": found[: wish["limit"]], "next_cursor": "c2" if len(found) > wish["limit"] else None}
        return self._told(items.PublicPageSchema(), page)

    # --- what tests look at ----------------------------------------------------------------------------

    def matches(self) -> list[str]:
        """Every hint's id."""
        return [hint["match_id"] for hints in self.hints.values() for hint in hints]

    def settle(self, owner: str, description: str = "of Anna Berg") -> None:
        """A report with a photo and a hint, and a claim that is approved."""
        report_id = self.filed(owner, marks="42", description=description)
        self.match(report_id)
        photo = dict.fromkeys(("jpeg", "thumbnail"), "A" * 120)
        wish = {"request_id": "settled-1", "passenger_id": owner, "about": "report", "about_id": report_id}
        self.attach_evidence({**wish, "sealed": self.seal(photo)})
        self.decide(self.claimed(owner, self.filed(owner, "coat", "17")))

    # --- what happens elsewhere ------------------------------------------------------------------------

    def hand_in(self, category: str, *colours: str) -> None:
        """Something that the public list shows."""
        name = {"zh": CATEGORIES[category].zh, "en": CATEGORIES[category].en}
        one = {
            "category": category,
            "category_name": name,
            "colours": list(colours),
            "month": month(),
            "area": AREA,
        }
        self.public.insert(0, one)

    def filed(
        self, owner: str, category: str = "suitcase", marks: str = "A red thread on the handle", **more: Any
    ) -> str:
        """A report of this account; its id."""
        since = clock.now() - timedelta(hours=5)
        loss = {"category": category, "lost_from": text_of(since), "lost_to": text_of(clock.now()), **more}
        private = {"marks": marks, "serial": "", "document": None, "contact": None}
        sealed = self.seal(private)
        wish = {
            "request_id": f"filed-{len(self.reports):04}",
            "passenger_id": owner,
            "loss": loss,
            "sealed": sealed,
        }
        report_id: str = self.file_report(wish)["report"]["id"]
        return report_id

    def seal(self, private: Mapping[str, Any]) -> str:
        return sealing.seal(self._box.public_key(), json.dumps(private))

    def match(self, report_id: str, band: str = "likely", at_desk: bool = True, **more: Any) -> str:
        """Something that fits; the id of its match. What is known of it beyond the hint stays inside."""
        match_id = self._name("m")
        reasons = [
            {"code": "kind_colour", "zh": "种类和颜色相同", "en": "same kind and colour"},
            {"code": "flight", "zh": "同一航班", "en": "same flight"},
        ]
        hint = {
            "match_id": match_id,
            "band": band,
            "category": self.reports[report_id]["category"],
            "month": month(),
            "area": AREA,
            "reasons": reasons,
            "at_desk": at_desk,
            "claim_id": None,
            **more,
        }
        self.hints.setdefault(report_id, []).append(hint)
        self.reports[report_id]["hints"] = len(self.hints[report_id])
        return match_id

    def claimed(self, owner: str, report_id: str) -> str:
        """A claim of this account on what fits the report."""
        match_id = self.match(report_id)
        sealed = self.seal({"marks": "A red thread"})
        wish = {
            "request_id": f"claimed-{match_id}",
            "passenger_id": owner,
            "match_id": match_id,
            "sealed": sealed,
        }
        claim_id: str = self.submit_claim(wish)["claim"]["id"]
        return claim_id

    def decide(self, claim_id: str, reason: str | None = None) -> None:
        """Staff approve, or refuse with a reason."""
        claim, now = self.claims[claim_id], clock.now()
        claim["decided_at"] = text_of(now)
        if reason is not None:
            claim |= {"state": "refused", "reason": reason, "ended_at": text_of(now)}
            return
        fetch_by = text_of(now + timedelta(days=14))
        claim |= {"state": "approved", "way": "pickup", "item_number": "CSX-7P4N9R-2", "desk_id": "t2"}
        claim |= {"code": "K7M2P9RX", "fetch_by": fetch_by}

    # --- inside --------------------------------------------------------------------------------------

    def _file(self, wish: dict[str, Any], request: dict[str, Any]) -> Any:
        report_id, now = self._name("r"), clock.now()
        loss = {"colours": [], "brand": "", "description": "", "places": []}
        loss |= dict.fromkeys(("flight_id", "seat", "bus_departure_id", "order_id")) | request["loss"]
        report = {
            "id": report_id, "number": f"R-6B7K2{len(self.reports)}", "state": "open", "why": None, "version": 1,
            "filed_at": text_of(now), "changed_at": text_of(now), "expires_at": text_of(now + timedelta(days=90)),
            "closed_at": None, "language": wish["language"], **loss, "marks": "", "serial": "", "document": None,
            "contact": None, "photos": [], "needs_marks": True, "hints": 0, "claims": [],
        }  # fmt: skip
        self.private[report_id] = {"owner": wish["passenger_id"]}
        self._take(report, wish["sealed"])
        self.reports[report_id] = report
        return self._told(reports.OneReportSchema(), {"report": report})

    def _take(self, report: dict[str, Any], sealed: str | None) -> None:
        if sealed is None:
            return
        secret = load(reports.ReportPrivateSchema(), json.loads(self._box.open(sealed)))
        self.private[report["id"]] |= secret
        for name in ("marks", "serial"):
            report[name] = secret.get(name, report[name])
        if secret.get("document"):
            paper = secret["document"]
            masked = {"holder_name": paper["holder_name"][:1] + "*", "number": paper["number"][:1] + "****"}
            report["document"] = {"kind": getattr(paper["kind"], "value", paper["kind"]), **masked}
        if secret.get("contact"):
            report["contact"] = {
                name: value[:3] + "****" if value else "" for name, value in secret["contact"].items()
            }
        report["needs_marks"] = not (report["marks"] or report["serial"] or report["document"])

    def _claim(self, wish: dict[str, Any]) -> Any:
        secret = load(claims.ProofSchema(), json.loads(self._box.open(wish["sealed"])))
        if wish["match_id"] is not None:
            report_id, hint = self._hint(wish)
        else:
            report_id, hint = wish["report_id"], {"category": self._report(wish)["category"], "area": AREA}
            hint["month"] = month()
            if wish["item_number"] != "CSX-7P4N9R-2":
                raise errors.MatchNotFound
        report, claim_id = self.reports[report_id], self._name("c")
        number = f"C-6B7K2{len(self.claims)}"
        none = (
            "decided_at",
            "ended_at",
            "reason",
            "way",
            "item_number",
            "desk_id",
            "code",
            "fetch_by",
            "window",
        )
        claim = {
            "id": claim_id, "number": number, "state": "submitted", "version": 1, "report_id": report_id,
            "report_number": report["number"], "match_id": wish["match_id"], "submitted_at": text_of(clock.now()),
            "category": hint["category"], "month": hint["month"], "area": hint["area"], "photos": [],
            "code_locked": False, **dict.fromkeys(none),
        }  # fmt: skip
        self.claims[claim_id] = claim
        self.private[claim_id] = {"owner": wish["passenger_id"], **secret}
        hint["claim_id"] = claim_id
        report["claims"].insert(0, {"id": claim_id, "number": number, "state": "submitted"})
        return self._told(claims.OneClaimSchema(), {"claim": claim})

    def _report(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        found = self.reports.get(wish["report_id"])
        if found is None or self.private[found["id"]]["owner"] != wish["passenger_id"]:
            raise errors.ReportNotFound
        return found

    def _claimed(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        found = self.claims.get(wish["claim_id"])
        if found is None or self.private[found["id"]]["owner"] != wish["passenger_id"]:
            raise errors.ClaimNotFound
        return found

    def _hint(self, wish: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        for report_id, hints in self.hints.items():
            for hint in hints:
                mine = self.private[report_id]["owner"] == wish["passenger_id"]
                if hint["match_id"] == wish["match_id"] and mine:
                    return report_id, hint
        raise errors.MatchNotFound

    def _told(self, schema: Schema, answer: dict[str, Any]) -> dict[str, Any]:
        """An answer, held against what the front door says that it is."""
        if self.strict:
            schema.load(answer)
        return answer

    def _once(self, wish: Mapping[str, Any], work: Any) -> Any:
        if self.refuses is not None:
            raise self.refuses
        if wish["request_id"] not in self._answers:
            self._answers[wish["request_id"]] = work()
        return self._answers[wish["request_id"]]

    def _name(self, kind: str) -> str:
        self._next += 1
        return f"{kind}{self._next:031x}"


def windows() -> list[dict[str, Any]]:
    """Two days of half hours, one of them full."""
    begins = noon(1) - timedelta(hours=3)
    found = []
    for day in range(2):
        for half in range(6):
            starts = begins + timedelta(days=day, minutes=30 * half)
            ends = text_of(starts + timedelta(minutes=30))
            found.append({"starts_at": text_of(starts), "ends_at": ends, "free": 0 if half == 1 else 3})
    return found
