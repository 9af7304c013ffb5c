"""Owns the airport's buses: lines, stops, timetables, fares, and the seats of every departure."""
