"""A measurement of how much of the newest data could not be restored."""
