"""Rotation of secrets: a function for each kind, which Secrets Manager calls (SEC-2, ALM-15)."""
