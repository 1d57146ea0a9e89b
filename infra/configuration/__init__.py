"""What the stack file and the system file say, checked and as plain data."""

from infra.configuration.both_files import Configuration, load_configuration

__all__ = ["Configuration", "load_configuration"]
