"""Asks every day whether a recovery would work (contract DR-3): the same questions as `recover check`."""
