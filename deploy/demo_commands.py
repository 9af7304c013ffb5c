"""`airport demo …`: bookings to try, a gate's reader for pictures of passes, and days that don't go as planned.

All of it goes through the partner API with the demo airline's credentials, as an airline's own programs would.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click
import orjson
import requests

from deploy import running
from deploy.demo.changsha import Changsha
from deploy.demo.lists import ListFeed
from deploy.demo.partner_client import AIRLINE_SCOPES, FLIGHTS_PATH, Credentials, NotAccepted, PartnerClient
from deploy.demo.travellers.aircraft import LAYOUTS, code_of
from deploy.demo.travellers.departures import Departure
from deploy.demo.travellers.roll import roll_of
from deploy.local.demo import read as read_partner
from deploy.local.options import DEFAULT_AIRPORT
from kernel import clock, config, ids
from services.airport import Airport
from services.flights.names import airport as airport_named

_DEVICE: Final = "demo-gate"
_SOON: Final = timedelta(minutes=75)
_OPEN: Final = timedelta(hours=23)
_OUR_SEQUENCE: Final = 950
"""Above those of the demo's own reports: of the same instant, the person at the keyboard is right."""

# Words and exit status of what a gate answers. Nothing was found to scan: as unreadable.
VERDICTS: Final = {
    "accepted": (0, "可以登机", "Accepted"),
    "wrong_flight": (3, "不是本航班", "Not on this flight"),
    "already_boarded": (4, "已登机", "Already boarded"),
    "not_checked_in": (5, "未值机，或登机牌已作废", "Not checked in, or the pass is void"),
    "off_loaded": (6, "已被取消乘机", "Off-loaded"),
    "gate_closed": (7, "登机口已关闭", "The gate is closed"),
    "too_early": (8, "尚未开始登机", "Too early: boarding hasn't begun"),
    "unreadable": (9, "不是登机牌", "Not a boarding pass"),
}
_SPECIALS: Final = {
    "WCHR": ("轮椅", "wheelchair"),
    "UMNR": ("无陪儿童", "child alone"),
    "BLND": ("视障", "blind"),
    "DEAF": ("听障", "deaf"),
    "MAAS": ("需引导", "meet and assist"),
}


@dataclass(frozen=True)
class _Stage:
    """A running demo: who we are there and what leaves."""

    here: Airport
    client: PartnerClient
    story: Changsha

    def departure(self, text: str) -> Departure:
        """The departure that somebody means: its id, or a number ("CZ3101": the next one with it)."""
        wanted, now = text.strip().upper(), clock.now()
        today = now.astimezone(self.here.zoneinfo).date()
        gone: Departure | None = None
        for offset in (0, 1, 2, 3, -1):
            for one in self.story.departures(today + timedelta(offset)):
                numbered = wanted == f"{one.airline}{one.number}"
                later = one.departs_at > now - timedelta(hours=1)
                if wanted in (one.flight_id, _short(one)) or (numbered and later):
                    return one
                gone = one if numbered else gone
        if gone is None:
            raise click.ClickException(f"{text}: no departure of the demo from yesterday to three days ahead")
        return gone


@click.group()
def demo() -> None:
    """The demo that `make run` plays: bookings to try, a gate's reader, disruptions."""


@demo.command()
@click.option("--flight", "flight", default="", help="Of this departure: its id, or a number as CZ3101.")
@click.option("--count", default=3, show_default=True, help="Departures to show otherwise.")
def bookings(flight: str, count: int) -> None:
    """Bookings to try at /checkin: PNR, surname, and what is special. Codes come into the sandbox phone's chat."""
    stage = _stage()
    shown = [stage.departure(flight)] if flight else _worth_showing(stage, count)
    if not shown:
        click.echo("No departure can be checked in just now.")
    for departure in shown:
        click.echo(_heading(departure, stage.here))
        if not _is_listed(stage, departure):
            click.echo("  名单尚未送达，请稍候 / its list is still on its way")
        for trial in roll_of(departure).trials:
            name = f"{trial.surname} {trial.chinese}".strip()
            click.echo(f"  {trial.pnr}  {name:<14}  {trial.zh} / {trial.en}")


@demo.command()
@click.argument("picture", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--flight", "flight", required=True, help="The gate's departure: its id, or a number as CZ3101."
)
@click.option("--gateway", default="", help="Another gateway than the one that runs here.")
def scan(picture: Path, flight: str, gateway: str) -> None:
    """Read the boarding pass on PICTURE, a screenshot say, and board its holder.

    Exit status: 0 accepted, 3 wrong flight, 4 already boarded, 5 not checked in, 6 off-loaded, 7 gate closed,
    8 too early, 9 no boarding pass on the picture, 1 nobody answered.
    """
    from gateway.barcodes import read_codes

    try:
        codes = read_codes(picture.read_bytes())
    except ValueError as exc:
        raise click.ClickException(f"{picture}: {exc}") from exc
    if not codes:
        click.echo("图片中没有二维码 / No code on the picture")
        sys.exit(VERDICTS["unreadable"][0])
    # A page may show other codes as well; passes of all versions begin with M and a number of legs.
    code = next((one for one in codes if one.text[:1] == "M"), codes[0])
    stage = _stage(gateway)
    wish = {
        "device": _DEVICE,
        "scan_id": ids.new_id(),
        "scanned_at": clock.now().isoformat(),
        "code": code.text,
    }
    departure = stage.departure(flight)
    answer = _ask(stage, "POST", f"{_path(departure)}/boarding/scans", wish)
    _show_scan(answer, code.kind)
    sys.exit(VERDICTS[answer["scan"]["result"]][0])


@demo.command()
@click.argument("flight")
def gate(flight: str) -> None:
    """Who is expected, checked in and on board of FLIGHT: its id, or a number as CZ3101."""
    stage = _stage()
    departure = stage.departure(flight)
    counts = _ask(stage, "GET", f"{_path(departure)}/boarding/counts")["counts"]
    click.echo(_heading(departure, stage.here))
    click.echo(f"  已登机 boarded     {counts['boarded']:>4}   infants {counts['infants_boarded']}")
    click.echo(f"  已值机 checked in  {counts['checked_in']:>4}   infants {counts['infants']}")
    click.echo(f"  名单   expected    {counts['booked']:>4}   off-loaded {counts['off_loaded']}")


@demo.command()
@click.argument("flight")
@click.option("--delay", "delay_min", type=click.IntRange(1, 1440), help="Minutes after the timetable.")
@click.option("--gate", "gate_name", help="Another gate.")
@click.option("--aircraft", help=f"Another aircraft with its seats: {', '.join(LAYOUTS)} or a name as C919.")
@click.option("--board", is_flag=True, help="Boarding begins now, so that the gate takes passes.")
@click.option("--cancel", is_flag=True, help="It doesn't go.")
def disrupt(flight: str, aircraft: str | None, **news: Any) -> None:
    """Let something happen to FLIGHT (its id, or a number as CZ3101), as its airline would report it."""
    update = _news(**news)
    code = code_of(aircraft) if aircraft else None
    if aircraft and code is None:
        raise click.BadParameter(f"{aircraft}: none of {', '.join(LAYOUTS)}", param_hint="--aircraft")
    if not update and code is None:
        raise click.UsageError("Say what happens: --delay, --gate, --aircraft, --board or --cancel.")
    stage = _stage()
    departure = stage.departure(flight)
    click.echo(_heading(departure, stage.here))
    try:
        if update:
            _tell_flights(stage, departure, update, news["delay_min"])
        if code is not None:
            _send_aircraft(stage, departure, code)
    except NotAccepted as refusal:
        raise _not_accepted(refusal) from refusal


def _news(delay_min: int | None, gate_name: str | None, board: bool, cancel: bool) -> dict[str, Any]:
    """What to report beside times; with a delay alone, at least its reason."""
    news: dict[str, Any] = {}
    if delay_min is not None:
        news["delays"] = [{"code": "93", "minutes": delay_min}]
        if delay_min >= 30:
            news["status"] = "delayed"
    if gate_name:
        news["departure"] = {"gate": gate_name}
    if board:
        news["status"] = "boarding"
    if cancel:
        news |= {"status": "cancelled", "delays": [{"code": "71"}]}
    return news


def _tell_flights(stage: _Stage, departure: Departure, news: dict[str, Any], delay_min: int | None) -> None:
    update = {
        "leg": departure.leg,
        "event_at": clock.now().isoformat(),
        "sequence": _OUR_SEQUENCE,
        **news,
    }
    if delay_min is not None:
        off_at = departure.departs_at + timedelta(minutes=delay_min)
        boards_at = off_at - timedelta(minutes=40)
        update["times"] = {
            "off_block": {"estimated_at": off_at.isoformat()},
            "boarding_start": {"estimated_at": boards_at.isoformat()},
        }
    sent = stage.client.send([update])
    if sent.refused:
        raise click.ClickException(
            f"refused: {sent.refused[0].get('message') or sent.refused[0].get('reason')}"
        )
    click.echo(
        "  航班信息已更新 / reported" if sent.applied else "  已有更新的消息 / newer news is known already"
    )


def _send_aircraft(stage: _Stage, departure: Departure, code: str) -> None:
    feed = ListFeed(stage.story.departures, stage.here.zoneinfo, stage.client, threading.Event())
    report = feed.change_aircraft(departure, code, clock.now())
    if report["outcome"] != "applied":
        raise click.ClickException(f"{report['outcome']}: {report['refused']}")
    click.echo(
        f"  {LAYOUTS[code].name}: {report['seats']} 个座位 / seats; "
        f"换座 moved {report['moved']}, 无座 without a seat {len(report['unseated'])}"
    )


def _show_scan(answer: dict[str, Any], kind: str) -> None:
    result = answer["scan"]
    _, zh, en = VERDICTS[result["result"]]
    click.echo(f"{zh} / {en}   ({kind})")
    if result["name"]:
        seat, sequence = result["seat"] or "-", result["sequence"] or 0
        click.echo(f"  {result['name']}   座位 seat {seat}   序号 sequence {sequence:04}")
    notes = [_SPECIALS.get(one, (one, "")) for one in result["specials"]]
    notes += [("携带婴儿", "with an infant")] if result["infant"] else []
    notes += [("座位已变更，请换登机牌", "another seat than on the pass")] if result["moved"] else []
    for zh, en in notes:
        click.echo(f"  {zh} {en}".rstrip())
    counts = answer["counts"]
    click.echo(f"  已登机 boarded {counts['boarded']} / {counts['checked_in']} 已值机 checked in")


def _worth_showing(stage: _Stage, count: int) -> list[Departure]:
    """Departures that can be checked in, the next first; one abroad among them if there is one."""
    now = clock.now()
    today = now.astimezone(stage.here.zoneinfo).date()
    soon = [
        one
        for offset in (0, 1)
        for one in stage.story.departures(today + timedelta(offset))
        if now + _SOON <= one.departs_at <= now + _OPEN
    ]
    shown = soon[:count]
    abroad = next((one for one in soon if one.international), None)
    if abroad is not None and shown and abroad not in shown and count > 1:
        shown[-1] = abroad
    return shown


def _is_listed(stage: _Stage, departure: Departure) -> bool:
    try:
        answer = stage.client.exchange("GET", f"{_path(departure)}/boarding/counts")
    except NotAccepted as refusal:
        if refusal.args[0] == requests.codes.not_found:
            return False
        raise _not_accepted(refusal) from refusal
    return bool(answer["counts"]["booked"])


def _heading(departure: Departure, here: Airport) -> str:
    to = airport_named(departure.destination)
    place = f"{to.city_zh} {to.city_en}" if to else departure.destination
    local: datetime = departure.departs_at.astimezone(here.zoneinfo)
    return f"{departure.airline}{departure.number}  {place}  {local:%m-%d %H:%M}  {departure.flight_id}"


def _ask(stage: _Stage, method: str, path: str, wish: dict[str, Any] | None = None) -> dict[str, Any]:
    try:
        return stage.client.exchange(method, path, b"" if wish is None else orjson.dumps(wish))
    except NotAccepted as refusal:
        raise _not_accepted(refusal) from refusal


def _not_accepted(refusal: NotAccepted) -> click.ClickException:
    status, text = refusal.args
    try:
        problem = orjson.loads(text)
        words = problem.get("detail") or problem.get("title") or text
    except orjson.JSONDecodeError:
        words = text
    return click.ClickException(f"{status}: {words}")


def _stage(gateway: str = "") -> _Stage:
    var = Path(os.environ["AIRPORT_VAR"])
    suite, known = running.find(var), read_partner(var)
    if known is None or (suite is None and not gateway):
        raise click.ClickException(f"no demo runs over {var}; `make run` starts one")
    here = config.load(Airport)
    if here.iata != DEFAULT_AIRPORT:
        raise click.ClickException(
            f"the demo of {here.iata} has no passenger lists; that of {DEFAULT_AIRPORT} has"
        )
    base_url = gateway or (suite.base_url if suite else "")
    credentials = Credentials(base_url, known["client_id"], known["client_secret"], known["signing_key"])
    return _Stage(here, PartnerClient(credentials, scopes=AIRLINE_SCOPES), Changsha(here))


def _short(departure: Departure) -> str:
    day: date = departure.day_local
    return f"{departure.airline}{departure.number}-{day:%Y%m%d}"


def _path(departure: Departure) -> str:
    return f"{FLIGHTS_PATH}/{departure.flight_id}"
