"""Entrypoints of the catalogue: what travellers browse, and what those who work in a shop write."""

from __future__ import annotations

from typing import Any

from kernel import clock
from kernel.schemas import NoArgumentsSchema
from kernel.wire import handle_event, rpc, timer
from services.shop import events
from services.shop.schemas import browsing as asked
from services.shop.schemas import products, shops
from services.shop.service.place import Rooms
from services.shop.usecases import browsing, importing, keeping, running, writing


class CatalogueEntrypoints(Rooms):
    """Shops, what they have, and how it is found."""

    # --- travellers

    @rpc(arguments=NoArgumentsSchema())
    def list_categories(self, request: dict[str, Any]) -> dict[str, Any]:
        """CategoriesSchema."""
        return browsing.list_categories(self.storage)

    @rpc(arguments=shops.ListShopsSchema())
    def list_shops(self, request: dict[str, Any]) -> dict[str, Any]:
        """ShopsSchema."""
        return browsing.list_shops(self.storage, self.place, request, clock.now())

    @rpc(arguments=shops.ShopIdSchema())
    def get_shop(self, request: dict[str, Any]) -> dict[str, Any]:
        """ShopResultSchema. Errors: shop.shop_not_found."""
        return browsing.get_shop(self.storage, self.place, request["shop_id"], clock.now())

    @rpc(arguments=products.ProductIdSchema())
    def get_product(self, request: dict[str, Any]) -> dict[str, Any]:
        """ProductResultSchema. Errors: shop.product_not_found."""
        return browsing.get_product(self.storage, self.place, request["product_id"], clock.now())

    @rpc(arguments=asked.ListProductsSchema())
    def list_products(self, request: dict[str, Any]) -> dict[str, Any]:
        """ProductPageSchema. Errors: shop.bad_cursor."""
        return browsing.list_products(self.storage, request)

    @rpc(arguments=asked.SearchProductsSchema())
    def search_products(self, request: dict[str, Any]) -> dict[str, Any]:
        """FoundSchema. Errors: shop.bad_cursor."""
        return browsing.search_products(self.storage, request)

    @rpc(arguments=asked.SimilarProductsSchema())
    def similar_products(self, request: dict[str, Any]) -> dict[str, Any]:
        """ProductsSchema. Errors: shop.product_not_found."""
        return browsing.similar_products(self.storage, request["product_id"], request["limit"])

    @rpc(arguments=asked.ListDealsSchema())
    def list_deals(self, request: dict[str, Any]) -> dict[str, Any]:
        """ProductPageSchema. Errors: shop.bad_cursor."""
        return browsing.list_deals(self.storage, request)

    @rpc(arguments=products.GetPhotoSchema())
    def get_photo(self, request: dict[str, Any]) -> dict[str, Any]:
        """PhotoResultSchema. Errors: shop.photo_not_found."""
        return browsing.get_photo(self.storage, request)

    # --- merchants and shops

    @rpc(arguments=shops.SaveMerchantSchema())
    def save_merchant(self, request: dict[str, Any]) -> dict[str, Any]:
        """MerchantResultSchema. Errors: shop.not_your_shop, .merchant_not_found, .changed_meanwhile."""
        return running.save_merchant(self.storage, request)

    @rpc(arguments=shops.AtWorkOnlySchema())
    def list_merchants(self, request: dict[str, Any]) -> dict[str, Any]:
        """MerchantsSchema."""
        return running.list_merchants(self.storage, request)

    @rpc(arguments=shops.SaveShopSchema())
    def save_shop(self, request: dict[str, Any]) -> dict[str, Any]:
        """ShopResultSchema. Errors: shop.not_your_shop, .shop_not_found, .merchant_not_found, .unknown_place,
        .changed_meanwhile."""
        return running.save_shop(self.storage, self.place, request, clock.now())

    @rpc(arguments=shops.SetHoursSchema())
    def set_hours(self, request: dict[str, Any]) -> dict[str, Any]:
        """ShopResultSchema. Errors: shop.not_your_shop, .shop_not_found, .changed_meanwhile."""
        return running.set_hours(self.storage, self.place, request, clock.now())

    @rpc(arguments=shops.SetShopStateSchema())
    def set_shop_state(self, request: dict[str, Any]) -> dict[str, Any]:
        """ShopResultSchema. Errors: shop.not_your_shop, .shop_not_found."""
        return running.set_shop_state(self.storage, self.place, request, clock.now())

    @rpc(arguments=shops.SetShopPictureSchema())
    def set_shop_picture(self, request: dict[str, Any]) -> dict[str, Any]:
        """ShopResultSchema. Errors: shop.not_your_shop, .shop_not_found, .photo_not_found."""
        return running.set_shop_picture(self.storage, self.place, request, clock.now())

    @rpc(arguments=shops.StaffShopSchema())
    def get_staff_shop(self, request: dict[str, Any]) -> dict[str, Any]:
        """ShopResultSchema. Errors: shop.not_your_shop, .shop_not_found."""
        return running.get_staff_shop(self.storage, self.place, request, clock.now())

    @rpc(arguments=shops.AtWorkOnlySchema())
    def list_staff_shops(self, request: dict[str, Any]) -> dict[str, Any]:
        """ShopsSchema."""
        return running.list_staff_shops(self.storage, self.place, request, clock.now())

    # --- products

    @rpc(arguments=products.SaveProductSchema())
    def save_product(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffProductResultSchema. Errors: shop.not_your_shop, .shop_not_found, .product_not_found, .changed_meanwhile,
        .sku_taken, .nothing_to_sell, .photo_not_found."""
        return writing.save_product(self.storage, self.place, request, clock.now())

    @rpc(arguments=products.SaveVariantSchema())
    def save_variant(self, request: dict[str, Any]) -> dict[str, Any]:
        """VariantSavedSchema. Errors: shop.not_your_shop, .product_not_found, .variant_not_found, .changed_meanwhile,
        .bad_barcode, .barcode_taken, .options_taken, .too_many_variants, .nothing_to_sell, .bad_request."""
        return writing.save_variant(self.storage, self.place, request, clock.now())

    @rpc(arguments=products.AttachPhotoSchema())
    def attach_photo(self, request: dict[str, Any]) -> dict[str, Any]:
        """PhotoAddedSchema. Errors: shop.not_your_shop, .shop_not_found, .product_not_found, .too_many_photos,
        .bad_request."""
        return writing.attach_photo(self.storage, self.place, request)

    @rpc(arguments=products.StaffProductIdSchema())
    def get_staff_product(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffProductResultSchema. Errors: shop.not_your_shop, .product_not_found."""
        return writing.get_staff_product(self.storage, request, clock.now())

    @rpc(arguments=products.ListRangeSchema())
    def list_range(self, request: dict[str, Any]) -> dict[str, Any]:
        """RangePageSchema. Errors: shop.not_your_shop, .bad_cursor."""
        return writing.list_range(self.storage, request, clock.now())

    @rpc(arguments=products.ImportProductsSchema())
    def import_products(self, request: dict[str, Any]) -> dict[str, Any]:
        """ImportReportSchema. Errors: shop.not_your_shop, .shop_not_found."""
        return importing.import_products(self.storage, self.place, request, clock.now())

    @rpc(arguments=products.ExportCatalogueSchema())
    def export_catalogue(self, request: dict[str, Any]) -> dict[str, Any]:
        """ExportPageSchema. Errors: shop.not_your_shop, .bad_cursor."""
        return importing.export_catalogue(self.storage, self.place, request)

    # --- what time and sales do

    @handle_event(events.PUBLISHER, events.STOCK_OUT)
    def on_stock_out(self, event: dict[str, Any]) -> None:
        """The search no longer finds it among what is in stock."""
        keeping.catch_up(self.storage, event)

    @handle_event(events.PUBLISHER, events.STOCK_IN)
    def on_stock_in(self, event: dict[str, Any]) -> None:
        """The search finds it among what is in stock."""
        keeping.catch_up(self.storage, event)

    @timer(every_s=15, lease="shop.deals")
    def turn_deals(self) -> None:
        """Let deals begin and end, once whatever the number of copies."""
        keeping.turn_deals(self.storage, self.place, clock.now())

    @timer(every_s=3600, lease="shop.bought")
    def count_bought(self) -> None:
        """Let what is bought stand higher."""
        keeping.count_bought(self.storage)

    @timer(every_s=60, lease="shop.file_anew")
    def file_anew(self) -> None:
        """Write down for the search what an older version of it wrote."""
        keeping.file_anew(self.storage, self.place)
