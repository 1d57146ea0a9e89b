"""The stages of the platform: what belongs together, declared in one go, and what later stages need of it."""
