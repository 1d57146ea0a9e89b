"""Counts of the runs of CronJobs that have failed, as Kubernetes tells."""
