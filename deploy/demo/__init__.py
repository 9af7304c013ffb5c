"""A partner that plays an airport's life through the public partner API: `python -m deploy.demo`.

changsha                     today at Changsha: a plausible timetable of its real routes, played live
newark --day 2013-07-10      a real day of Newark, replayed on the accelerated clock
"""
