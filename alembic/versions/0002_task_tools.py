"""Repetition, change sets, stored replies and rate limits; a role that sees only what is to be purged."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: None = None
depends_on: None = None

TABLES = ("changes", "change_rows", "replies", "rate_limits")
USER_ID = "user_id ~ '^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$'"
TIME = sa.DateTime(timezone=True)
NOW = sa.func.now()

PURGE_ROLE = """
DO $$ BEGIN
  CREATE ROLE remit_purge NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
EXCEPTION WHEN duplicate_object THEN NULL;  -- roles belong to the cluster, and outlive this database
END $$
"""
PURGED = {
    "tasks": "deleted_at < now() - interval '30 days'",
    "replies": "at < now() - interval '1 day'",
    "changes": "NOT EXISTS (SELECT FROM change_rows r WHERE r.user_id = changes.user_id AND r.change_id = changes.id)",
}
"""What the purging role may delete; it reads none of it."""
EARLIER_TABLES = ("people", "tasks", "conversations", "turns", "items")


def upgrade() -> None:
    for name, kind in (
        ("repeat", sa.Text),
        ("repeat_from", sa.Date),
        ("occurrence_on", sa.Date),
        ("occurrence_at", sa.Time),
        ("series", sa.Integer),
    ):
        op.add_column("tasks", sa.Column(name, kind))
    together = "num_nulls(repeat, repeat_from, occurrence_on, series) IN (0, 4)"
    op.create_check_constraint("tasks_repeat", "tasks", together)
    op.create_check_constraint("tasks_occurrence_at", "tasks", "occurrence_at IS NULL OR occurrence_on IS NOT NULL")
    op.create_unique_constraint("tasks_occurrence", "tasks", ["user_id", "series", "occurrence_on"])
    op.add_column("people", sa.Column("next_change", sa.Integer, server_default=sa.text("1"), nullable=False))
    create_changes()
    create_replies_and_limits()
    for table in EARLIER_TABLES:
        op.execute(f"ALTER POLICY own ON {table} TO remit_app")
    for table in TABLES:
        op.create_check_constraint(f"{table}_user_id", table, USER_ID)
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own ON {table} TO remit_app"
            " USING (user_id = (SELECT app_uid())) WITH CHECK (user_id = (SELECT app_uid()))"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO remit_app")
    let_purge()


def create_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", TIME, server_default=NOW, nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("tool", sa.Text, nullable=False),
        sa.Column("turn_id", sa.Uuid),
        sa.Column("undoes", sa.Integer),
        sa.Column("undone_by", sa.Integer),
        sa.ForeignKeyConstraint(["user_id"], ["people.user_id"], ondelete="CASCADE", name="changes_person"),
    )
    op.create_table(
        "change_rows",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("change_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("task_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True)),
        sa.Column("after", postgresql.JSONB, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "change_id"], ["changes.user_id", "changes.id"], ondelete="CASCADE", name="change_rows_change"
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "task_id"], ["tasks.user_id", "tasks.id"], ondelete="CASCADE", name="change_rows_task"
        ),
    )
    op.create_index("change_rows_of_task", "change_rows", ["user_id", "task_id", "change_id"])


def create_replies_and_limits() -> None:
    op.create_table(
        "replies",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("request_hash", sa.Text, nullable=False),
        sa.Column("result", postgresql.JSONB, nullable=False),
        sa.Column("at", TIME, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["people.user_id"], ondelete="CASCADE", name="replies_person"),
    )
    op.create_table(
        "rate_limits",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("bucket", sa.Text, primary_key=True),
        sa.Column("tat", TIME, nullable=False),
        prefixes=["UNLOGGED"],  # a crash of PostgreSQL may forgive what was counted
    )


def let_purge() -> None:
    op.execute(PURGE_ROLE)
    op.execute("GRANT remit_purge TO CURRENT_USER")
    for table, old in PURGED.items():
        op.execute(f"CREATE POLICY purge ON {table} FOR DELETE TO remit_purge USING ({old})")
        op.execute(f"GRANT DELETE ON {table} TO remit_purge")
    # Whether a change set has rows left, and not what is in them.
    op.execute("CREATE POLICY purge ON change_rows FOR SELECT TO remit_purge USING (true)")
    op.execute("GRANT SELECT (user_id, change_id) ON change_rows TO remit_purge")
    op.execute("GRANT SELECT (user_id, id) ON changes TO remit_purge")


def downgrade() -> None:
    for table in ("tasks", "changes"):  # the one on changes looks into another table
        op.execute(f"DROP POLICY purge ON {table}")
    op.execute("REVOKE ALL ON tasks FROM remit_purge")
    for table in ("change_rows", "changes", "replies", "rate_limits"):
        op.drop_table(table)
    for table in EARLIER_TABLES:
        op.execute(f"ALTER POLICY own ON {table} TO PUBLIC")
    op.drop_column("people", "next_change")
    op.drop_constraint("tasks_occurrence", "tasks")
    for name in ("tasks_occurrence_at", "tasks_repeat"):
        op.drop_constraint(name, "tasks")
    for name in ("series", "occurrence_at", "occurrence_on", "repeat_from", "repeat"):
        op.drop_column("tasks", name)
