"""Escalation of a page that is still on: to the lead, then to the CTO (contract ALM-17)."""
