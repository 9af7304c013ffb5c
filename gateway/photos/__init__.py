"""Photos from outside: whatever somebody sends becomes a small, upright JPEG without a past, or a clear refusal.

    from gateway import photos
    photo = await photos.take(upload)            # bytes → Photo(jpeg, thumbnail, width, height)

JPEG, PNG and WebP; ≤ 12 MB, ≤ 64 megapixels. What comes out is drawn anew from the pixels: no EXIF, no place, no
comment, no profile, nothing that was glued to the file. Each photo is opened by a process of its own with next to no
rights (`decoder.py`); services get only what comes out of here, and never decode. docs/decisions/0073-photos.md.
"""

from __future__ import annotations

from gateway.photos.darkroom import EDGE, MOST_BYTES, THUMBNAIL_EDGE, Photo, take

__all__ = ["EDGE", "MOST_BYTES", "THUMBNAIL_EDGE", "Photo", "take"]
