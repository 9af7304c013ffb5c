"""Owns who works at the airport's desks: accounts, roles, passwords, second factors, sessions, and the trail of who did
what. Knows nothing of the desks themselves."""
