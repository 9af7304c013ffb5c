"""Names: what airports, airlines and delay codes are called, and which texts find them.

    airport("PKX").city_zh            "北京"
    resolve_place("beijing")          {"PEK", "PKX"}
    resolve_airline("南航")           {"CZ"}
    keywords("CZ3101", (), "CZ", "CSX", "PEK")    ["n:cz3101", …, "t:beijing", …]
    conditions(parse("南航 长沙到北京"))            what a search means in codes, for an index

The tables are read when they are first asked for. Sources: docs/sources/names.md.
"""

from services.flights.names.airlines import AirlineName, airline, resolve_airline
from services.flights.names.delays import delay_reason
from services.flights.names.lookup import Condition, conditions, keywords
from services.flights.names.places import AirportName, airport, resolve_place

__all__ = [
    "AirlineName",
    "AirportName",
    "Condition",
    "airline",
    "airport",
    "conditions",
    "delay_reason",
    "keywords",
    "resolve_airline",
    "resolve_place",
]
