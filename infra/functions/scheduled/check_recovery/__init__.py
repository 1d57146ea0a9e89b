"""The daily check whether a recovery would work (DR-3, ALM-13)."""
