"""Everything on one machine: an embedded PostgreSQL, keys, migrations and all processes, in one terminal."""
