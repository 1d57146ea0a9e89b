"""The true diff of a change: the base is deployed, and the working tree previewed on it."""
