"""Rows in and out: the only place that speaks SQL."""
