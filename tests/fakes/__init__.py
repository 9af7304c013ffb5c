"""Fakes with the shape of the real thing; the same suites run over both."""
