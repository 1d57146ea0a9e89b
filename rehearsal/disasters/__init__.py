"""Disasters that are rehearsed: something is really broken, and the command of the day brings it back."""
