"""`make run`: the whole suite on one machine, started in order, watched, and stopped without a trace.

options      what the person asked for: airport, folder, port, one process or several, which demo
preflight    what must be true before anything starts: one copy, disk, port
secrets      keys made once and kept
supervisor   children: started, restarted with backoff, stopped
suite        the order of things
"""
