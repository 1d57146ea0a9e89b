"""The weekly restore test: the database is restored, examined, and removed again (contract DR-4)."""
