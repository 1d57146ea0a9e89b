"""Rotation of the application's password for PostgreSQL (contract SEC-2, SEC-3)."""
