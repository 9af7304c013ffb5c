"""Starts, ships and operates the suite."""
