"""What can be wrong with a photo, each in words that say what to do about it.

ServiceError
├── Invalid
│   ├── EmptyPhoto       photos.empty
│   ├── UnknownFormat    photos.unknown_format     neither JPEG nor PNG nor WebP, whatever its name says
│   ├── HeicPhoto        photos.heic               an iPhone's own format
│   ├── AnimatedPhoto    photos.animated
│   ├── DamagedPhoto     photos.damaged            cut off, or no picture behind its first bytes
│   └── UploadTooSlow    photos.too_slow           the form took too long to come
└── TooLarge
    ├── PhotoTooLarge    photos.too_large          data.limit_mb
    ├── TooManyPixels    photos.too_many_pixels    data.megapixels
    ├── TooManyPhotos    photos.too_many           data.most
    └── PhotoTooHeavy    photos.too_heavy          opening it took more time or memory than a photo needs
"""

from __future__ import annotations

from kernel.errors import Invalid, TooLarge


class EmptyPhoto(Invalid):
    code = "photos.empty"


class UnknownFormat(Invalid):
    code = "photos.unknown_format"


class HeicPhoto(Invalid):
    code = "photos.heic"


class AnimatedPhoto(Invalid):
    code = "photos.animated"


class DamagedPhoto(Invalid):
    code = "photos.damaged"


class UploadTooSlow(Invalid):
    code = "photos.too_slow"


class PhotoTooLarge(TooLarge):
    code = "photos.too_large"


class TooManyPixels(TooLarge):
    code = "photos.too_many_pixels"


class TooManyPhotos(TooLarge):
    code = "photos.too_many"


class PhotoTooHeavy(TooLarge):
    code = "photos.too_heavy"
