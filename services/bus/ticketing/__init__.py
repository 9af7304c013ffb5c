"""FRONT DOOR: bus tickets as short texts that prove themselves; whoever has the public keys needs no network.

    text = TicketSigner(1, seed).sign(ticket)          at the service, which alone has the seed
    ticket = TicketReader({1: public_key}).read(text)  anywhere; raises NotATicket
    judge(ticket, departure_id, revoked)               whether its bearer may get on this bus

Source: docs/sources/bus-tickets.md.
"""

from __future__ import annotations

from services.bus.ticketing.tickets import (
    NotATicket,
    Reason,
    Ticket,
    TicketReader,
    TicketSigner,
    Verdict,
    judge,
)

__all__ = ["NotATicket", "Reason", "Ticket", "TicketReader", "TicketSigner", "Verdict", "judge"]
