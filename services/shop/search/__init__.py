"""Search: products found by words of either language. A package that stands on its own.

    index_tables(metadata)       the tables of the index, for the migration of whoever uses it
    index = Index(connection)    in the caller's transaction; nothing is kept between two of them
    index.put(Item(…)); index.put_many(items); index.remove(id); index.touch({id: State(in_stock=False)})
    index.search(Query(text="lj lücha"))   Found(hits, total, facets, did_you_mean, cursor)
    index.similar(id, limit)               [Hit(id, score), …]
    index.outdated(limit)                  ids that an older version of the words wrote down: put them again

Call it once in a transaction, at its end. How it works and how good it is: docs/decisions/0080-catalogue-search.md.
"""

from services.shop.search.index import Index
from services.shop.search.item import BANDS, COUNTED, BadCursor, Facet, Found, Hit, Item, Query, State
from services.shop.search.tables import index_tables

__all__ = [
    "BANDS",
    "COUNTED",
    "BadCursor",
    "Facet",
    "Found",
    "Hit",
    "Index",
    "Item",
    "Query",
    "State",
    "index_tables",
]
