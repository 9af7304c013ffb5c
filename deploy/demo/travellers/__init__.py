"""Who flies in the demo: aircraft with their seats, and a passenger list for every departure.

    departures_of(itineraries, here, day)   what lists are made for
    departure.aircraft.configuration()      its seats, `ConfigurationSpecSchema` as JSON
    roll_of(departure)                      its list, as teletype and as JSON, with bookings worth trying
    changes_of(departure)                   what changes of it later, if anything does

All of it is made up, from chance that repeats itself: the same departure has the same people whenever it is asked.
Source: docs/sources/demo-travellers.md.
"""
