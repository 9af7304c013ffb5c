"""The operational flight window in memory: prebuilt bytes for the edge, entries for the doors."""

from gateway.cache.boards import Board, BoardKey, envelope
from gateway.cache.entry import FlightEntry
from gateway.cache.fanout import Fanout, Note, Subscription
from gateway.cache.flights import FlightCache
from gateway.cache.page import Page
from gateway.cache.search import SearchTerms

__all__ = [
    "Board",
    "BoardKey",
    "Fanout",
    "FlightCache",
    "FlightEntry",
    "Note",
    "Page",
    "SearchTerms",
    "Subscription",
    "envelope",
]
