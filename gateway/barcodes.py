"""Codes as pictures: QR codes and Aztec codes, written and read.

As SVG that stands in a page: sharp at any size, no request of its own, no style attribute. As PNG for whoever can't
show SVG. As modules for whoever draws them, like the printed boarding pass.

QR codes are segno's, Aztec codes zxing-cpp's, which also reads both back: docs/decisions/0005-libraries.md.
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import segno
import zxingcpp
from markupsafe import Markup

Modules = tuple[bytes, ...]
"""Rows from the top; 1 is dark, 0 is light."""

# Aztec codes need no quiet zone; two modules keep the code apart from a dark page around it.
_AZTEC_BORDER: Final = 2
_QR_BORDER: Final = 4
# At least a third for repair: a scratched screen, a fold through the paper, a finger's breadth of glare. More would
# make the modules of a signed pass too small for a phone's width.
_AZTEC_REPAIR: Final = "33%"
_KINDS: Final = {zxingcpp.BarcodeFormat.Aztec: "aztec", zxingcpp.BarcodeFormat.QRCode: "qr"}
_MAX_PIXELS: Final = 40_000_000


def qr_svg(text: str, label: str, dark: str = "#000") -> Markup:
    """`text` as a QR code with its quiet zone, black on white whatever the page's colours. label: for who can't see
    it."""
    code = segno.make_qr(text, error="m")
    svg = code.svg_inline(
        scale=4, border=4, dark=dark, light="#fff", omitsize=True, title=label, svgclass="qr__code"
    )
    return Markup(svg)  # noqa: S704 - made here, of squares; segno escapes the title


def aztec_svg(text: str, label: str, dark: str = "#000") -> Markup:
    """`text` as an Aztec code, the code of boarding passes; otherwise as `qr_svg`."""
    rows = bordered(aztec_modules(text), _AZTEC_BORDER)
    path = "".join(f"M{x} {y}h{width}v1h-{width}z" for y, row in enumerate(rows) for x, width in runs(row))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="aztec__code" viewBox="0 0 {len(rows)} {len(rows)}" role="img" '
        f'shape-rendering="crispEdges"><title>{escape(label)}</title>'
        f'<path fill="#fff" d="M0 0h{len(rows)}v{len(rows)}h-{len(rows)}z"/>'
        f'<path fill="{escape(dark)}" d="{path}"/></svg>'
    )
    return Markup(svg)  # noqa: S704 - made here, of squares; what isn't ours is escaped


def aztec_png(text: str, module_px: int = 8) -> bytes:
    """An Aztec code in black and white, every module `module_px` wide."""
    return png(bordered(aztec_modules(text), _AZTEC_BORDER), module_px)


def qr_png(text: str, module_px: int = 8) -> bytes:
    """A QR code with its quiet zone in black and white, every module `module_px` wide."""
    return png(bordered(qr_modules(text), _QR_BORDER), module_px)


def aztec_modules(text: str) -> Modules:
    """An Aztec code without a border. text: ASCII, as boarding passes are.

    Raises ValueError for other text, for none, and for more than fits (about 1,900 bytes).
    """
    if not text or not text.isascii():
        raise ValueError("an Aztec code of ours holds ASCII text")
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Aztec, ec_level=_AZTEC_REPAIR)
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    pixels = bytes(memoryview(image))
    side = math.isqrt(len(pixels))
    return tuple(
        bytes(int(not light) for light in pixels[at : at + side]) for at in range(0, len(pixels), side)
    )


def qr_modules(text: str, repair: str = "m") -> Modules:
    """A QR code without a border. repair: the level of ISO/IEC 18004; "m" on screens, "h" on what is handled."""
    return tuple(bytes(row) for row in segno.make_qr(text, error=repair).matrix)


def bordered(rows: Modules, border: int) -> Modules:
    """The same with light modules around."""
    side, empty = bytes(border), bytes(len(rows[0]) + 2 * border)
    return (empty,) * border + tuple(side + row + side for row in rows) + (empty,) * border


def runs(row: bytes) -> list[tuple[int, int]]:
    """Where dark modules begin, and how many follow each other."""
    found, x = [], 0
    while (start := row.find(1, x)) >= 0:
        end = row.find(0, start)
        x = len(row) if end < 0 else end
        found.append((start, x - start))
    return found


def png(rows: Modules, module_px: int) -> bytes:
    """The modules as a PNG of two colours, without anti-aliasing."""
    width = len(rows[0]) * module_px
    pixels = b"".join(
        (b"\0" + b"".join((b"\0" if dark else b"\xff") * module_px for dark in row)) * module_px
        for row in rows
    )
    head = struct.pack(">IIBBBBB", width, len(rows) * module_px, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(pixels, 9))
        + _chunk(b"IEND", b"")
    )


@dataclass(frozen=True)
class Found:
    """A code that was read from a picture. kind: "aztec" or "qr"."""

    kind: str
    text: str


def read_codes(picture: bytes) -> list[Found]:
    """The Aztec and QR codes in a PNG or JPEG: what a scanner would see. For pictures of our own making: a
    screenshot, a rendered page.

    Raises ValueError for what isn't a picture, or one of more than 40 million pixels.
    """
    # only those who read codes need it: no page does
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(picture), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > _MAX_PIXELS:
                raise ValueError("too large a picture")
            grey = opened.convert("L")
    except (UnidentifiedImageError, OSError) as exc:
        raise ValueError("not a picture") from exc
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Aztec, zxingcpp.BarcodeFormat.QRCode])
    found = zxingcpp.read_barcodes(grey, formats, text_mode=zxingcpp.TextMode.Plain)
    return [Found(_KINDS[code.symbology], code.text) for code in found]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
