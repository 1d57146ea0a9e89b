"""Commands that people run: `python -m operations`, with a Makefile target for each."""
