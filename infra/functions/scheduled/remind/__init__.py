"""Reminders of credentials that end, and counts of overdue rotations and copies out of step (ALM-15)."""
