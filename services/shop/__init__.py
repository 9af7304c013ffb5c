"""The mall: merchants, catalogue, stock, orders, coupons.

Not built yet: nothing starts it.
"""
