"""The backup account: what copies of an environment are in when its own account is emptied or closed."""
