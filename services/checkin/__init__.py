"""Online check-in: passenger lists, seats, boarding passes.

Not built yet: nothing starts it.
"""
