"""Answers stored as they are written, stopped turns, items that wait for the person's word, feedback, a chosen zone."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: None = None
depends_on: None = None


STATUSES = "'running', 'done', 'stopped', 'failed', 'interrupted'"
EARLIER_STATUSES = "'running', 'done', 'failed', 'interrupted'"


def upgrade() -> None:
    """Every step may be repeated: what stands beside the traffic is not in one transaction with what stands before."""
    for table, column, kind in (
        ("people", "zone_chosen", "boolean DEFAULT false NOT NULL"),
        ("turns", "answer_seq", "integer"),
        ("turns", "stop", "boolean DEFAULT false NOT NULL"),
        ("items", "state", "text"),
        ("items", "feedback", "text"),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column} {kind}")
    checks = (
        ("turns_status", "turns", f"status IN ({STATUSES})"),
        ("items_state", "items", "state IN ('open', 'confirmed', 'declined', 'expired')"),
        ("items_feedback", "items", "feedback IN ('positive', 'negative')"),
    )
    for name, table, rule in checks:  # not valid: the rows that are there are looked at beside the traffic
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({rule}) NOT VALID")
    with _beside_traffic():
        for name, table, _ in checks:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
        _index("turns_live", "turns", ["user_id", "lease_until"], "status = 'running'")
        _index("items_open", "items", ["user_id", "conversation_id"], "state = 'open'")
        _index("changes_of_turn", "changes", ["user_id", "turn_id"], "turn_id IS NOT NULL")


@contextmanager
def _beside_traffic() -> Iterator[None]:
    """Run statements that let everybody read and write meanwhile; they may wait for old transactions without harm."""
    bound = op.get_bind().exec_driver_sql("SHOW lock_timeout").scalar_one()
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        yield
        op.execute(f"SET lock_timeout = '{bound}'")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    """Build an index; what an attempt that ended half-way left behind is invalid, and removed first."""
    op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
    op.create_index(name, table, columns, postgresql_where=sa.text(where), postgresql_concurrently=True)


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
    op.drop_constraint("turns_status", "turns")
    op.create_check_constraint("turns_status", "turns", f"status IN ({EARLIER_STATUSES})")
    op.drop_column("turns", "stop")
    op.drop_column("turns", "answer_seq")
    op.drop_column("people", "zone_chosen")
