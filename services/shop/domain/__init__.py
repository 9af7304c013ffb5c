"""The mall's rules. No clock, no database."""
