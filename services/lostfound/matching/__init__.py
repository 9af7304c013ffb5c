"""Matching: whose lost thing is this found one? A package that stands on its own.

    index_tables(metadata)                        the tables of the index, for the migration of whoever uses it
    index = Index(connection, key=…, topology=…)  in the caller's transaction; nothing is kept between two of them
    index.put(Thing(…)); index.remove(id)
    index.match(thing)                            [Match(id, probability, reasons), …], likeliest first

Words of both languages meet in the lexicon (lexicon/*.txt), places in the topology that is handed in, and what is
written down in the index are keyed hashes of words: whoever reads the tables reads no mark.
How it works and how good it is: docs/decisions/0072-matching.md.
"""

from services.lostfound.matching.index import Index
from services.lostfound.matching.tables import index_tables
from services.lostfound.matching.thing import Match, Reason, Side, Thing
from services.lostfound.matching.topology import Topology

__all__ = ["Index", "Match", "Reason", "Side", "Thing", "Topology", "index_tables"]
