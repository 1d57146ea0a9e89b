"""What is watched, and who is told: alarms, logs, the dashboard, the ways to people."""
