"""Calls between services on a real broker: what Nameko does by itself, and what the kernel makes of it."""
