"""Monitoring: alarms, logs, the dashboard, and the ways to people."""
