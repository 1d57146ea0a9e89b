"""Rotation of the application's password for Redis (contract SEC-2, SEC-3)."""
