"""Small pictures for lists: WebP, which says the same as a JPEG thumbnail in half the bytes, no larger than they are shown.

They are made from thumbnails that the darkroom made, so nothing here is what somebody sent.
"""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, JpegImagePlugin, WebPImagePlugin

from gateway.photos.darkroom import EDGE

PLUGINS: Final = (JpegImagePlugin, WebPImagePlugin)
EDGES: Final = (160, 256)
"""Of rows and of cards: as many pixels as a phone has for them."""
_QUALITY: Final = 62


def tile(jpeg: bytes, edge: int) -> bytes | None:
    """The picture as WebP of at most so many pixels a side; None for what isn't a small JPEG. Takes a few milliseconds."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as opened:
            if max(opened.size) > EDGE:
                return None
            picture = opened.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None
    picture.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    kept = io.BytesIO()
    picture.save(kept, "WEBP", quality=_QUALITY, method=4)
    return kept.getvalue()
