"""Everyday requests and what satisfies them, for the offline assistant and for any configured model."""
