"""`make bench`: measure everything in one run, print one table, keep it in docs/benchmarks.md.

python -m tests.bench [--seconds 3] [--print-only]
"""

from __future__ import annotations

import argparse

from tests.bench import (
    bus_orders,
    bus_tickets,
    check_in_at_once,
    gate,
    lost_matching,
    sections,
    shop_orders,
    shop_search,
    stack,
)
from tests.bench.report import PAGE, Section, render


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the suite against its references.")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each single run")
    parser.add_argument("--print-only", action="store_true", help="leave docs/benchmarks.md as it is")
    options = parser.parse_args()
    found: list[Section] = []
    for title, measure in (
        ("reads at the edge", lambda: [sections.at_the_edge(options.seconds)]),
        ("the whole suite", lambda: stack.measure(options.seconds)),
        ("a service's messages", lambda: [sections.a_services_messages(options.seconds)]),
        ("the use case alone", lambda: [sections.the_use_case_alone()]),
        ("bus orders", lambda: [bus_orders.measure(options.seconds)]),
        ("bus tickets", lambda: [bus_tickets.measure()]),
        ("search", lambda: [sections.search()]),
        ("check-in when everybody comes", lambda: [check_in_at_once.section()]),
        ("the gate", lambda: [gate.section()]),
        ("lost and found", lost_matching.sections),
        ("the mall's orders", lambda: shop_orders.measure(options.seconds)),
        ("the mall's search", lambda: [shop_search.section()]),
        ("start", lambda: [sections.start()]),
    ):
        print(f"measuring {title} …", flush=True)
        found += measure()
    text = render(found)
    print(text)
    if not options.print_only:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
