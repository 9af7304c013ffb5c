"""What the partner door reads from the environment, besides gateway.identity."""

from __future__ import annotations

from dataclasses import dataclass

from limits import parse

from kernel.config import setting


@dataclass(frozen=True)
class PartnerSettings:
    token_rate: str = setting(
        "PARTNER_TOKEN_RATE", "60/minute", about="requests for tokens that one address may make"
    )
    write_rate: str = setting("PARTNER_WRITE_RATE", "3000/minute", about="pushes that one partner may make")
    read_rate: str = setting("PARTNER_READ_RATE", "1200/minute", about="reads that one partner may make")

    gate_rate: str = setting(
        "PARTNER_GATE_RATE", "12000/minute", about="scans at gates that one partner may send"
    )

    def __post_init__(self) -> None:
        for rate in (self.token_rate, self.write_rate, self.read_rate, self.gate_rate):
            parse(rate)
