"""The rules: what may happen to tasks and conversations, and what is said when it may not."""
