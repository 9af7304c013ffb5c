"""Who flies in the demo: aircraft with their seats, and a passenger list for every departure.

    departure_of(leg, serial)      what a list is made for
    configuration_of(departure)    `ConfigurationSpecSchema` as JSON
    roll_of(departure)             the list, as teletype and as JSON, and the bookings worth trying

All of it is made up, from chance that repeats itself: the same departure has the same people whenever it is asked.
Source: docs/sources/demo-travellers.md.
"""
