"""What an environment costs a month: list prices with their sources, and what of it each resource has."""
