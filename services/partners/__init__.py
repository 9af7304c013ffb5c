"""Owns who our partners are (airlines, ground handlers, the airport's own systems): their secrets and signing keys, what
they may do, and the nonces of signed requests. Knows nothing of flights."""
