"""People, tasks and conversations, each row behind row-level security."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: None = None
depends_on: None = None

TABLES = ("people", "tasks", "conversations", "turns", "items")
USER_ID = "user_id ~ '^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$'"
TIME = sa.DateTime(timezone=True)
NOW = sa.func.now()

ROLE = """
DO $$ BEGIN
  CREATE ROLE remit_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
EXCEPTION WHEN duplicate_object THEN NULL;  -- roles belong to the cluster, and outlive this database
END $$
"""
LIMITS = """
DO $$ BEGIN
  ALTER ROLE remit_app SET statement_timeout = '5s';
  ALTER ROLE remit_app SET idle_in_transaction_session_timeout = '10s';
END $$
"""
WHO = """
CREATE FUNCTION app_uid() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT NULLIF(current_setting('app.user_id', true), '') $$
"""
CANARY = """
DO $$ BEGIN
  PERFORM set_config('app.user_id', 'canary:rls', true);
  INSERT INTO people (user_id) VALUES ('canary:rls');
  PERFORM set_config('app.user_id', '', true);
END $$
"""


def upgrade() -> None:
    op.execute(ROLE)
    op.execute(LIMITS)
    op.execute(WHO)
    create_people_and_tasks()
    create_conversations()
    for table in TABLES:
        op.create_check_constraint(f"{table}_user_id", table, USER_ID)
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own ON {table}"
            " USING (user_id = (SELECT app_uid())) WITH CHECK (user_id = (SELECT app_uid()))"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO remit_app")
    op.execute("GRANT SELECT ON alembic_version TO remit_app")
    op.execute(CANARY)


def create_people_and_tasks() -> None:
    op.create_table(
        "people",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("time_zone", sa.Text),
        sa.Column("next_task", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
    )
    op.create_table(
        "tasks",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, server_default="", nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("due_at", sa.Time),
        sa.Column("priority", sa.Text),
        sa.Column("labels", postgresql.ARRAY(sa.Text), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("completed_at", TIME),
        sa.Column("deleted_at", TIME),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("updated_at", TIME, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["people.user_id"], ondelete="CASCADE", name="tasks_person"),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 200", name="tasks_title"),
        sa.CheckConstraint("length(notes) <= 4000", name="tasks_notes"),
        sa.CheckConstraint("priority IN ('low', 'medium', 'high')", name="tasks_priority"),
        sa.CheckConstraint("due_at IS NULL OR due_on IS NOT NULL", name="tasks_due"),
    )
    for name, columns, where in (
        ("tasks_open", ["due_on", "due_at", "id"], "completed_at IS NULL AND deleted_at IS NULL"),
        ("tasks_done", ["completed_at", "id"], "completed_at IS NOT NULL AND deleted_at IS NULL"),
        ("tasks_deleted", ["deleted_at", "id"], "deleted_at IS NOT NULL"),
    ):
        op.create_index(name, "tasks", ["user_id", *columns], postgresql_where=sa.text(where))


def create_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("title", sa.Text, server_default="", nullable=False),
        sa.Column("next_seq", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("updated_at", TIME, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["people.user_id"], ondelete="CASCADE", name="conversations_person"),
    )
    op.create_index("conversations_recent", "conversations", ["user_id", "updated_at", "id"])
    parent = (["user_id", "conversation_id"], ["conversations.user_id", "conversations.id"])
    op.create_table(
        "turns",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("message_key", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("request_hash", sa.Text, nullable=False),
        sa.Column("status", sa.Text, server_default="running", nullable=False),
        sa.Column("lease", sa.Uuid, nullable=False),
        sa.Column("lease_until", TIME, nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("finished_at", TIME),
        sa.ForeignKeyConstraint(*parent, ondelete="CASCADE", name="turns_conversation"),
        sa.UniqueConstraint("user_id", "message_key", name="turns_message_key"),
        sa.CheckConstraint("status IN ('running', 'done', 'failed', 'interrupted')", name="turns_status"),
    )
    live = sa.text("status = 'running'")
    op.create_index("turns_one_live", "turns", ["user_id", "conversation_id"], unique=True, postgresql_where=live)
    op.create_index("turns_latest", "turns", ["user_id", "conversation_id", "number"])
    op.create_table(
        "items",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("turn_id", sa.Uuid),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", postgresql.JSONB, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(*parent, ondelete="CASCADE", name="items_conversation"),
        sa.UniqueConstraint("user_id", "conversation_id", "id", name="items_id"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION app_uid()")
    op.execute("REVOKE ALL ON alembic_version FROM remit_app")
