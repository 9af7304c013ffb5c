"""What lost and found can be asked: load, decide, save, commit."""

from __future__ import annotations

from services.lostfound.usecases.changing import (
    attach_photo,
    change_item,
    count_cash,
    put_on_shelf,
    report_missing,
    void_item,
)
from services.lostfound.usecases.counting import (
    begin_stocktake,
    close_stocktake,
    get_stocktake,
    list_stocktakes,
    scan_stocktake,
)
from services.lostfound.usecases.desks import add_desk, open_first_desks
from services.lostfound.usecases.disposing import (
    confirm_disposal,
    get_disposal,
    list_disposals,
    list_due,
    propose_disposal,
    publish_notices,
    withdraw_disposal,
)
from services.lostfound.usecases.figures import figures
from services.lostfound.usecases.keeping import purge, tell_due
from services.lostfound.usecases.looking import (
    get_item,
    get_photo,
    list_custody,
    list_public,
    list_vocabulary,
    search_items,
    verify_custody,
)
from services.lostfound.usecases.registering import import_items, register_item
from services.lostfound.usecases.shared import Place, Work
from services.lostfound.usecases.transferring import (
    accept_transfer,
    get_transfer,
    list_transfers,
    send_transfer,
)

__all__ = [
    "Place",
    "Work",
    "accept_transfer",
    "add_desk",
    "attach_photo",
    "begin_stocktake",
    "change_item",
    "close_stocktake",
    "confirm_disposal",
    "count_cash",
    "figures",
    "get_disposal",
    "get_item",
    "get_photo",
    "get_stocktake",
    "get_transfer",
    "import_items",
    "list_custody",
    "list_disposals",
    "list_due",
    "list_public",
    "list_stocktakes",
    "list_transfers",
    "list_vocabulary",
    "open_first_desks",
    "propose_disposal",
    "publish_notices",
    "purge",
    "put_on_shelf",
    "register_item",
    "report_missing",
    "scan_stocktake",
    "search_items",
    "send_transfer",
    "tell_due",
    "verify_custody",
    "void_item",
    "withdraw_disposal",
]
