"""Photos of found things for the demo and for tests, drawn here: nobody's property is shown, and no file is kept.

    jpeg = picture("umbrella", ("navy",), seed="CSX-6B7K2M-4")    # one look for one seed, as long as Pillow draws alike
    python -m deploy.demo.pictures FOLDER                         # one of each kind, to look at

Each thing lies on a desk, lit from the upper left, a little turned: `scene` is table and light, `carried`, `worn` and
`small` are the things. A kind without a drawing of its own comes in a paper bag.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from deploy.demo.pictures import carried, small, worn
from deploy.demo.pictures.scene import Dye, Thing, on_a_desk
from services.lostfound.schemas.goods import COLOURS

Draw = Callable[[Thing, Dye], None]
DRAWINGS: Final[Mapping[str, Draw]] = {**carried.THINGS, **worn.THINGS, **small.THINGS}


def picture(category: str, colours: Sequence[str], seed: str) -> bytes:
    """A JPEG of 960×720 of such a thing. colours: codes of lost and found; the second is that of straps and trims."""
    dye = Dye.of([COLOURS[code].hex for code in colours if code in COLOURS], "patterned" in colours)
    thing = Thing(seed)
    DRAWINGS.get(category, carried.paper_bag)(thing, dye)
    kept = io.BytesIO()
    on_a_desk(thing, seed).save(kept, "JPEG", quality=84, optimize=True)
    return kept.getvalue()
