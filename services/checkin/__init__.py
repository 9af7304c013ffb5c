"""Owns online check-in: airlines' passenger lists, seats, boarding passes, and who went through the gate."""
