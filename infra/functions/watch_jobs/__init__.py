"""Counts of the runs of CronJobs that have failed, asked of Kubernetes (ALM-6)."""
