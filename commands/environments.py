"""The environment that a person names on a command line."""

from __future__ import annotations

from infra.configuration.environments import Environment
from infra.configuration.validation import nearest

# What people call environments elsewhere, and the name that it has here.
_ELSEWHERE = {"production": "prod", "development": "dev"}


def no_such_environment(name: str) -> str:
    """The refusal of a name that no environment has: those that there are, and the nearest of them."""
    near = nearest(name, [*Environment, *_ELSEWHERE])
    meant = _ELSEWHERE.get(near, near)
    # Whoever has added or taken away environments may call none of them as people do elsewhere.
    hint = f" Did you mean {meant}?" if meant in list(Environment) else ""
    return f"there is no environment {name!r}; there are: {', '.join(Environment)}.{hint}"
