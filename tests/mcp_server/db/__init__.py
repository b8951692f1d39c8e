"""Tests of the schema and of what the serving role can reach."""
