"""Tells the lead, then the CTO, of a page that is still on (contract ALM-17)."""
