"""The mall: merchants, catalogue, stock, orders, coupons."""
