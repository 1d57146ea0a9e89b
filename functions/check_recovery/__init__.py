"""The daily check whether a recovery would work (contract DR-3): the same questions as `recover check`."""
