"""Reminds of credentials that end, and counts overdue rotations and copies out of step (ALM-15)."""
