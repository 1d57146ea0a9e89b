"""Backups on demand: `python -m operations backup`, and `backups`, which lists what one can go back to.

A backup is taken in parts (`parts.py`), each of which AWS is asked about before and after, so that the same
command goes on where it was interrupted. Its manifest (`manifest.py`) is written last: where there is one,
all is there, but for what the manifest itself says is missing.
"""
