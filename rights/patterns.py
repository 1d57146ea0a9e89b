"""Texts with * and ?, as IAM compares them, and the variables that may stand in them.

Source: IAM user guide, "IAM JSON policy elements: Resource" and "IAM policy elements: Variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

# What a variable's value has is text alone, whatever it looks like: its wildcards are put in brackets.
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = {"*": "[*]", "?": "[?]", "$": "$"}
_ARN_PARTS = 6


def filled(pattern: str, keys: Mapping[str, str | list[str]]) -> str | None:
    """A pattern with its variables' values in it, for `matches`; None where the request has no such key.

    `keys` are the request's, with names in lower case.
    """
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        if match[1] in _LITERALS:
            return _LITERALS[match[1]]
        name, _, default = (part.strip() for part in match[1].partition(","))
        found = keys.get(name.lower(), default.strip("'") or None)
        if not isinstance(found, str):  # a key with several values stands in no variable
            missing = True
            return ""
        return re.sub(r"[*?]", lambda wildcard: f"[{wildcard[0]}]", found)

    text = _VARIABLE.sub(value, pattern)
    return None if missing else text


_WILDCARDS = {"[*]": r"\*", "[?]": r"\?", "*": ".*", "?": "."}


def _expression(pattern: str) -> str:
    parts = re.split(r"(\[\*\]|\[\?\]|\*|\?)", pattern)
    return "".join(_WILDCARDS.get(part, re.escape(part)) for part in parts)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_expression(pattern), re.DOTALL)


@lru_cache(maxsize=4096)
def _compiled_actions(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_expression, patterns)), re.DOTALL | re.IGNORECASE)


def matches(pattern: str, text: str) -> bool:
    """Whether a text is one of those that a pattern means."""
    return _compiled(pattern).fullmatch(text) is not None


def matches_any(patterns: tuple[str, ...], action: str) -> bool:
    """Whether an action is one of those that any of the patterns means; its case does not matter."""
    return _compiled_actions(patterns).fullmatch(action) is not None


def arn_matches(pattern: str, arn: str) -> bool:
    """The same of ARNs: each of the six parts between colons is compared by itself."""
    if pattern == "*":
        return True
    wanted, found = pattern.split(":", _ARN_PARTS - 1), arn.split(":", _ARN_PARTS - 1)
    return len(wanted) == len(found) == _ARN_PARTS and all(
        matches(one, other) for one, other in zip(wanted, found, strict=True)
    )
