"""Entrypoints of the desk: items, their custody, what becomes of them."""

from __future__ import annotations

from typing import Any

from kernel.wire import rpc, timer
from services.lostfound import schemas, usecases
from services.lostfound.service.place import Rooms


class DeskEntrypoints(Rooms):
    """What staff and airlines ask of items; and the public list of them."""

    @rpc(arguments=schemas.NoArgumentsSchema())
    def get_sealing_key(self, request: dict[str, Any]) -> dict[str, Any]:
        """SealingKeySchema."""
        return {"key": self.place.vault.sealing_key()}

    @rpc(arguments=schemas.NoArgumentsSchema())
    def list_vocabulary(self, request: dict[str, Any]) -> dict[str, Any]:
        """VocabularySchema."""
        return usecases.list_vocabulary(self.storage, self.place)

    @rpc(arguments=schemas.AddDeskSchema())
    def add_desk(self, request: dict[str, Any]) -> dict[str, Any]:
        """DeskResultSchema. Errors: lostfound.unknown_place."""
        return usecases.add_desk(self.storage, self.place, request)

    # --- items

    @rpc(arguments=schemas.RegisterItemSchema())
    def register_item(self, request: dict[str, Any]) -> dict[str, Any]:
        """ItemResultSchema. Errors: lostfound.unknown_place, .unknown_shelf, .desk_not_found, .witness_needed,
        .same_person, .ref_taken, .bad_seal."""
        return usecases.register_item(self.storage, self.place, request)

    @rpc(arguments=schemas.ChangeItemSchema())
    def change_item(self, request: dict[str, Any]) -> dict[str, Any]:
        """ItemResultSchema. Errors: lostfound.item_not_found, .changed_meanwhile, .wrong_state, .unknown_place, .bad_seal."""
        return usecases.change_item(self.storage, self.place, request)

    @rpc(arguments=schemas.PutOnShelfSchema())
    def put_on_shelf(self, request: dict[str, Any]) -> dict[str, Any]:
        """ItemResultSchema. Errors: lostfound.item_not_found, .not_here, .unknown_shelf, .wrong_state."""
        return usecases.put_on_shelf(self.storage, self.place, request)

    @rpc(arguments=schemas.CountCashSchema())
    def count_cash(self, request: dict[str, Any]) -> dict[str, Any]:
        """ItemResultSchema. Errors: lostfound.same_person, .item_not_found, .wrong_state, .item_missing."""
        return usecases.count_cash(self.storage, self.place, request)

    @rpc(arguments=schemas.VoidItemSchema())
    def void_item(self, request: dict[str, Any]) -> dict[str, Any]:
        """ItemResultSchema. Errors: lostfound.item_not_found, .wrong_state, .item_missing."""
        return usecases.void_item(self.storage, self.place, request)

    @rpc(arguments=schemas.AttachPhotoSchema())
    def attach_photo(self, request: dict[str, Any]) -> dict[str, Any]:
        """PhotoAddedSchema. Errors: lostfound.item_not_found, .too_many_photos, .bad_seal."""
        return usecases.attach_photo(self.storage, self.place, request)

    @rpc(arguments=schemas.GetPhotoSchema())
    def get_photo(self, request: dict[str, Any]) -> dict[str, Any]:
        """PhotoResultSchema. Errors: lostfound.photo_not_found."""
        return usecases.get_photo(self.storage, self.place, request)

    @rpc(arguments=schemas.GetItemSchema())
    def get_item(self, request: dict[str, Any]) -> dict[str, Any]:
        """FullItemSchema. Errors: lostfound.item_not_found, .bad_number."""
        return usecases.get_item(self.storage, self.place, request)

    @rpc(arguments=schemas.SearchItemsSchema())
    def search_items(self, request: dict[str, Any]) -> dict[str, Any]:
        """ItemPageSchema."""
        return usecases.search_items(self.storage, self.place, request)

    @rpc(arguments=schemas.ImportItemsSchema())
    def import_items(self, request: dict[str, Any]) -> dict[str, Any]:
        """ImportReportSchema. Errors: lostfound.desk_not_found, .bad_seal."""
        return usecases.import_items(self.storage, self.place, request)

    @rpc(arguments=schemas.ListPublicSchema())
    def list_public(self, request: dict[str, Any]) -> dict[str, Any]:
        """PublicPageSchema."""
        return usecases.list_public(self.storage, self.place, request)

    # --- custody

    @rpc(arguments=schemas.ItemIdSchema())
    def list_custody(self, request: dict[str, Any]) -> dict[str, Any]:
        """CustodySchema. Errors: lostfound.item_not_found."""
        return usecases.list_custody(self.storage, request["item_id"])

    @rpc(arguments=schemas.VerifyCustodySchema())
    def verify_custody(self, request: dict[str, Any]) -> dict[str, Any]:
        """VerifiedSchema. Errors: lostfound.item_not_found."""
        return usecases.verify_custody(self.storage, request["item_id"], request["cursor"])

    @rpc(arguments=schemas.SendTransferSchema())
    def send_transfer(self, request: dict[str, Any]) -> dict[str, Any]:
        """TransferResultSchema. Errors: lostfound.desk_not_found, .item_not_found, .not_here, .wrong_state,
        .item_missing, .not_counted."""
        return usecases.send_transfer(self.storage, self.place, request)

    @rpc(arguments=schemas.AcceptTransferSchema())
    def accept_transfer(self, request: dict[str, Any]) -> dict[str, Any]:
        """AcceptedSchema. Errors: lostfound.transfer_not_found, .unknown_shelf."""
        return usecases.accept_transfer(self.storage, self.place, request)

    @rpc(arguments=schemas.TransferIdSchema())
    def get_transfer(self, request: dict[str, Any]) -> dict[str, Any]:
        """TransferResultSchema. Errors: lostfound.transfer_not_found."""
        return usecases.get_transfer(self.storage, request["transfer_id"])

    @rpc(arguments=schemas.ListTransfersSchema())
    def list_transfers(self, request: dict[str, Any]) -> dict[str, Any]:
        """TransferPageSchema."""
        return usecases.list_transfers(self.storage, request)

    @rpc(arguments=schemas.ReportMissingSchema())
    def report_missing(self, request: dict[str, Any]) -> dict[str, Any]:
        """ItemResultSchema. Errors: lostfound.item_not_found, .wrong_state."""
        return usecases.report_missing(self.storage, self.place, request)

    @rpc(arguments=schemas.BeginStocktakeSchema())
    def begin_stocktake(self, request: dict[str, Any]) -> dict[str, Any]:
        """StocktakeResultSchema. Errors: lostfound.desk_not_found, .stocktake_open."""
        return usecases.begin_stocktake(self.storage, self.place, request)

    @rpc(arguments=schemas.ScanStocktakeSchema())
    def scan_stocktake(self, request: dict[str, Any]) -> dict[str, Any]:
        """ScanStocktakeResultSchema. Errors: lostfound.stocktake_not_found, .stocktake_closed, .unknown_shelf."""
        return usecases.scan_stocktake(self.storage, self.place, request)

    @rpc(arguments=schemas.StocktakeIdSchema())
    def get_stocktake(self, request: dict[str, Any]) -> dict[str, Any]:
        """StocktakeResultSchema. Errors: lostfound.stocktake_not_found."""
        return usecases.get_stocktake(self.storage, request["stocktake_id"])

    @rpc(arguments=schemas.CloseStocktakeSchema())
    def close_stocktake(self, request: dict[str, Any]) -> dict[str, Any]:
        """StocktakeResultSchema. Errors: lostfound.stocktake_not_found, .stocktake_closed."""
        return usecases.close_stocktake(self.storage, self.place, request)

    @rpc(arguments=schemas.ListStocktakesSchema())
    def list_stocktakes(self, request: dict[str, Any]) -> dict[str, Any]:
        """StocktakePageSchema."""
        return usecases.list_stocktakes(self.storage, request)

    # --- what nobody claims

    @rpc(arguments=schemas.ListDueSchema())
    def list_due(self, request: dict[str, Any]) -> dict[str, Any]:
        """ItemPageSchema."""
        return usecases.list_due(self.storage, request)

    @rpc(arguments=schemas.PublishNoticesSchema())
    def publish_notices(self, request: dict[str, Any]) -> dict[str, Any]:
        """PublishedSchema. Errors: lostfound.item_not_found, .not_due."""
        return usecases.publish_notices(self.storage, self.place, request)

    @rpc(arguments=schemas.ProposeDisposalSchema())
    def propose_disposal(self, request: dict[str, Any]) -> dict[str, Any]:
        """DisposalResultSchema. Errors: lostfound.item_not_found, .wrong_state, .not_here, .item_missing, .not_counted,
        .not_due, .wrong_way, .proposed, .item_claimed."""
        return usecases.propose_disposal(self.storage, self.place, request)

    @rpc(arguments=schemas.DecideDisposalSchema())
    def confirm_disposal(self, request: dict[str, Any]) -> dict[str, Any]:
        """DisposalResultSchema. Errors: lostfound.disposal_not_found, .already_decided, .same_person, .wrong_state,
        .not_here, .item_missing."""
        return usecases.confirm_disposal(self.storage, self.place, request)

    @rpc(arguments=schemas.DecideDisposalSchema())
    def withdraw_disposal(self, request: dict[str, Any]) -> dict[str, Any]:
        """DisposalResultSchema. Errors: lostfound.disposal_not_found, .already_decided."""
        return usecases.withdraw_disposal(self.storage, self.place, request)

    @rpc(arguments=schemas.DisposalIdSchema())
    def get_disposal(self, request: dict[str, Any]) -> dict[str, Any]:
        """DisposalResultSchema. Errors: lostfound.disposal_not_found."""
        return usecases.get_disposal(self.storage, request["disposal_id"])

    @rpc(arguments=schemas.ListDisposalsSchema())
    def list_disposals(self, request: dict[str, Any]) -> dict[str, Any]:
        """DisposalPageSchema."""
        return usecases.list_disposals(self.storage, request)

    @rpc(arguments=schemas.FiguresArgumentsSchema())
    def figures(self, request: dict[str, Any]) -> dict[str, Any]:
        """FiguresSchema."""
        return usecases.figures(self.storage, self.place, request)

    # --- what time does

    @timer(every_s=300, lease="lostfound.due")
    def tell_due(self) -> None:
        """Say what became due, once whatever the number of copies."""
        usecases.tell_due(self.storage)

    @timer(every_s=3600, lease="lostfound.purge")
    def purge(self) -> None:
        """Forget what is personal of items that left long ago."""
        usecases.purge(self.storage, self.place)
