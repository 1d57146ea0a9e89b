"""Restores the database every week, looks at what has come back, and removes it (DR-4, ALM-14)."""
