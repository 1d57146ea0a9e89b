"""One test of many things that are not known before it runs.

Parameters are made while tests are collected, by every process that runs some. What they take seconds to find
out, such as the alarms that the program declares, is asked for in the test instead.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest


def for_each(names: Callable[[], Iterable[str]]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator: the test's parameter `name` is each of these in turn, and all that fail are told.

    Args:
        names: gives them when the test runs.
    """

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        def test(**others: Any) -> None:
            wrong, looked_at = [], 0
            for name in names():
                looked_at += 1
                try:
                    check(name=name, **others)
                except AssertionError as error:
                    wrong.append(f"{name}: {error}")
            if not looked_at:
                pytest.fail("there is nothing to look at")
            if wrong:
                pytest.fail(f"{len(wrong)} of {looked_at}:\n" + "\n".join(wrong), pytrace=False)

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        test.__dict__.update(check.__dict__)  # marks that stand below
        signature = inspect.signature(check)
        kept = [each for each in signature.parameters.values() if each.name != "name"]
        test.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
        return test

    return decorate
