"""Data: PostgreSQL, Redis, buckets, and the entries of Secrets Manager."""
