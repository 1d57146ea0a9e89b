"""Names of a checkout's files, and of keys in them."""

from __future__ import annotations

DEFAULT_FILE = "system.yaml"
NAMESPACE = "groundwork:"
# In a stack file: another system file than the default one.
SYSTEM_FILE_KEY = "systemFile"


def stack_file_name(environment: str) -> str:
    """The stack file of an environment, by its name in the checkout."""
    return f"Pulumi.{environment}.yaml"
