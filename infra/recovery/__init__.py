"""Backups, the replica and its network: what outlives a mistake, and the loss of the region."""
