"""The demo's mall: shops, goods and coupon campaigns as tables one can read, and pictures drawn for each product."""
