"""The labelled set that matching is measured on: found items, reports, and which belongs to which.

bank.txt: what things are called and what is special about them, in words of both languages; writing.py: how staff
and travellers put that into sentences; world.py: who lost what, where and when, and what of it got into the records.
A fixed seed makes the set the same everywhere. The parts `train` and `held_out` share neither sentences nor the words
for a detail, and half of the details are in one of them only.
"""
