"""What those who run the services see: traces, metrics, logs and the dashboard, from the real processes."""
