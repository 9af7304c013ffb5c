"""The addresses of lost and found."""

from __future__ import annotations

from typing import Final

from starlette.routing import BaseRoute, Route

from gateway.web.forms import PHOTOS
from gateway.web.lost_claims import Claims
from gateway.web.lost_courier import Courier
from gateway.web.lost_desk import LostDesk
from gateway.web.lost_found import Finder
from gateway.web.lost_items import PublicList
from gateway.web.lost_one import OneReport
from gateway.web.lost_report import Reports
from gateway.web.lost_start import Start
from gateway.web.lost_uploads import Uploads
from gateway.web.site import Site
from gateway.web.visitors import Visitors
from services.lostfound.schemas.vocabulary import MAX_PHOTOS

_SHARED_S: Final = 2.0
"""The list of what was handed in is the same for everybody, and so old at most when something came or went."""
_TAKES: Final = {PHOTOS: MAX_PHOTOS}


def lost_routes(site: Site, visitors: Visitors) -> list[BaseRoute]:
    desk = LostDesk(site, visitors)
    uploads = Uploads(desk)
    start, items, finder = Start(desk), PublicList(desk), Finder(desk)
    reports, one, claims = Reports(desk, uploads), OneReport(desk), Claims(desk, uploads)
    courier = Courier(desk)
    report, claim, back = "/lost/reports/{report_id}", "/lost/claims/{claim_id}", "/me/lost"
    return [
        Route("/lost", visitors.either(site.endpoint(start.page, _SHARED_S), start.own)),
        Route("/lost/items", site.endpoint(items.page, _SHARED_S)),
        Route("/lost/found", finder.page),
        Route("/lost/found", finder.announce, methods=["POST"]),
        Route("/lost/report", reports.new),
        Route("/lost/report", reports.file, methods=["POST"]),
        Route("/me/lost", visitors.own(start.mine)),
        Route("/lost/photos/{photo_id}", visitors.own(one.photo)),
        Route(report, visitors.own(one.page)),
        Route(f"{report}/change", visitors.own(reports.ask_change)),
        Route(f"{report}/change", reports.change, methods=["POST"]),
        Route(f"{report}/close", visitors.act(one.close, back), methods=["POST"]),
        Route(f"{report}/photos", visitors.act_with_files(one.add_photos, _TAKES, back), methods=["POST"]),
        Route(f"{report}/hints/{{match_id}}/dismiss", visitors.act(one.dismiss, back), methods=["POST"]),
        Route(f"{report}/claim", visitors.own(claims.ask)),
        Route(f"{report}/claim", claims.submit, methods=["POST"]),
        Route(claim, visitors.own(claims.page)),
        Route(f"{claim}/pickup", visitors.act(claims.pickup, back), methods=["POST"]),
        Route(f"{claim}/courier", visitors.own(courier.page)),
        Route(f"{claim}/courier", visitors.act(courier.order, back), methods=["POST"]),
        Route(f"{claim}/courier/state", visitors.own(courier.state)),
        Route(f"{claim}/courier/pay", visitors.act(courier.pay, back), methods=["POST"]),
        Route(f"{claim}/courier/release", visitors.act(courier.release, back), methods=["POST"]),
        Route(f"{claim}/withdraw", visitors.act(claims.withdraw, back), methods=["POST"]),
    ]
