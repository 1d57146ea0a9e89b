"""Reminds of credentials that end, and counts rotations that are overdue (contract SEC-5, SEC-2)."""
