"""Escalation of a page that is still on: to the lead, then to the CTO (ALM-17)."""
