"""The embedded AWS on a port of this machine, for clients of every kind."""
