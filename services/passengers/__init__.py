"""Owns who our travellers are: their WeChat accounts, sessions, companions, identity documents, language and
consents; and what a person may ask about them: a copy of everything held, and its erasure everywhere."""
