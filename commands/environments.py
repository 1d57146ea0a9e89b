"""The environment that a person names on a command line."""

from __future__ import annotations

from pathlib import Path

from infra.configuration.environments import Environment
from infra.configuration.file_names import stack_file_name
from infra.configuration.validation import nearest

_ROOT = Path(__file__).resolve().parent.parent

# What people call environments elsewhere, and the name that it has here.
_ELSEWHERE = {"production": "prod", "development": "dev"}


def no_such_environment(name: str) -> str:
    """The refusal of a name that no environment has: those that there are, and the nearest of them."""
    if name.isidentifier() and (_ROOT / stack_file_name(name)).is_file():
        file = stack_file_name(name)
        return (
            f"{file} is there, and {name} is no environment of the program yet; there are: "
            f"{', '.join(Environment)}. docs/extending.md, An environment, has what it takes."
        )
    near = nearest(name, [*Environment, *_ELSEWHERE])
    meant = _ELSEWHERE.get(near, near)
    # Whoever has added or taken away environments may call none of them as people do elsewhere.
    hint = f" Did you mean {meant}?" if meant in list(Environment) else ""
    return f"there is no environment {name!r}; there are: {', '.join(Environment)}.{hint}"
