"""Coupons in the wallet: made by the account, taken by a user with a signed cardExt, used once.

desk     what WeChat's servers do: /card of the API, the wallet, pushed events
forms    what a card must look like
signed   what a page must have signed
"""

from deploy.sandbox.cards.desk import Cards
from deploy.sandbox.cards.signed import CardRefused

__all__ = ["CardRefused", "Cards"]
