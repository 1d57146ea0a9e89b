"""What outlives a mistake, and what outlives the region: backups, the replica and its network."""
