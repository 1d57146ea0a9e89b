"""The stack file and the system file, checked and as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infra.configuration.both_files import Configuration, load_configuration

__all__ = ["Configuration", "load_configuration"]


def __getattr__(name: str) -> Any:
    """Both, when they are asked for: the commands' --help needs the names of the environments alone."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from infra.configuration import both_files

    return getattr(both_files, name)
