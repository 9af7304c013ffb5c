"""The tables of items: desks, custody, transfers, stock-takes, disposals. Reports and claims: claim_tables.

What is personal is sealed, bound to its row's id.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from kernel.tables import Instant, kernel_tables


def _some(where: str, name: str, *columns: str, unique: bool = False) -> Index:
    """An index of some of the rows."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


# Beginnings of words are found in an index whose order is that of characters, not of a language.
_WORD: Final = String(24).with_variant(String(24, collation="C"), "postgresql")

metadata = MetaData()
kernel_tables(metadata)

DESKS: Final = Table(
    "desks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name_zh", String(40), nullable=False),
    Column("name_en", String(60), nullable=False),
    Column("place", String(64), nullable=False),
)

SHELVES: Final = Table(
    "shelves",
    metadata,
    Column("desk_id", String(32), ForeignKey("desks.id"), primary_key=True),
    Column("code", String(24), primary_key=True),
    Column("position", Integer, nullable=False),
)

# holder: who has it; desk_id: the desk that has it, or had it last. colours: codes with commas; cash: JSON. custody_seq,
# custody_hash: its last row of custody, so that rows can't be cut off the end. serial_index, document_index: keyed hashes.
ITEMS: Final = Table(
    "items",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("category", String(32), nullable=False),
    Column("colours", String(64), nullable=False),
    Column("brand", String(60), nullable=False),
    Column("description", String(1000), nullable=False),
    Column("valuable", Boolean, nullable=False),
    Column("cash", Text, nullable=False),
    Column("counted_at", Instant),
    Column("found_from", Instant, nullable=False),
    Column("found_to", Instant, nullable=False),
    Column("place", String(64), nullable=False),
    Column("place_note", String(200), nullable=False),
    Column("flight_id", String(64)),
    Column("seat", String(4)),
    Column("bus_departure_id", String(80)),
    Column("finder_kind", String(16), nullable=False),
    Column("personal_sealed", Text),
    Column("has_marks", Boolean, nullable=False),
    Column("has_serial", Boolean, nullable=False),
    Column("document_kind", String(16)),
    Column("serial_index", String(80)),
    Column("document_index", String(80)),
    Column("holder", String(48), nullable=False),
    Column("desk_id", String(32), ForeignKey("desks.id")),
    Column("airline", String(3)),
    Column("shelf", String(24)),
    Column("registered_at", Instant, nullable=False),
    Column("registered_by", String(80), nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("rule", String(16), nullable=False),
    Column("keep_until", Instant, nullable=False),
    Column("published_at", Instant),
    Column("notice_until", Instant),
    Column("due_told_at", Instant),
    Column("missing_at", Instant),
    Column("external_ref", String(64), unique=True),
    Column("custody_seq", Integer, nullable=False),
    Column("custody_hash", String(64), nullable=False),
    Column("closed_at", Instant),
    CheckConstraint(
        "state IN ('stored', 'in_transfer', 'reserved', 'sent', 'returned', 'to_police', 'disposed', 'voided')",
        name="ck_items_state",
    ),
    # An item in a state is with whom that state says: no update may change the one without the other.
    CheckConstraint(
        "(state IN ('stored', 'reserved') AND (holder LIKE 'desk:%' OR holder LIKE 'airline:%'))"
        " OR (state = 'in_transfer' AND holder LIKE 'transfer:%')"
        " OR (state = 'sent' AND holder LIKE 'courier:%')"
        " OR (state = 'returned' AND holder = 'owner') OR (state = 'to_police' AND holder = 'police')"
        " OR (state = 'disposed' AND holder = 'disposed') OR (state = 'voided' AND holder = 'void')",
        name="ck_items_holder",
    ),
    CheckConstraint("holder NOT LIKE 'desk:%' OR holder = 'desk:' || desk_id", name="ck_items_desk"),
    CheckConstraint("shelf IS NULL OR holder LIKE 'desk:%'", name="ck_items_shelf"),
    CheckConstraint(
        "(state IN ('returned', 'to_police', 'disposed', 'voided')) = (closed_at IS NOT NULL)",
        name="ck_items_closed",
    ),
    CheckConstraint("missing_at IS NULL OR closed_at IS NULL", name="ck_items_missing"),
    CheckConstraint("(published_at IS NULL) = (notice_until IS NULL)", name="ck_items_notice"),
    CheckConstraint("found_from <= found_to", name="ck_items_found"),
    CheckConstraint("custody_seq >= 1", name="ck_items_custody"),
    Index("ix_items_desk_id", "desk_id", "id"),
    Index("ix_items_category", "category", "id"),
    Index("ix_items_registered_at", "registered_at"),
    _some("flight_id IS NOT NULL", "ix_items_flight_id", "flight_id"),
    _some("airline IS NOT NULL", "ix_items_airline", "airline", "id"),
    _some("serial_index IS NOT NULL", "ix_items_serial_index", "serial_index"),
    _some("document_index IS NOT NULL", "ix_items_document_index", "document_index"),
    # What is due is asked of what is here only: returned items, in time most of all, aren't in it.
    _some("state = 'stored'", "ix_items_due", "keep_until", "id"),
    _some("closed_at IS NULL", "ix_items_open", "id"),
    _some("missing_at IS NOT NULL", "ix_items_missing", "missing_at"),
    _some("closed_at IS NOT NULL AND personal_sealed IS NOT NULL", "ix_items_forget", "closed_at"),
)

# Words and pairs of Chinese characters by which staff find items.
ITEM_WORDS: Final = Table(
    "item_words",
    metadata,
    Column("word", _WORD, primary_key=True),
    Column("item_id", String(32), ForeignKey("items.id"), primary_key=True),
    Index("ix_item_words_item_id", "item_id"),
)

ITEM_PHOTOS: Final = Table(
    "item_photos",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("item_id", String(32), ForeignKey("items.id"), nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("added_by", String(80), nullable=False),
    Column("thumbnail_sealed", Text, nullable=False),
    Column("jpeg_sealed", Text, nullable=False),
    Index("ix_item_photos_item_id", "item_id", "id"),
)

# Only grows: triggers refuse every change. A row starts where the one before it ended, because it refers to that row by
# its number and its holder.
CUSTODY: Final = Table(
    "custody",
    metadata,
    Column("item_id", String(32), ForeignKey("items.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("previous", Integer),
    Column("kind", String(16), nullable=False),
    Column("from_holder", String(48)),
    Column("to_holder", String(48), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("witness", String(80)),
    Column("at", Instant, nullable=False),
    Column("note", String(200), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("item_id", "seq", "to_holder", name="uq_custody_held"),
    ForeignKeyConstraint(
        ["item_id", "previous", "from_holder"],
        ["custody.item_id", "custody.seq", "custody.to_holder"],
        name="fk_custody_previous",
    ),
    CheckConstraint(
        "(seq = 1 AND previous IS NULL AND from_holder IS NULL AND kind = 'registered')"
        " OR (seq > 1 AND previous = seq - 1 AND from_holder IS NOT NULL AND kind <> 'registered')",
        name="ck_custody_seq",
    ),
    CheckConstraint(
        "kind IN ('registered', 'moved_shelf', 'sent', 'accepted', 'missing', 'found_again', 'reserved', 'released',"
        " 'counted', 'handed_over', 'courier_took', 'came_back', 'to_police', 'disposed', 'voided', 'corrected')",
        name="ck_custody_kind",
    ),
    # Two people are two people.
    CheckConstraint("witness IS NULL OR witness <> actor", name="ck_custody_two"),
    CheckConstraint(
        "kind NOT IN ('counted', 'to_police', 'disposed') OR witness IS NOT NULL", name="ck_custody_witness"
    ),
)

TRANSFERS: Final = Table(
    "transfers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("from_holder", String(48), nullable=False),
    Column("to_desk", String(32), ForeignKey("desks.id"), nullable=False),
    Column("carrier", String(80), nullable=False),
    Column("note", String(200), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("sent_by", String(80), nullable=False),
    Column("accepted_at", Instant),
    Column("accepted_by", String(80)),
    CheckConstraint("state IN ('under_way', 'accepted')", name="ck_transfers_state"),
    CheckConstraint("(state = 'accepted') = (accepted_at IS NOT NULL)", name="ck_transfers_accepted"),
    CheckConstraint("from_holder <> 'desk:' || to_desk", name="ck_transfers_elsewhere"),
    Index("ix_transfers_to_desk", "to_desk", "id"),
    Index("ix_transfers_from_holder", "from_holder", "id"),
)

TRANSFER_ITEMS: Final = Table(
    "transfer_items",
    metadata,
    Column("transfer_id", String(32), ForeignKey("transfers.id"), primary_key=True),
    Column("item_id", String(32), ForeignKey("items.id"), primary_key=True),
    Column("arrived_at", Instant),
    # An item is under way once.
    _some("arrived_at IS NULL", "uq_transfer_items_under_way", "item_id", unique=True),
)

STOCKTAKES: Final = Table(
    "stocktakes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("desk_id", String(32), ForeignKey("desks.id"), nullable=False),
    Column("state", String(8), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("begun_by", String(80), nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", String(80)),
    CheckConstraint("state IN ('open', 'closed')", name="ck_stocktakes_state"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="ck_stocktakes_closed"),
    _some("state = 'open'", "uq_stocktakes_open", "desk_id", unique=True),
    Index("ix_stocktakes_desk_id", "desk_id", "id"),
)

# What was on the books when it began.
STOCKTAKE_LINES: Final = Table(
    "stocktake_lines",
    metadata,
    Column("stocktake_id", String(32), ForeignKey("stocktakes.id"), primary_key=True),
    Column("item_id", String(32), ForeignKey("items.id"), primary_key=True),
    Column("shelf", String(24)),
)

STOCKTAKE_SCANS: Final = Table(
    "stocktake_scans",
    metadata,
    Column("stocktake_id", String(32), ForeignKey("stocktakes.id"), primary_key=True),
    Column("number", String(40), primary_key=True),
    Column("item_id", String(32), ForeignKey("items.id")),
    Column("shelf", String(24)),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
)

STOCKTAKE_DIFFERENCES: Final = Table(
    "stocktake_differences",
    metadata,
    Column("stocktake_id", String(32), ForeignKey("stocktakes.id"), primary_key=True),
    Column("number", String(40), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("item_id", String(32), ForeignKey("items.id")),
    Column("shelf_expected", String(24)),
    Column("shelf_found", String(24)),
    CheckConstraint(
        "kind IN ('missing', 'misplaced', 'unexpected', 'unknown')", name="ck_stocktake_differences_kind"
    ),
)

DISPOSALS: Final = Table(
    "disposals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("way", String(16), nullable=False),
    Column("recipient", String(120), nullable=False),
    Column("note", String(200), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("proposed_by", String(80), nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", String(80)),
    CheckConstraint("state IN ('proposed', 'confirmed', 'withdrawn')", name="ck_disposals_state"),
    CheckConstraint("way IN ('destroyed', 'donated', 'to_the_state', 'police')", name="ck_disposals_way"),
    CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="ck_disposals_decided"),
    CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name="ck_disposals_two"),
    Index("ix_disposals_state", "state", "id"),
)

DISPOSAL_ITEMS: Final = Table(
    "disposal_items",
    metadata,
    Column("disposal_id", String(32), ForeignKey("disposals.id"), primary_key=True),
    Column("item_id", String(32), ForeignKey("items.id"), primary_key=True),
    Column("proposed", Boolean, nullable=False),
    Index("ix_disposal_items_item_id", "item_id"),
    # An item waits for one decision at a time.
    _some("proposed", "uq_disposal_items_proposed", "item_id", unique=True),
)
