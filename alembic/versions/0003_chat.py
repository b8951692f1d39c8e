"""Answers stored as they are written, stopped turns, items that wait for the person's word, feedback, a chosen zone."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column("people", sa.Column("zone_chosen", sa.Boolean, server_default=sa.false(), nullable=False))
    op.add_column("turns", sa.Column("answer_seq", sa.Integer))
    op.add_column("turns", sa.Column("stop", sa.Boolean, server_default=sa.false(), nullable=False))
    _allow_statuses("'running', 'done', 'stopped', 'failed', 'interrupted'")
    op.create_index("turns_live", "turns", ["user_id", "lease_until"], postgresql_where=sa.text("status = 'running'"))
    op.add_column("items", sa.Column("state", sa.Text))
    op.add_column("items", sa.Column("feedback", sa.Text))
    op.create_check_constraint("items_state", "items", "state IN ('open', 'confirmed', 'declined', 'expired')")
    op.create_check_constraint("items_feedback", "items", "feedback IN ('positive', 'negative')")
    op.create_index("items_open", "items", ["user_id", "conversation_id"], postgresql_where=sa.text("state = 'open'"))
    op.create_index(
        "changes_of_turn", "changes", ["user_id", "turn_id"], postgresql_where=sa.text("turn_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("changes_of_turn", "changes")
    op.drop_index("items_open", "items")
    for column in ("feedback", "state"):
        op.drop_constraint(f"items_{column}", "items")
        op.drop_column("items", column)
    op.drop_index("turns_live", "turns")
    # The owner is bound by the policies too, and has none.
    op.execute("ALTER TABLE turns NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE turns SET status = 'done' WHERE status = 'stopped'")
    op.execute("ALTER TABLE turns FORCE ROW LEVEL SECURITY")
    _allow_statuses("'running', 'done', 'failed', 'interrupted'")
    op.drop_column("turns", "stop")
    op.drop_column("turns", "answer_seq")
    op.drop_column("people", "zone_chosen")


def _allow_statuses(statuses: str) -> None:
    op.drop_constraint("turns_status", "turns")
    op.create_check_constraint("turns_status", "turns", f"status IN ({statuses})")
