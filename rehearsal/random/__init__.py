"""Embedded provider of the package `random` (pulumi-random 4.21): names, passwords and numbers.

Everything that the official provider does happens in the provider itself, so this one really does
it too. Defaults, limits and ids are those that the SDK documents. One thing differs: `seed` gives
the same value at every run, but not the value that the official provider gives for that seed.
"""

from rehearsal.random.provider import RandomProvider

__all__ = ["RandomProvider"]
