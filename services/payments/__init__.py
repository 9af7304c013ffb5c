"""Owns the money: what is asked of travellers for their orders, what they paid, what went back, and one ledger for all
services. Knows nothing of what is sold."""
