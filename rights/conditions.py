"""Conditions of policies.

Source: IAM user guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued
context keys". An operator that is not known here is refused loudly: guessing would be worse.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rights.patterns import arn_matches, filled, matches

Keys = Mapping[str, "str | list[str]"]


class UnsupportedPolicyError(Exception):
    """A policy has something that this evaluation does not know; the message says what."""


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda wanted, found: compare(float(found), float(wanted))


def _same_text_whatever_case(wanted: str, found: str) -> bool:
    return wanted.lower() == found.lower()


# What a policy wants comes first. Equal texts know no wildcards, so `_plain` takes back what `filled` marks.
_COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: _plain(wanted) == found,
    "StringEqualsIgnoreCase": lambda wanted, found: _same_text_whatever_case(_plain(wanted), found),
    "StringLike": matches,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
    "Bool": _same_text_whatever_case,
    "NumericEquals": _number(operator.eq),
    "NumericLessThan": _number(operator.lt),
    "NumericLessThanEquals": _number(operator.le),
    "NumericGreaterThan": _number(operator.gt),
    "NumericGreaterThanEquals": _number(operator.ge),
}
# Met when no value is met; also by a request that does not have the key.
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
}


def _plain(text: str) -> str:
    return text.replace("[*]", "*").replace("[?]", "?")


def listed(value: Any) -> list[str]:
    """One text or a list of them, as a list; policies write numbers and switches as such, too."""
    values = value if isinstance(value, list | tuple) else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in values]


def conditions_met(block: Mapping[str, Mapping[str, Any]], keys: Keys) -> bool:
    """Whether all of a statement's conditions are met by a request.

    Args:
        block: the element Condition.
        keys: what AWS says about the request, by the key's name in lower case.

    Raises:
        UnsupportedPolicyError: an operator is not known.
    """
    return all(
        _met(name, listed(wanted), keys.get(key.lower()), keys)
        for name, conditions in block.items()
        for key, wanted in conditions.items()
    )


def _met(name: str, wanted: Sequence[str], found: str | list[str] | None, keys: Keys) -> bool:
    quantifier, _, rest = name.rpartition(":")
    if_exists = rest.endswith("IfExists")
    test = rest.removesuffix("IfExists")
    if test == "Null":
        return (found is None) == (wanted[0] == "true")
    if test not in _COMPARE and test not in _NEGATED:
        raise UnsupportedPolicyError(
            f"the condition operator {name!r} is not known; add it to {__name__}, with its documentation"
        )
    patterns = [pattern for pattern in (filled(each, keys) for each in wanted) if pattern is not None]
    if found is None:
        return if_exists or quantifier == "ForAllValues" or (test in _NEGATED and not quantifier)
    values = found if isinstance(found, list) else [found]
    return _compared(test, quantifier, patterns, values)


def _compared(test: str, quantifier: str, patterns: Sequence[str], values: Iterable[str]) -> bool:
    compare = _COMPARE[_NEGATED.get(test, test)]
    met = [any(compare(pattern, value) for pattern in patterns) != (test in _NEGATED) for value in values]
    if quantifier == "ForAllValues":
        return all(met)
    if quantifier in ("", "ForAnyValue"):
        # A negated operator on several values is met only by none of them.
        return all(met) if test in _NEGATED and not quantifier else any(met)
    raise UnsupportedPolicyError(f"the set operator {quantifier!r} is not known")
