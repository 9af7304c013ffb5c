"""The search knows what is on offer; a brand's products are found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    deal = sa.Column(
        "deal", sa.Boolean, nullable=False, server_default=sa.false(), comment="it costs less now"
    )
    op.add_column("search_items", deal)
    op.execute(
        "UPDATE search_items SET deal = TRUE WHERE id IN (SELECT id FROM products WHERE saved_fen > 0)"
    )
    some = sa.text("state = 'on_sale'")
    op.create_index(
        "ix_products_brand",
        "products",
        ["brand", "popularity", "id"],
        sqlite_where=some,
        postgresql_where=some,
    )
