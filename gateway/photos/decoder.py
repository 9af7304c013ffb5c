"""One photo, decoded where it can do little harm: a program of its own, started by gateway.photos for each photo.

Reads the photo from its standard input to the end and answers on its standard output:

    "OK" width height (16 bits each) length of the JPEG, length of the thumbnail (32 bits each), JPEG, thumbnail
    "NO" and a word: animated, pixels, heavy

No answer, or another, means that the photo is damaged. Nothing of ours is imported here: the less this process knows,
the less there is to take. All that Pillow will need is imported before the limits are drawn, which is before the first
byte of the photo is read: docs/decisions/0073-photos.md.
"""

from __future__ import annotations

import ctypes
import io
import os
import resource
import struct
import sys
from typing import Final

# The last two are imported by the first when a photo has EXIF or holds more than one picture: too late by then.
from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

FORMATS: Final = ("JPEG", "PNG", "WEBP")
PLUGINS: Final = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
MOST_PIXELS: Final = 64_000_000
"""A phone's finest setting has 50 million."""
MEMORY_BYTES: Final = 700_000_000
"""64 million pixels with transparency are 256 MB, and shrinking holds them twice."""
CPU_S: Final = 5
EDGE: Final = 1600
THUMBNAIL_EDGE: Final = 320
MOST_BYTES: Final = 400_000
_THUMBNAIL_QUALITY: Final = 78
_QUALITIES: Final = (84, 76, 66, 54, 40)
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF 2.32, 4.6.4 A, Orientation: how the picture is turned upright."""
_NOBODY: Final = 65534
_NO_NEW_PRIVILEGES: Final = 38


class Refused(Exception):
    """The word is the answer."""


def main() -> None:
    _warm()
    _limit()
    photo = sys.stdin.buffer.read()
    try:
        answer = develop(photo)
    except Refused as exc:
        answer = b"NO" + str(exc).encode()
    except MemoryError:
        answer = b"NOheavy"
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def develop(photo: bytes) -> bytes:
    """The answer for a photo that can be shown. Raises Refused, MemoryError, and whatever Pillow raises."""
    picture = upright(photo)
    jpeg = _within(picture)
    thumbnail = picture.copy()
    thumbnail.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS)
    small = _jpeg(thumbnail, _THUMBNAIL_QUALITY)
    return b"OK" + struct.pack(">HHII", *picture.size, len(jpeg), len(small)) + jpeg + small


def upright(photo: bytes) -> Image.Image:
    """The picture in RGB, upright, at most 1600 pixels wide and high, and nothing else of the file."""
    with Image.open(io.BytesIO(photo), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Refused("pixels")
        # A JPEG with several pictures is a photo and what the phone keeps beside it: the first is the photo.
        if opened.format in ("PNG", "WEBP") and getattr(opened, "is_animated", False):
            raise Refused("animated")
        turn = _TURNS.get(_orientation(opened))
        # A JPEG can be read at half its size or less, as long as that is more than is kept: a quarter of the work.
        opened.draft(None, (EDGE * 6 // 5, EDGE * 6 // 5))
        picture = _even(opened)
        picture.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS, reducing_gap=3.0)
        # A small picture isn't shrunk, and so not read until now.
        picture.load()
    # Pasting leaves comments, profiles and all that hangs on a Pillow image behind.
    clean = Image.new("RGB", picture.size, "white")
    if picture.mode == "RGBA":
        clean.paste(picture, (0, 0), picture)
    else:
        clean.paste(picture.convert("RGB"), (0, 0))
    return clean.transpose(turn) if turn is not None else clean


def _even(opened: Image.Image) -> Image.Image:
    """The picture in a mode that can be shrunk without loss of what is seen."""
    if opened.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        return opened.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    if opened.mode in ("PA", "LA", "La", "RGBa") or (opened.mode == "P" and "transparency" in opened.info):
        return opened.convert("RGBA")
    if opened.mode in ("1", "P"):
        return opened.convert("RGB")
    if opened.mode in ("L", "RGB") and "transparency" in opened.info:
        return opened.convert("RGBA")
    return opened


def _orientation(opened: Image.Image) -> int:
    """1 to 8; 1 where the EXIF is broken: a photo is still a photo."""
    try:
        told = opened.getexif().get(_ORIENTATION, 1)
    except (SyntaxError, ValueError, KeyError, IndexError, TypeError, struct.error, OSError):
        return 1
    return told if isinstance(told, int) else 1


def _within(picture: Image.Image) -> bytes:
    """The picture as JPEG in at most 400 kB: coarser first, smaller when that isn't enough."""
    while True:
        for quality in _QUALITIES:
            jpeg = _jpeg(picture, quality)
            if len(jpeg) <= MOST_BYTES:
                return jpeg
        picture.thumbnail((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=quality, optimize=True)
    return kept.getvalue()


def _warm() -> None:
    """What Pillow loads at its first picture, while files can still be opened."""
    # We judge sizes ourselves, before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    for kind in FORMATS:
        kept = io.BytesIO()
        Image.new("RGB", (16, 16)).save(kept, kind)
        develop(kept.getvalue())


def _limit() -> None:
    """From here on: no new file, no socket, no process, so much memory and time, and nobody's rights.

    Without a free number for one more open file there is no socket either. Root could raise its limits again, and
    stops being root.
    """
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


if __name__ == "__main__":
    main()
