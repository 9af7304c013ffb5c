"""The lostfound service as its desks call it: schemas load, use cases work over a database of their own, made when the
first call comes."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from kernel.db import Database, UnitOfWork
from kernel.ids import new_id
from kernel.saga.states import MOVES
from services.lostfound import schemas, usecases
from services.lostfound.errors import BadRequest
from services.lostfound.store import LostFoundStore, metadata
from tests.gateway.staff.lost_travellers import TRAVELLERS, called_for
from tests.unit.lostfound.examples import PLACE, open_desks


class LostDesk:
    """Two desks, t1 and t2, with shelves A-1, A-2 and B-1. matches and claims: said instead of what the service knows, if there are any."""

    def __init__(self) -> None:
        self.matches: list[dict[str, Any]] = []
        self.claims: list[dict[str, Any]] = []

    @cached_property
    def uow(self) -> UnitOfWork[LostFoundStore]:
        file = _folder() / f"{new_id()}.sqlite3"
        shutil.copy(_empty(), file)
        return _opened(file)

    def get_sealing_key(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"key": PLACE.vault.sealing_key()}

    def list_matches(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.matches:
            return {"matches": self.matches}
        return called_for("list_matches", self.uow, PLACE)(request)

    def search_claims(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.claims:
            return {"claims": self.claims, "next_cursor": None}
        return called_for("search_claims", self.uow, PLACE)(request)

    def __getattr__(self, method: str) -> Callable[[dict[str, Any]], Any]:
        uow, at = self.uow, PLACE
        if method in TRAVELLERS:
            return called_for(method, uow, at)
        ways: dict[str, tuple[Any, Any, Callable[[dict[str, Any]], Any]]] = {
            "list_vocabulary": (
                schemas.NoArgumentsSchema,
                schemas.VocabularySchema,
                lambda r: usecases.list_vocabulary(uow, at),
            ),
            "list_transfers": (
                schemas.ListTransfersSchema,
                schemas.TransferPageSchema,
                lambda r: usecases.list_transfers(uow, r),
            ),
            "get_transfer": (
                schemas.TransferIdSchema,
                schemas.TransferResultSchema,
                lambda r: usecases.get_transfer(uow, r["transfer_id"]),
            ),
            "get_stocktake": (
                schemas.StocktakeIdSchema,
                schemas.StocktakeResultSchema,
                lambda r: usecases.get_stocktake(uow, r["stocktake_id"]),
            ),
            "list_stocktakes": (
                schemas.ListStocktakesSchema,
                schemas.StocktakePageSchema,
                lambda r: usecases.list_stocktakes(uow, r),
            ),
            "get_disposal": (
                schemas.DisposalIdSchema,
                schemas.DisposalResultSchema,
                lambda r: usecases.get_disposal(uow, r["disposal_id"]),
            ),
            "list_due": (schemas.ListDueSchema, schemas.ItemPageSchema, lambda r: usecases.list_due(uow, r)),
            "list_disposals": (
                schemas.ListDisposalsSchema,
                schemas.DisposalPageSchema,
                lambda r: usecases.list_disposals(uow, r),
            ),
        }
        named: dict[str, tuple[Any, Any]] = {
            "register_item": (schemas.RegisterItemSchema, schemas.ItemResultSchema),
            "change_item": (schemas.ChangeItemSchema, schemas.ItemResultSchema),
            "put_on_shelf": (schemas.PutOnShelfSchema, schemas.ItemResultSchema),
            "count_cash": (schemas.CountCashSchema, schemas.ItemResultSchema),
            "void_item": (schemas.VoidItemSchema, schemas.ItemResultSchema),
            "report_missing": (schemas.ReportMissingSchema, schemas.ItemResultSchema),
            "attach_photo": (schemas.AttachPhotoSchema, schemas.PhotoAddedSchema),
            "get_photo": (schemas.GetPhotoSchema, schemas.PhotoResultSchema),
            "get_item": (schemas.GetItemSchema, schemas.FullItemSchema),
            "search_items": (schemas.SearchItemsSchema, schemas.ItemPageSchema),
            "send_transfer": (schemas.SendTransferSchema, schemas.TransferResultSchema),
            "accept_transfer": (schemas.AcceptTransferSchema, schemas.AcceptedSchema),
            "begin_stocktake": (schemas.BeginStocktakeSchema, schemas.StocktakeResultSchema),
            "scan_stocktake": (schemas.ScanStocktakeSchema, schemas.ScanStocktakeResultSchema),
            "close_stocktake": (schemas.CloseStocktakeSchema, schemas.StocktakeResultSchema),
            "publish_notices": (schemas.PublishNoticesSchema, schemas.PublishedSchema),
            "propose_disposal": (schemas.ProposeDisposalSchema, schemas.DisposalResultSchema),
            "confirm_disposal": (schemas.DecideDisposalSchema, schemas.DisposalResultSchema),
            "withdraw_disposal": (schemas.DecideDisposalSchema, schemas.DisposalResultSchema),
            "import_items": (schemas.ImportItemsSchema, schemas.ImportReportSchema),
            "figures": (schemas.FiguresArgumentsSchema, schemas.FiguresSchema),
        }
        if method in named:
            arguments, result = named[method]
            work: Callable[[dict[str, Any]], Any] = lambda r: getattr(usecases, method)(uow, at, r)  # noqa: E731
        else:
            arguments, result, work = ways[method]

        def called(request: dict[str, Any]) -> Any:
            try:
                loaded = arguments().load(request)
            except ValidationError as exc:
                raise BadRequest(fields=exc.normalized_messages()) from None
            answer = work(loaded)
            assert result().validate(answer) == {}
            return answer

        return called


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="airport-lost-desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _empty() -> Path:
    """A database in which the desks are open and nothing was found yet."""
    file = _folder() / "empty.sqlite3"
    database = Database(f"sqlite:///{file}")
    with database.writing() as connection:
        metadata.create_all(connection)
        moves = [{"before": str(before), "after": after.value} for before, after in sorted(MOVES)]
        connection.execute(metadata.tables["order_moves"].insert(), moves)
    open_desks(UnitOfWork(database, LostFoundStore))
    database.close()
    return file


def _opened(file: Path) -> UnitOfWork[LostFoundStore]:
    database = Database(f"sqlite:///{file}")
    atexit.register(database.close)
    return UnitOfWork(database, LostFoundStore)
