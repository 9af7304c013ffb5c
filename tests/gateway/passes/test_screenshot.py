"""The code as a phone's browser draws it: a screenshot of it is read, sharp or not, dimmed or dark around."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from gateway.barcodes import Found, aztec_svg, qr_svg, read_codes
from tests.gateway.passes.test_barcodes import SIGNED

PAGE = """<!doctype html><meta name="viewport" content="width=device-width">
<style>body{{margin:0;background:{around};font:16px sans-serif}} svg{{display:block;width:280px;margin:90px auto}}
main{{opacity:{left}}}</style><main>{svg}<p>CZ3101 31A</p></main>"""


@pytest.mark.parametrize(("pixels", "left", "around"), [(3, 1, "#fff"), (2, 0.4, "#111"), (1.5, 1, "#111")])
def test_a_screenshot_of_the_page_is_read(browser: Browser, pixels: float, left: float, around: str) -> None:
    phone = browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=pixels,
        offline=True,
        java_script_enabled=False,
    )
    try:
        page = phone.new_page()
        for kind, svg in (
            ("aztec", aztec_svg(SIGNED, "Boarding pass")),
            ("qr", qr_svg(SIGNED, "Boarding pass")),
        ):
            page.set_content(PAGE.format(around=around, left=left, svg=svg))
            assert read_codes(page.screenshot()) == [Found(kind, SIGNED)]
    finally:
        phone.close()
