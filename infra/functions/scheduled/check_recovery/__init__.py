"""Asks whether a recovery would work today (DR-3, ALM-13)."""
