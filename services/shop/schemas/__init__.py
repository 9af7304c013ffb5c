"""FRONT DOOR: what the mall can be asked and answers, one file a subject.

vocabulary, categories    words that everything stands on
shops products browsing stock staff    the catalogue: for travellers, and for those who work in a shop
"""
