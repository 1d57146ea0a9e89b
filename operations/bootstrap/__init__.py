"""What an account needs before the first deployment: `make bootstrap` (docs/real-account.md)."""
