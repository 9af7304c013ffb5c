"""FRONT DOOR: errors that callers of the mall may see.

ServiceError
├── NotFound
│   ├── MerchantNotFound      shop.merchant_not_found
│   ├── ShopNotFound          shop.shop_not_found
│   ├── ProductNotFound       shop.product_not_found     also one that isn't on sale
│   ├── VariantNotFound       shop.variant_not_found
│   ├── PhotoNotFound         shop.photo_not_found
│   ├── CampaignNotFound      shop.campaign_not_found    also a draft, for travellers
│   ├── CouponNotFound        shop.coupon_not_found      also another traveller's
│   ├── OrderNotFound         shop.order_not_found       also when it is another traveller's
│   ├── ParcelNotFound        shop.parcel_not_found      also when it is another shop's
│   ├── LineNotFound          shop.line_not_found        not of that order or parcel
│   ├── AskNotFound           shop.ask_not_found
│   ├── CaseNotFound          shop.case_not_found
│   └── InvoiceNotFound       shop.invoice_not_found
├── Conflict
│   ├── BasketFull            shop.basket_full           data.most
│   ├── BasketEmpty           shop.basket_empty
│   ├── QuoteChanged          shop.quote_changed         data.quote: as it is now
│   ├── SoldOut               shop.sold_out              data.variant_ids
│   ├── ShopClosed            shop.shop_closed           data.shop_ids
│   ├── NotEligible           shop.not_eligible          data.variant_ids, .why, .words
│   ├── TooLate               shop.too_late              data.shop_ids, .words: that way isn't offered any more
│   ├── TooManyHolds          shop.too_many_holds        data.most: unpaid orders that one traveller may have
│   ├── HoldOver              shop.hold_over             it isn't kept any more, and can't be paid for
│   ├── WrongParcel           shop.wrong_parcel          data.state: not from there
│   ├── WrongCode             shop.wrong_code            no parcel waits for that code here
│   ├── PassNotChecked        shop.pass_not_checked      duty free is handed over to who leaves the country
│   ├── AskOver               shop.ask_over              answered, or too late to answer
│   ├── NotOffered            shop.not_offered           that isn't among the choices
│   ├── NotReturnable         shop.not_returnable        data.line_id, .words
│   ├── CaseOpen              shop.case_open             the parcel has one already: data.case_id
│   ├── WrongCase             shop.wrong_case            data.state
│   ├── TooMuch               shop.too_much              data.most_fen: more than was paid for it
│   ├── NotInvoiceable        shop.not_invoiceable       nothing of it is paid and kept
│   ├── InvoiceAsked          shop.invoice_asked         asked for before
│   ├── WrongInvoice          shop.wrong_invoice         data.state
│   ├── ChangedMeanwhile      shop.changed_meanwhile     read it again
│   ├── SkuTaken              shop.sku_taken             data.sku, .product_id
│   ├── BarcodeTaken          shop.barcode_taken         data.barcode, .product_id: in this shop
│   ├── OptionsTaken          shop.options_taken         another variant of the product is like that
│   ├── NothingToSell         shop.nothing_to_sell       on sale needs a variant: add one first, or hide it
│   ├── TooManyVariants       shop.too_many_variants     data.most
│   ├── TooManyPhotos         shop.too_many_photos       data.most
│   ├── NotEnoughStock        shop.not_enough_stock      data.variant_id, .on_hand, .held: held pieces can't go
│   ├── CampaignClosed        shop.campaign_closed       data.why: coupon_words.WhyClosed; nobody can claim
│   ├── CouponsGone           shop.coupons_gone          all are claimed
│   ├── CouponLimit           shop.coupon_limit          data.per_person: that many were claimed
│   ├── CampaignOut           shop.campaign_out          data.fields: people claimed it with these
│   ├── CampaignStays         shop.campaign_stays        data.state: that can't follow
│   ├── CouponNotUsable       shop.coupon_not_usable     data.coupon_id, .why: coupon_words.WhyNot, .words, .missing_fen
│   ├── CardTaken             shop.card_taken            that card is another coupon's, or the coupon has another card
│   └── TooLateToUndo         shop.too_late_to_undo      data.minutes
├── Limited
│   └── TooManyLapsed         shop.too_many_lapsed       data.retry_after_s: their unpaid orders kept goods from others
├── Forbidden
│   └── NotYourShop           shop.not_your_shop         that account works in other shops
└── Invalid
    ├── BadRequest            shop.bad_request           data.fields
    ├── BadSeal               shop.bad_seal              sealed for another key: fetch the key, seal again
    ├── BadBarcode            shop.bad_barcode           data.barcode: a slip in typing
    ├── BadCursor             shop.bad_cursor            of another list, or cut
    ├── UnknownPlace          shop.unknown_place         data.place
    ├── BadFlight             shop.bad_flight            not known, doesn't leave from here, or has left: data.words
    └── BadTaxNumber          shop.bad_tax_number        its check character doesn't fit
"""

from __future__ import annotations

from kernel.errors import Conflict, Forbidden, Invalid, Limited, NotFound

# --- catalogue


class MerchantNotFound(NotFound):
    code = "shop.merchant_not_found"


class ShopNotFound(NotFound):
    code = "shop.shop_not_found"


class ProductNotFound(NotFound):
    code = "shop.product_not_found"


class VariantNotFound(NotFound):
    code = "shop.variant_not_found"


class PhotoNotFound(NotFound):
    code = "shop.photo_not_found"


class ChangedMeanwhile(Conflict):
    code = "shop.changed_meanwhile"


class SkuTaken(Conflict):
    code = "shop.sku_taken"


class BarcodeTaken(Conflict):
    code = "shop.barcode_taken"


class OptionsTaken(Conflict):
    code = "shop.options_taken"


class NothingToSell(Conflict):
    code = "shop.nothing_to_sell"


class TooManyVariants(Conflict):
    code = "shop.too_many_variants"


class TooManyPhotos(Conflict):
    code = "shop.too_many_photos"


class NotEnoughStock(Conflict):
    code = "shop.not_enough_stock"


class NotYourShop(Forbidden):
    code = "shop.not_your_shop"


class BadRequest(Invalid):
    code = "shop.bad_request"


class BadSeal(Invalid):
    code = "shop.bad_seal"


class BadBarcode(Invalid):
    code = "shop.bad_barcode"


class BadCursor(Invalid):
    code = "shop.bad_cursor"


class UnknownPlace(Invalid):
    code = "shop.unknown_place"


# --- campaigns and coupons


class CampaignNotFound(NotFound):
    code = "shop.campaign_not_found"


class CouponNotFound(NotFound):
    code = "shop.coupon_not_found"


class CampaignClosed(Conflict):
    code = "shop.campaign_closed"


class CouponsGone(Conflict):
    code = "shop.coupons_gone"


class CouponLimit(Conflict):
    code = "shop.coupon_limit"


class CampaignOut(Conflict):
    code = "shop.campaign_out"


class CampaignStays(Conflict):
    code = "shop.campaign_stays"


class CouponNotUsable(Conflict):
    code = "shop.coupon_not_usable"


class CardTaken(Conflict):
    code = "shop.card_taken"


class TooLateToUndo(Conflict):
    code = "shop.too_late_to_undo"


# --- baskets, orders, parcels


class OrderNotFound(NotFound):
    code = "shop.order_not_found"


class ParcelNotFound(NotFound):
    code = "shop.parcel_not_found"


class LineNotFound(NotFound):
    code = "shop.line_not_found"


class AskNotFound(NotFound):
    code = "shop.ask_not_found"


class CaseNotFound(NotFound):
    code = "shop.case_not_found"


class InvoiceNotFound(NotFound):
    code = "shop.invoice_not_found"


class BasketFull(Conflict):
    code = "shop.basket_full"


class BasketEmpty(Conflict):
    code = "shop.basket_empty"


class QuoteChanged(Conflict):
    code = "shop.quote_changed"


class SoldOut(Conflict):
    code = "shop.sold_out"


class ShopClosed(Conflict):
    code = "shop.shop_closed"


class NotEligible(Conflict):
    code = "shop.not_eligible"


class TooLate(Conflict):
    code = "shop.too_late"


class TooManyHolds(Conflict):
    code = "shop.too_many_holds"


class TooManyLapsed(Limited):
    code = "shop.too_many_lapsed"


class HoldOver(Conflict):
    code = "shop.hold_over"


class WrongParcel(Conflict):
    code = "shop.wrong_parcel"


class WrongCode(Conflict):
    code = "shop.wrong_code"


class PassNotChecked(Conflict):
    code = "shop.pass_not_checked"


class AskOver(Conflict):
    code = "shop.ask_over"


class NotOffered(Conflict):
    code = "shop.not_offered"


class NotReturnable(Conflict):
    code = "shop.not_returnable"


class CaseOpen(Conflict):
    code = "shop.case_open"


class WrongCase(Conflict):
    code = "shop.wrong_case"


class TooMuch(Conflict):
    code = "shop.too_much"


class NotInvoiceable(Conflict):
    code = "shop.not_invoiceable"


class InvoiceAsked(Conflict):
    code = "shop.invoice_asked"


class WrongInvoice(Conflict):
    code = "shop.wrong_invoice"


class BadFlight(Invalid):
    code = "shop.bad_flight"


class BadTaxNumber(Invalid):
    code = "shop.bad_tax_number"
