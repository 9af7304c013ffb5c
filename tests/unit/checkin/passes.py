"""Boarding passes: public samples, one of ours, and who signs it."""

from __future__ import annotations

from services.checkin.bcbp import BoardingPass, Leg, PassSigner, PassVerifier

PUBLIC = {
    "mandatory": "M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 326J001A0025 100",
    "full": "M1DESMARAIS/LUC       EAB12C3 YULFRAAC 0834 326J003A0027 167>5321WW1325BAC 0014123456002001412346700100"
    "141234789012A0141234567890 1AC AC 1234567890123    4PCYLX58Z^108ABCDEFGH",
    "no_unique": "M1GRANDMAIRE/MELANIE  EABC123 GVACDGAF 0123 339C002F0025 130>5002A0571234567890  AF AF 12345678901"
    "23456    Y^108ABCDEFGH",
    "cut": "M1TEST/PETER          E24Z5RN AMSBRUKL 1733 019M008A0001 316>503  W0D0742497067621",
}
LEG = Leg("ABC123", "CSX", "PEK", "CZ", "3101", 327, "Y", "31A", "25", "1")
PASS = BoardingPass("ZHANG/SAN", (LEG,), issued="6326", issuer="CZ")
SIGNER = PassSigner("A", bytes(range(32)))
VERIFIER = PassVerifier({"A": SIGNER.public_key})
