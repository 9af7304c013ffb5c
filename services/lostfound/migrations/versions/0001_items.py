"""Desks, items, their custody, transfers, stock-takes, disposals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel import migrate
from kernel.tables import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.create_kernel_tables(op)
    _desks()
    _items()
    _about_items()
    _custody()
    _transfers()
    _stocktakes()
    _disposals()
    _custody_only_grows()


def _desks() -> None:
    op.create_table(
        "desks",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name_zh", sa.String(40), nullable=False),
        sa.Column("name_en", sa.String(60), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
    )
    op.create_table(
        "shelves",
        sa.Column("desk_id", sa.String(32), sa.ForeignKey("desks.id"), primary_key=True),
        sa.Column("code", sa.String(24), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
    )


def _items() -> None:
    op.create_table(
        "items",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.String(16), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("colours", sa.String(64), nullable=False),
        sa.Column("brand", sa.String(60), nullable=False),
        sa.Column("description", sa.String(1000), nullable=False),
        sa.Column("valuable", sa.Boolean, nullable=False),
        sa.Column("cash", sa.Text, nullable=False),
        sa.Column("counted_at", Instant),
        sa.Column("found_from", Instant, nullable=False),
        sa.Column("found_to", Instant, nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("place_note", sa.String(200), nullable=False),
        sa.Column("flight_id", sa.String(64)),
        sa.Column("seat", sa.String(4)),
        sa.Column("bus_departure_id", sa.String(80)),
        sa.Column("finder_kind", sa.String(16), nullable=False),
        sa.Column("personal_sealed", sa.Text),
        sa.Column("has_marks", sa.Boolean, nullable=False),
        sa.Column("has_serial", sa.Boolean, nullable=False),
        sa.Column("document_kind", sa.String(16)),
        sa.Column("serial_index", sa.String(80)),
        sa.Column("document_index", sa.String(80)),
        sa.Column("holder", sa.String(48), nullable=False),
        sa.Column("desk_id", sa.String(32), sa.ForeignKey("desks.id")),
        sa.Column("airline", sa.String(3)),
        sa.Column("shelf", sa.String(24)),
        sa.Column("registered_at", Instant, nullable=False),
        sa.Column("registered_by", sa.String(80), nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        sa.Column("rule", sa.String(16), nullable=False),
        sa.Column("keep_until", Instant, nullable=False),
        sa.Column("published_at", Instant),
        sa.Column("notice_until", Instant),
        sa.Column("due_told_at", Instant),
        sa.Column("missing_at", Instant),
        sa.Column("external_ref", sa.String(64), unique=True),
        sa.Column("custody_seq", sa.Integer, nullable=False),
        sa.Column("custody_hash", sa.String(64), nullable=False),
        sa.Column("closed_at", Instant),
        sa.CheckConstraint(
            "state IN ('stored', 'in_transfer', 'reserved', 'sent', 'returned', 'to_police', 'disposed', 'voided')",
            name="ck_items_state",
        ),
        sa.CheckConstraint(
            "(state IN ('stored', 'reserved') AND (holder LIKE 'desk:%' OR holder LIKE 'airline:%'))"
            " OR (state = 'in_transfer' AND holder LIKE 'transfer:%')"
            " OR (state = 'sent' AND holder LIKE 'courier:%')"
            " OR (state = 'returned' AND holder = 'owner') OR (state = 'to_police' AND holder = 'police')"
            " OR (state = 'disposed' AND holder = 'disposed') OR (state = 'voided' AND holder = 'void')",
            name="ck_items_holder",
        ),
        sa.CheckConstraint("holder NOT LIKE 'desk:%' OR holder = 'desk:' || desk_id", name="ck_items_desk"),
        sa.CheckConstraint("shelf IS NULL OR holder LIKE 'desk:%'", name="ck_items_shelf"),
        sa.CheckConstraint(
            "(state IN ('returned', 'to_police', 'disposed', 'voided')) = (closed_at IS NOT NULL)",
            name="ck_items_closed",
        ),
        sa.CheckConstraint("missing_at IS NULL OR closed_at IS NULL", name="ck_items_missing"),
        sa.CheckConstraint("(published_at IS NULL) = (notice_until IS NULL)", name="ck_items_notice"),
        sa.CheckConstraint("found_from <= found_to", name="ck_items_found"),
        sa.CheckConstraint("custody_seq >= 1", name="ck_items_custody"),
    )
    op.create_index("ix_items_desk_id", "items", ["desk_id", "id"])
    op.create_index("ix_items_category", "items", ["category", "id"])
    op.create_index("ix_items_registered_at", "items", ["registered_at"])
    _some("flight_id IS NOT NULL", "ix_items_flight_id", "items", "flight_id")
    _some("airline IS NOT NULL", "ix_items_airline", "items", "airline", "id")
    _some("serial_index IS NOT NULL", "ix_items_serial_index", "items", "serial_index")
    _some("document_index IS NOT NULL", "ix_items_document_index", "items", "document_index")
    _some("state = 'stored'", "ix_items_due", "items", "keep_until", "id")
    _some("closed_at IS NULL", "ix_items_open", "items", "id")
    _some("missing_at IS NOT NULL", "ix_items_missing", "items", "missing_at")
    _some("closed_at IS NOT NULL AND personal_sealed IS NOT NULL", "ix_items_forget", "items", "closed_at")


def _about_items() -> None:
    word = sa.String(24).with_variant(sa.String(24, collation="C"), "postgresql")
    op.create_table(
        "item_words",
        sa.Column("word", word, primary_key=True),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id"), primary_key=True),
    )
    op.create_index("ix_item_words_item_id", "item_words", ["item_id"])
    op.create_table(
        "item_photos",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id"), nullable=False),
        sa.Column("added_at", Instant, nullable=False),
        sa.Column("added_by", sa.String(80), nullable=False),
        sa.Column("thumbnail_sealed", sa.Text, nullable=False),
        sa.Column("jpeg_sealed", sa.Text, nullable=False),
    )
    op.create_index("ix_item_photos_item_id", "item_photos", ["item_id", "id"])


def _custody() -> None:
    op.create_table(
        "custody",
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("previous", sa.Integer),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("from_holder", sa.String(48)),
        sa.Column("to_holder", sa.String(48), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("witness", sa.String(80)),
        sa.Column("at", Instant, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("item_id", "seq", "to_holder", name="uq_custody_held"),
        sa.ForeignKeyConstraint(
            ["item_id", "previous", "from_holder"],
            ["custody.item_id", "custody.seq", "custody.to_holder"],
            name="fk_custody_previous",
        ),
        sa.CheckConstraint(
            "(seq = 1 AND previous IS NULL AND from_holder IS NULL AND kind = 'registered')"
            " OR (seq > 1 AND previous = seq - 1 AND from_holder IS NOT NULL AND kind <> 'registered')",
            name="ck_custody_seq",
        ),
        sa.CheckConstraint(
            "kind IN ('registered', 'moved_shelf', 'sent', 'accepted', 'missing', 'found_again', 'reserved', 'released',"
            " 'counted', 'handed_over', 'courier_took', 'came_back', 'to_police', 'disposed', 'voided', 'corrected')",
            name="ck_custody_kind",
        ),
        sa.CheckConstraint("witness IS NULL OR witness <> actor", name="ck_custody_two"),
        sa.CheckConstraint(
            "kind NOT IN ('counted', 'to_police', 'disposed') OR witness IS NOT NULL",
            name="ck_custody_witness",
        ),
    )


def _transfers() -> None:
    op.create_table(
        "transfers",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("from_holder", sa.String(48), nullable=False),
        sa.Column("to_desk", sa.String(32), sa.ForeignKey("desks.id"), nullable=False),
        sa.Column("carrier", sa.String(80), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("sent_at", Instant, nullable=False),
        sa.Column("sent_by", sa.String(80), nullable=False),
        sa.Column("accepted_at", Instant),
        sa.Column("accepted_by", sa.String(80)),
        sa.CheckConstraint("state IN ('under_way', 'accepted')", name="ck_transfers_state"),
        sa.CheckConstraint("(state = 'accepted') = (accepted_at IS NOT NULL)", name="ck_transfers_accepted"),
        sa.CheckConstraint("from_holder <> 'desk:' || to_desk", name="ck_transfers_elsewhere"),
    )
    op.create_index("ix_transfers_to_desk", "transfers", ["to_desk", "id"])
    op.create_index("ix_transfers_from_holder", "transfers", ["from_holder", "id"])
    op.create_table(
        "transfer_items",
        sa.Column("transfer_id", sa.String(32), sa.ForeignKey("transfers.id"), primary_key=True),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id"), primary_key=True),
        sa.Column("arrived_at", Instant),
    )
    _some("arrived_at IS NULL", "uq_transfer_items_under_way", "transfer_items", "item_id", unique=True)


def _stocktakes() -> None:
    op.create_table(
        "stocktakes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("desk_id", sa.String(32), sa.ForeignKey("desks.id"), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("begun_at", Instant, nullable=False),
        sa.Column("begun_by", sa.String(80), nullable=False),
        sa.Column("closed_at", Instant),
        sa.Column("closed_by", sa.String(80)),
        sa.CheckConstraint("state IN ('open', 'closed')", name="ck_stocktakes_state"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="ck_stocktakes_closed"),
    )
    op.create_index("ix_stocktakes_desk_id", "stocktakes", ["desk_id", "id"])
    _some("state = 'open'", "uq_stocktakes_open", "stocktakes", "desk_id", unique=True)
    op.create_table(
        "stocktake_lines",
        sa.Column("stocktake_id", sa.String(32), sa.ForeignKey("stocktakes.id"), primary_key=True),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id"), primary_key=True),
        sa.Column("shelf", sa.String(24)),
    )
    op.create_table(
        "stocktake_scans",
        sa.Column("stocktake_id", sa.String(32), sa.ForeignKey("stocktakes.id"), primary_key=True),
        sa.Column("number", sa.String(40), primary_key=True),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id")),
        sa.Column("shelf", sa.String(24)),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
    )
    op.create_table(
        "stocktake_differences",
        sa.Column("stocktake_id", sa.String(32), sa.ForeignKey("stocktakes.id"), primary_key=True),
        sa.Column("number", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id")),
        sa.Column("shelf_expected", sa.String(24)),
        sa.Column("shelf_found", sa.String(24)),
        sa.CheckConstraint(
            "kind IN ('missing', 'misplaced', 'unexpected', 'unknown')", name="ck_stocktake_differences_kind"
        ),
    )


def _disposals() -> None:
    op.create_table(
        "disposals",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("recipient", sa.String(120), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("proposed_at", Instant, nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("decided_by", sa.String(80)),
        sa.CheckConstraint("state IN ('proposed', 'confirmed', 'withdrawn')", name="ck_disposals_state"),
        sa.CheckConstraint(
            "way IN ('destroyed', 'donated', 'to_the_state', 'police')", name="ck_disposals_way"
        ),
        sa.CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="ck_disposals_decided"),
        sa.CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name="ck_disposals_two"),
    )
    op.create_index("ix_disposals_state", "disposals", ["state", "id"])
    op.create_table(
        "disposal_items",
        sa.Column("disposal_id", sa.String(32), sa.ForeignKey("disposals.id"), primary_key=True),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id"), primary_key=True),
        sa.Column("proposed", sa.Boolean, nullable=False),
    )
    op.create_index("ix_disposal_items_item_id", "disposal_items", ["item_id"])
    _some("proposed", "uq_disposal_items_proposed", "disposal_items", "item_id", unique=True)


def _custody_only_grows() -> None:
    """Whatever the code does, and whoever is at the database: a row that was written stays as it is."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION custody_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'custody only grows'; END $$"
        )
        op.execute(
            "CREATE TRIGGER custody_only_grows BEFORE UPDATE OR DELETE ON custody "
            "FOR EACH ROW EXECUTE FUNCTION custody_only_grows()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER custody_no_{change.lower()} BEFORE {change} ON custody "
            "BEGIN SELECT RAISE(ABORT, 'custody only grows'); END"
        )


def _some(where: str, name: str, table: str, *columns: str, unique: bool = False) -> None:
    """An index of some of the rows."""
    some = sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=some, postgresql_where=some)
