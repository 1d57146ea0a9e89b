"""Measures how old the newest time is that the database can be restored to: the RPO itself (ALM-13)."""
