"""A case about what was wholly paid by a coupon is accepted without money."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ACCEPTED = (
    "(state IN ('accepted', 'refunded') AND (refund_fen > 0 OR asked_fen = 0))"
    " OR (state NOT IN ('accepted', 'refunded') AND refund_fen = 0)"
)


def upgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.drop_constraint("ck_cases_accepted", type_="check")
        cases.create_check_constraint("ck_cases_accepted", _ACCEPTED)
