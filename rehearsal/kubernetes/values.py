"""Rules for single values of objects, and the places that they are for.

Words are those of Kubernetes' own validation (pkg/apis, apimachinery's util/validation).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rehearsal.providers.property_differences import join
from rehearsal.providers.provider import UNKNOWN, CheckFailure

# What is wrong with a value, or None.
Rule = Callable[[Any], str | None]

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
_PORT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_QUALIFIED = re.compile(r"([a-z0-9]([-.a-z0-9]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z")
_VARIABLE = re.compile(r"[\x20-\x3c\x3e-\x7e]+\Z")
_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}\Z")
_PERCENT = re.compile(r"(\d+)%\Z")


def one_of(*values: str) -> Rule:
    """One of some words."""
    supported = ", ".join(f'"{value}"' for value in sorted(values))

    def rule(value: Any) -> str | None:
        return None if value in values else f'Unsupported value: "{value}": supported values: {supported}'

    return rule


def at_least(least: int) -> Rule:
    """A whole number that is not below another."""

    def rule(value: Any) -> str | None:
        small = isinstance(value, int) and value < least
        return f"Invalid value: {value}: must be greater than or equal to {least}" if small else None

    return rule


def between(least: int, most: int) -> Rule:
    """A whole number between two, inclusive."""

    def rule(value: Any) -> str | None:
        outside = isinstance(value, int) and not least <= value <= most
        return f"Invalid value: {value}: must be between {least} and {most}, inclusive" if outside else None

    return rule


PORT = between(1, 65535)


def port_or_name(value: Any) -> str | None:
    """A port, or the name of one."""
    return port_name(value) if isinstance(value, str) else PORT(value)


def port_name(value: Any) -> str | None:
    """The name of a port (RFC 6335, section 5.1)."""
    if not isinstance(value, str):
        return None
    if len(value) > 15:
        return _invalid(value, "must be no more than 15 characters")
    if not _PORT_NAME.match(value):
        return _invalid(value, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    return None if re.search("[a-z]", value) else _invalid(value, "must contain at least one letter (a-z)")


def given(value: Any) -> str | None:
    """Anything but nothing."""
    return "Required value" if value in ("", [], {}) else None


def label_name(value: Any) -> str | None:
    """A name of RFC 1123's labels."""
    if value == "":
        return "Required value"
    valid = not isinstance(value, str) or (len(value) <= 63 and _LABEL.match(value))
    reason = "a lowercase RFC 1123 label must consist of lower case letters, digits or '-'"
    return None if valid else _invalid(value, reason)


def qualified_name(value: Any) -> str | None:
    """A name as labels have it, with a domain before it or without."""
    valid = not isinstance(value, str) or _QUALIFIED.match(value)
    return None if valid else _invalid(value, "must be a qualified name, as the key of a label is")


def qualified_keys(value: Any) -> str | None:
    """A map with such names for keys."""
    keys = value if isinstance(value, Mapping) else ()
    return next((reason for key in keys if (reason := qualified_name(key))), None)


def variable_name(value: Any) -> str | None:
    """The name of a variable of the environment."""
    if value == "":
        return "Required value"
    valid = not isinstance(value, str) or _VARIABLE.match(value)
    return (
        None if valid else _invalid(value, "must consist only of printable ASCII characters other than '='")
    )


def config_keys(value: Any) -> str | None:
    """A map with names of files for keys."""
    for key in value if isinstance(value, Mapping) else ():
        if not _KEY.match(key) or key in (".", ".."):
            return _invalid(
                key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
            )
    return None


def number_or_share(value: Any) -> str | None:
    """A number of pods, or a share of them up to all."""
    if isinstance(value, int):
        return at_least(0)(value)
    match = _PERCENT.match(value) if isinstance(value, str) else None
    if match is None:
        return _invalid(value, "a valid percent string must be a number followed by '%'")
    return None if int(match[1]) <= 100 else _invalid(value, "must not be greater than 100%")


def without_steps_up(value: Any) -> str | None:
    """A path that stays where it begins."""
    leads_out = isinstance(value, str) and (".." in value.split("/") or value.startswith("/"))
    return _invalid(value, "must be a relative path and must not contain '..'") if leads_out else None


def _invalid(value: Any, reason: str) -> str:
    return f'Invalid value: "{value}": {reason}'


def value_failures(content: Any, rules: Mapping[str, Rule], path: str = "") -> Iterator[CheckFailure]:
    """What breaks a rule in an object, or a part of one at a path.

    A rule's place is written as in `ports[].name`: `[]` is every item of a list.
    """
    for place, rule in rules.items():
        for where, value in found(content, place, path):
            if (reason := rule(value)) is not None:
                yield CheckFailure(where, reason)


def found(content: Any, place: str, path: str = "") -> Iterator[tuple[str, Any]]:
    """The values at a place, each with its path; what is not there, or not known yet, is passed over."""
    here = [(path, content)]
    for part in place.split("."):
        name = part.removesuffix("[]")
        here = [
            (join(at, name) if at else name, value[name])
            for at, value in here
            if isinstance(value, Mapping) and value.get(name) is not None
        ]
        if part.endswith("[]"):
            here = [
                (f"{at}[{number}]", item)
                for at, value in here
                if isinstance(value, list)
                for number, item in enumerate(value)
            ]
    return ((at, value) for at, value in here if value is not UNKNOWN)
