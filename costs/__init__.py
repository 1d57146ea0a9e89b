"""Costs of an environment for a month: list prices with their sources, and what of it each resource has."""
