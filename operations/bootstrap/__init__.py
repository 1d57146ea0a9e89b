"""`make bootstrap`: everything that an account needs before the first deployment (docs/real-account.md)."""
