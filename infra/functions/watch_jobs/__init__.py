"""Asks Kubernetes how the runs of CronJobs end, and counts those that have failed (ALM-6)."""
