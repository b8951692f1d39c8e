"""The rules by which Citus distributes tables, read from the catalog (decision 0011)."""

import pytest

from tests.mcp_server.database import Addresses, command, own_database, run

OURS = "n.nspname = 'public' AND c.relname <> 'alembic_version'"
KEYS_WITHOUT_USER = f"""
SELECT i.indexrelid::regclass::text AS name FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OURS} AND (i.indisunique OR i.indisexclusion) AND NOT EXISTS (
  SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'user_id' AND a.attnum = ANY(i.indkey::int2[]))
"""
REFERENCES_PAST_USER = f"""
SELECT k.conname AS name FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OURS} AND k.contype = 'f' AND NOT EXISTS (
  SELECT FROM generate_subscripts(k.conkey, 1) i
  JOIN pg_attribute own ON own.attrelid = k.conrelid AND own.attnum = k.conkey[i]
  JOIN pg_attribute other ON other.attrelid = k.confrelid AND other.attnum = k.confkey[i]
  WHERE own.attname = 'user_id' AND other.attname = 'user_id')
"""
NOT_MOVED = f"""
SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OURS} AND c.relkind NOT IN ('r', 'i')
UNION SELECT t.tgname FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OURS} AND NOT t.tgisinternal
"""
POLICIES_WITH_SUBQUERIES = """
SELECT tablename || '.' || policyname AS name FROM pg_policies
WHERE concat(qual, with_check) LIKE '%SELECT%' ORDER BY 1
"""


def names(url: str, statement: str) -> list[str]:
    return [row["name"] for row in run(url, statement)]


def against_the_rules(url: str) -> list[str]:
    return names(url, KEYS_WITHOUT_USER) + names(url, REFERENCES_PAST_USER) + names(url, NOT_MOVED)


@pytest.mark.requirement("006/FR-060")
def test_every_key_and_reference_holds_the_user(owner_url: str) -> None:
    assert against_the_rules(owner_url) == []


@pytest.mark.requirement("006/FR-060")
def test_a_migration_that_broke_a_rule_would_be_found(owner_url: str, app_url: str) -> None:
    """The negative control."""
    with own_database(owner_url, app_url) as addresses:
        _harm(addresses)

        assert sorted(against_the_rules(addresses.owner)) == ["oracle", "past_user", "rows", "turns_alone"]


def _harm(addresses: Addresses) -> None:
    for statement in (
        "CREATE UNIQUE INDEX oracle ON turns (message_key)",
        "ALTER TABLE turns ADD CONSTRAINT turns_alone UNIQUE (id)",
        "ALTER TABLE items ADD CONSTRAINT past_user FOREIGN KEY (turn_id) REFERENCES turns (id)",
        "CREATE SEQUENCE rows",
    ):
        command(addresses.owner, statement)


@pytest.mark.requirement("006/FR-060")
def test_what_is_still_in_the_way_is_what_the_decision_says(owner_url: str) -> None:
    """Citus refuses a policy with a subquery; whoever takes them away takes the paragraph away too."""
    tables = names(owner_url, "SELECT tablename AS name FROM pg_policies WHERE policyname = 'own' ORDER BY 1")

    assert names(owner_url, POLICIES_WITH_SUBQUERIES) == sorted([*(f"{name}.own" for name in tables), "changes.purge"])
