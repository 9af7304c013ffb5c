"""Measured side by side in one run; never an assertion on absolute time. `make bench` prints and keeps the table."""
