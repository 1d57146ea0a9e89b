"""Rotation of the keys that sign tokens (contract SEC-2, SEC-3)."""
