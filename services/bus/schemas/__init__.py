"""FRONT DOOR: the vocabularies of bus."""

from __future__ import annotations

from services.bus.schemas.vocabulary import MAX_SEATS, OrderState, Rider

__all__ = ["MAX_SEATS", "OrderState", "Rider"]
