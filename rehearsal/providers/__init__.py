"""Pulumi's provider protocol: what an embedded provider implements, and how the engine reaches it."""
