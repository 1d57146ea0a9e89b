"""Reminders of credentials that end, and counts of overdue rotations (contract SEC-5, SEC-2)."""
