"""`python -m deploy.demo.pictures FOLDER`: one picture of each kind of thing."""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.demo.chance import Chance
from deploy.demo.pictures import DRAWINGS, picture
from services.lostfound.schemas.goods import COLOURS


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m deploy.demo.pictures FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for category in DRAWINGS:
        colours = [Chance(category).one(str(n), list(COLOURS)) for n in range(2)]
        (folder / f"{category}.jpg").write_bytes(picture(category, colours, category))


if __name__ == "__main__":
    main()
