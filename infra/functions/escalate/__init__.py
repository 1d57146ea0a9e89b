"""Tells the lead, then the CTO, of a page that is still on (ALM-17)."""
