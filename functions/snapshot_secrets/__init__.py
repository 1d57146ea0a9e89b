"""The weekly snapshot of all secrets (contract SEC-4, runbook 003)."""
