"""Pictures as phones send them, and as attackers do."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 170, 60), (30, 60, 210), (250, 250, 250)
GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112


def quarters(width: int = 120, height: int = 80) -> Image.Image:
    """Red and green above, blue and white below: every turn and mirroring of it looks different."""
    image = Image.new("RGB", (width, height))
    for at, colour in enumerate((RED, GREEN, BLUE, WHITE)):
        left, top = at % 2 * width // 2, at // 2 * height // 2
        image.paste(colour, (left, top, left + width // 2, top + height // 2))
    return image


def corners(image: Image.Image) -> list[tuple[int, int, int]]:
    """The colours of the four quarters, each as the one of ours that it is nearest to."""
    image = image.convert("RGB")
    places = [(image.width * x // 4, image.height * y // 4) for y in (1, 3) for x in (1, 3)]
    seen: list[Any] = [image.getpixel(place) for place in places]
    return [
        min(
            (RED, GREEN, BLUE, WHITE),
            key=lambda ours: sum(abs(a - b) for a, b in zip(ours, one, strict=True)),
        )
        for one in seen
    ]


def saved(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    kept = io.BytesIO()
    image.save(kept, kind, **how)
    return kept.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def with_exif(image: Image.Image, orientation: int = 1) -> bytes:
    """A JPEG that tells the camera and the place."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKE] = "Spyphone"
    exif.get_ifd(GPS).update({1: "N", 2: (28.0, 11.0, 21.0), 3: "E", 4: (113.0, 13.0, 10.0)})
    return saved(image, exif=exif, comment=b"taken at home", icc_profile=b"profile" * 30)


def segment(jpeg: bytes, kind: int, body: bytes) -> bytes:
    """The JPEG with one more segment at its head."""
    return jpeg[:2] + struct.pack(">BBH", 0xFF, kind, len(body) + 2) + body + jpeg[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, body: bytes, *more: bytes, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG that says it is so large, whatever `body` (compressed already) holds."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """So many zeros, compressed a thousandfold."""
    packer, parts = zlib.compressobj(9), []
    for _ in range(count // 1_000_000):
        parts.append(packer.compress(bytes(1_000_000)))
    return b"".join([*parts, packer.compress(bytes(count % 1_000_000)), packer.flush()])
