"""`python -m deploy.demo.mall.drawn FOLDER`: contact sheets, to look at."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image

from deploy.demo.chance import Chance
from deploy.demo.mall.colours import COLOURS
from deploy.demo.mall.drawn import DRAWINGS, THUMBNAIL, shown


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m deploy.demo.mall.drawn FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    codes = list(COLOURS)
    shots = []
    for kind in DRAWINGS:
        chosen = "/".join(Chance(kind).one(str(n), codes) for n in range(3))
        shots.append(shown(f"{kind}/{chosen}", "湘叶", kind).thumbnail)
    for number in range(0, len(shots), 24):
        page = Image.new("RGB", (6 * THUMBNAIL, 4 * THUMBNAIL), "white")
        for at, shot in enumerate(shots[number : number + 24]):
            page.paste(Image.open(io.BytesIO(shot)), (at % 6 * THUMBNAIL, at // 6 * THUMBNAIL))
        page.save(folder / f"contact-{number // 24 + 1}.jpg", quality=88)


if __name__ == "__main__":
    main()
