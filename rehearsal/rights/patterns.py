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


@lru_cache(maxsize=4096)
def _compiled(pattern: str, ignoring_case: bool) -> re.Pattern[str]:
    parts = re.split(r"(\[\*\]|\[\?\]|\*|\?)", pattern)
    translated = {"[*]": r"\*", "[?]": r"\?", "*": ".*", "?": "."}
    expression = "".join(translated.get(part, re.escape(part)) for part in parts)
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignoring_case else 0))


def matches(pattern: str, text: str, *, ignoring_case: bool = False) -> bool:
    """Whether a text is one of those that a pattern means."""
    return _compiled(pattern, ignoring_case).fullmatch(text) is not None


def arn_matches(pattern: str, arn: str) -> bool:
    """The same of ARNs: each of the six parts between colons is compared by itself."""
    if pattern == "*":
        return True
    wanted, found = pattern.split(":", _ARN_PARTS - 1), arn.split(":", _ARN_PARTS - 1)
    return len(wanted) == len(found) == _ARN_PARTS and all(
        matches(one, other) for one, other in zip(wanted, found, strict=True)
    )
