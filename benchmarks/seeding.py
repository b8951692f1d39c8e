"""Fills a database with other people, each with tasks, a conversation and what was done: one statement a table."""

import asyncpg

TASKS_EACH = 10
"""As it is written out below."""
SEED_SECONDS = 600

# $1 is how many people there are; person n has what md5(n) names. Nothing but the statements travels.
OTHERS = (
    """
INSERT INTO people (user_id, next_task, next_change)
SELECT 'person-' || n, 11, 2 FROM generate_series(1, $1::int) n
""",
    """
INSERT INTO tasks (user_id, id, title, due_on, completed_at, deleted_at)
SELECT
  'person-' || n, t, 'task number ' || t, DATE '2026-01-01' + t,
  CASE t WHEN 8 THEN now() END, CASE t WHEN 9 THEN now() END
FROM generate_series(1, $1::int) n, generate_series(1, 10) t
""",
    """
INSERT INTO changes (user_id, id, client, tool)
SELECT 'person-' || n, 1, 'web', 'add_tasks' FROM generate_series(1, $1::int) n
""",
    """
INSERT INTO change_rows (user_id, change_id, task_id, after)
SELECT 'person-' || n, 1, 1, '{"title": "task number 1", "notes": "", "labels": [], "due_on": "2026-01-02"}'
FROM generate_series(1, $1::int) n
""",
    """
INSERT INTO replies (user_id, key, request_hash, result)
SELECT 'person-' || n, 'key:' || md5(n::text), '', '{"added": [{"id": "t1", "title": "task number 1"}]}'
FROM generate_series(1, $1::int) n
""",
    """
INSERT INTO rate_limits (user_id, bucket, tat)
SELECT 'person-' || n, 'tools:web', now() FROM generate_series(1, $1::int) n
""",
    """
INSERT INTO conversations (user_id, id, title, next_seq)
SELECT 'person-' || n, md5(n::text)::uuid, 'talk', 3 FROM generate_series(1, $1::int) n
""",
    """
INSERT INTO items (user_id, conversation_id, seq, id, kind, data, created_at)
SELECT 'person-' || n, md5(n::text)::uuid, i, 'item_' || i, 'user_message', '{"content": []}', now()
FROM generate_series(1, $1::int) n, generate_series(1, 2) i
""",
    """
INSERT INTO turns
  (user_id, id, conversation_id, number, message_key, message_id, request_hash, status, lease, lease_until)
SELECT 'person-' || n, md5(n::text)::uuid, md5(n::text)::uuid, 1, 'key', 'item_1', '', 'done', md5(n::text)::uuid, now()
FROM generate_series(1, $1::int) n
""",
)


async def seed_others(owner_url: str, people: int) -> None:
    """Add so many people, as a superuser, and let the planner know of all that is there."""
    connection = await asyncpg.connect(owner_url, command_timeout=SEED_SECONDS)
    try:
        # Whom row-level security does not bind. What a row refers to is there, and need not be looked up for each.
        await connection.execute("SET session_replication_role = replica")
        for statement in OTHERS:
            await connection.execute(statement, people)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
