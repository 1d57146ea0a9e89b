"""Restores the database every week, looks at what has come back, and removes it again (contract DR-4)."""
