"""What people run: one command line, `python -m operations`, with a Makefile target for each command."""
