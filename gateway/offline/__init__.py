"""The assistant without a key: everyday English by rules, over the same tools and the same agent loop."""
