"""Where photos are developed: each by a process of its own, few at once, the others waiting their turn."""

from __future__ import annotations

import asyncio
import logging
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Final

from gateway.errors import Busy
from gateway.photos.errors import (
    AnimatedPhoto,
    DamagedPhoto,
    EmptyPhoto,
    HeicPhoto,
    PhotoTooHeavy,
    PhotoTooLarge,
    TooManyPixels,
    UnknownFormat,
)
from kernel.errors import ServiceError

log = logging.getLogger(__name__)

MOST_BYTES: Final = 12_000_000
MOST_MEGAPIXELS: Final = 64
EDGE: Final = 1600
THUMBNAIL_EDGE: Final = 320
JPEG_BYTES: Final = 400_000
THUMBNAIL_BYTES: Final = 60_000
AT_ONCE: Final = 2
MOST_WAITING: Final = 24
WALL_S: Final = 8.0
"""Longer than the five seconds of processor that the decoder may use, shorter than the gateway may take to stop."""
_DECODER: Final = Path(__file__).with_name("decoder.py")
_HEAD: Final = struct.Struct(">HHII")
_MOST_ANSWER: Final = 2 + _HEAD.size + JPEG_BYTES + THUMBNAIL_BYTES
_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
# SOI, then: JFIF's own, tables, a baseline frame, restarts. No EXIF, no profile, no comment.
_PLAIN: Final = frozenset({0xE0, 0xDB, 0xC0, 0xC4, 0xDD})
_FRAME: Final = 0xC0
_SCAN: Final = 0xDA
_THREADS: Final = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="photos")


@dataclass(frozen=True)
class Photo:
    """A photo as we keep it: upright JPEG without anything but the picture. width, height: of `jpeg`."""

    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int


class _Queue:
    """How many photos are being developed or wait for it."""

    def __init__(self) -> None:
        self._inside = 0

    def __enter__(self) -> None:
        if self._inside >= AT_ONCE + MOST_WAITING:
            raise Busy(retry_after_s=2)
        self._inside += 1

    def __exit__(self, *raised: object) -> None:
        self._inside -= 1


_queue: Final = _Queue()


async def take(upload: bytes) -> Photo:
    """The photo that somebody sent, made harmless: JPEG of at most 1600 pixels and 400 kB, and a thumbnail of 320.

    The event loop goes on meanwhile. Raises the errors of gateway.photos.errors, and Busy when too many wait.
    """
    check(upload)
    with _queue:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, develop, upload)


def check(upload: bytes) -> None:
    """What can be told without opening it. Raises EmptyPhoto, PhotoTooLarge, HeicPhoto, UnknownFormat."""
    if not upload:
        raise EmptyPhoto
    if len(upload) > MOST_BYTES:
        raise PhotoTooLarge(limit_mb=MOST_BYTES // 1_000_000)
    if upload[4:8] == b"ftyp" and upload[8:12] in _HEIC:
        raise HeicPhoto
    is_webp = upload[:4] == b"RIFF" and upload[8:12] == b"WEBP"
    if not (upload.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or is_webp):
        raise UnknownFormat


def develop(upload: bytes) -> Photo:
    """The photo, by a process of its own, which is killed after `WALL_S`. Raises what its answer says."""
    answer, code, is_late = _asked(upload)
    photo = _read(answer) if code == 0 else None
    if photo is not None:
        return photo
    # The word of a process that read a stranger's file: it chooses among our errors and says nothing else.
    refusal = _REFUSALS.get(answer) if code == 0 else None
    if refusal is not None:
        raise refusal
    log.info("a photo could not be read", extra={"exit_code": code, "size": len(upload)})
    raise PhotoTooHeavy if is_late or code < 0 else DamagedPhoto


_REFUSALS: Final[dict[bytes, ServiceError]] = {
    b"NOanimated": AnimatedPhoto(),
    b"NOpixels": TooManyPixels(megapixels=MOST_MEGAPIXELS),
    b"NOheavy": PhotoTooHeavy(),
}


def _asked(upload: bytes) -> tuple[bytes, int, bool]:
    """The decoder's answer, how it ended, and whether it had to be ended."""
    decoder = _started()
    end = Timer(WALL_S, decoder.kill)
    end.daemon = True
    end.start()
    with decoder:
        assert decoder.stdin is not None
        assert decoder.stdout is not None
        with suppress(BrokenPipeError):
            decoder.stdin.write(upload)
        with suppress(BrokenPipeError):
            decoder.stdin.close()
        answer = decoder.stdout.read(_MOST_ANSWER + 1)
        if len(answer) > _MOST_ANSWER:
            decoder.kill()
        code = decoder.wait()
    is_late = not end.is_alive()
    end.cancel()
    return answer, code, is_late


def _started() -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-B", str(_DECODER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
    except OSError as exc:
        log.warning("no process for a photo", extra={"reason": exc.strerror})
        raise Busy(retry_after_s=2) from exc


def _read(answer: bytes) -> Photo | None:
    """The photo of an answer, if it is what the decoder makes of a photo: it is believed no more than the photo was."""
    start = 2 + _HEAD.size
    if answer[:2] != b"OK" or len(answer) < start:
        return None
    width, height, long, short = _HEAD.unpack_from(answer, 2)
    jpeg, thumbnail = answer[start : start + long], answer[start + long :]
    if len(thumbnail) != short or size_of(jpeg) != (width, height) or max(width, height) > EDGE:
        return None
    small = size_of(thumbnail)
    if small is None or max(small) > THUMBNAIL_EDGE:
        return None
    return Photo(jpeg, thumbnail, width, height)


def size_of(jpeg: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG that holds a picture and nothing else; None for any other."""
    if jpeg[:2] != b"\xff\xd8":
        return None
    at, size = 2, None
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        kind, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if kind == _SCAN:
            # Within a scan 0xFF is followed by 0 or a restart: the first end of picture is the end of the file.
            return size if jpeg.find(b"\xff\xd9", at) == len(jpeg) - 2 else None
        if kind not in _PLAIN or length < 2:
            return None
        if kind == _FRAME:
            size = int.from_bytes(jpeg[at + 7 : at + 9]), int.from_bytes(jpeg[at + 5 : at + 7])
        at += 2 + length
    return None
