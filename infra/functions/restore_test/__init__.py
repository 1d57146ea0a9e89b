"""The weekly restore test: the database is restored, examined and removed (DR-4, ALM-14)."""
