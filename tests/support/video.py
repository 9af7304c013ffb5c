"""A film for Chromium's fake camera: one still picture of a QR code, as Y4M."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import segno

_WIDTH: Final = 640
_HEIGHT: Final = 480
_FRAMES: Final = 6
_GREY: Final = 128


def film(text: str, path: Path) -> Path:
    """`text` as a phone shows its QR code: white around it, in a dark room. Chromium plays it again and again."""
    modules = [list(row) for row in segno.make_qr(text, error="m").matrix_iter(border=4)]
    scale = (_HEIGHT - 40) // len(modules)
    side = scale * len(modules)
    top, left = (_HEIGHT - side) // 2, (_WIDTH - side) // 2
    luma = bytearray(b"\x28" * (_WIDTH * _HEIGHT))
    for y, row in enumerate(modules):
        line = b"".join((b"\x18" if dark else b"\xe6") * scale for dark in row)
        for step in range(scale):
            start = (top + y * scale + step) * _WIDTH + left
            luma[start : start + side] = line
    chroma = bytes([_GREY]) * (_WIDTH * _HEIGHT // 2)
    frame = b"FRAME\n" + bytes(luma) + chroma
    head = f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + frame * _FRAMES)
    return path
