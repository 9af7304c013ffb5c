"""A mall made up by templates, and searches whose right answers are known."""
