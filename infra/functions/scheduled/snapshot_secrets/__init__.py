"""Takes an encrypted snapshot of all secrets into the backups bucket (contract SEC-4)."""
