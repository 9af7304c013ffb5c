"""Flights: the airport's flight legs, their times, resources and states, and every change of them.

Owns what airlines, handlers and the airport's own flight desk report about a leg, the rules by which
reports become one truth, the timetable, and the names by which people look flights up.
"""
