"""The cluster, and what runs in it."""
