"""The weekly encrypted snapshot of all secrets, in the backups bucket (contract SEC-4)."""
