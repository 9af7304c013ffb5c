"""What an operator may set of the mall."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.config import setting


@dataclass(frozen=True)
class ShopSettings:
    # --- catalogue
    photos_most: int = setting("SHOP_PHOTOS_MOST", 8, about="photos that one product of the mall may have")
    shown_most: int = setting(
        "SHOP_SHOWN_MOST", 20, about="pieces left from which on the mall's pages no longer say how many"
    )

    # --- orders
    hold_s: int = setting("SHOP_HOLD_S", 900, about="seconds that goods are held for a buyer who hasn't paid")
    open_holds: int = setting(
        "SHOP_OPEN_HOLDS", 3, about="unpaid orders of the mall that one traveller may have at a time"
    )
    lapsed_holds: int = setting(
        "SHOP_LAPSED_HOLDS",
        6,
        about="unpaid orders of one traveller that may end within an hour before the mall takes no new ones from them",
    )
    ask_min: int = setting(
        "SHOP_ASK_MIN", 10, about="minutes that a buyer has to answer a shop before the money goes back"
    )
    uncollected_h: int = setting(
        "SHOP_UNCOLLECTED_H",
        72,
        about="hours after its promise at which a parcel nobody fetched is paid back",
    )
    basket_days: int = setting("SHOP_BASKET_DAYS", 60, about="days that a basket nobody touched is kept")
    keep_days: int = setting(
        "SHOP_KEEP_DAYS", 1096, about="days that orders of the mall are kept after they are over"
    )

    def __post_init__(self) -> None:
        if not 60 <= self.hold_s <= 86_400 or min(self.open_holds, self.lapsed_holds) < 1:
            raise ValueError("SHOP_HOLD_S is 60 to 86400, SHOP_OPEN_HOLDS and SHOP_LAPSED_HOLDS at least 1")
        if self.ask_min < 1 or self.uncollected_h < 1:
            raise ValueError("SHOP_ASK_MIN and SHOP_UNCOLLECTED_H are at least 1")
        if self.basket_days < 1 or self.keep_days < 30:
            raise ValueError("SHOP_BASKET_DAYS is at least 1, SHOP_KEEP_DAYS at least 30")
        if not 1 <= self.photos_most <= 20:
            raise ValueError("SHOP_PHOTOS_MOST is 1 to 20")
        if self.shown_most < 1:
            raise ValueError("SHOP_SHOWN_MOST is at least 1")
