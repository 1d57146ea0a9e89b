"""Whether a log event matches a metric filter's pattern.

From the CloudWatch Logs user guide, "Filter pattern syntax" (FilterAndPatternSyntax): terms, and JSON
patterns with comparisons, wildcards, EXISTS, IS NULL, && and ||. Regular expressions and patterns of
columns are not used here and refused.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<selector>\$(?:\.[\w-]+|\[\d+\]|\["[^"]+"\])+) |
        (?P<operator>&&|\|\||!=|<=|>=|=|<|>|\(|\)) |
        (?P<word>NOT\ EXISTS|EXISTS|IS\ NULL|IS\ NOT\ NULL|IS\ TRUE|IS\ FALSE) |
        (?P<text>"[^"]*") |
        (?P<value>[^\s()&|=<>!"]+)
    )""",
    re.VERBOSE,
)
_STEP = re.compile(r'\.([\w-]+)|\[(\d+)\]|\["([^"]+)"\]')
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ABSENT = object()


class FilterPatternError(ValueError):
    """A pattern that CloudWatch Logs would refuse, or that this module does not know."""


def matches(pattern: str, line: str) -> bool:
    """Whether a log event matches.

    Raises:
        FilterPatternError: the pattern cannot be understood.
    """
    pattern = pattern.strip()
    if pattern.startswith("{"):
        if not pattern.endswith("}"):
            raise FilterPatternError(f"a brace is not closed: {pattern}")
        return _Json(pattern[1:-1], _parsed(line)).holds()
    if pattern[:1] in ("[", "%"):
        raise FilterPatternError(f"not known here: {pattern}")
    return _terms(pattern, line)


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return _ABSENT  # a JSON pattern matches no other line


def _terms(pattern: str, line: str) -> bool:
    """All terms have to be there, of those with a question mark one, of those with a minus none."""
    words = re.findall(r'[-?]?"[^"]*"|\S+', pattern)
    required = [word.strip('"') for word in words if word[0] not in "-?"]
    optional = [word[1:].strip('"') for word in words if word[0] == "?"]
    excluded = [word[1:].strip('"') for word in words if word[0] == "-"]
    return (
        all(word in line for word in required)
        and (not optional or any(word in line for word in optional))
        and not any(word in line for word in excluded)
    )


class _Json:
    """&& binds stronger than ||; a comparison with a property that is not there is false."""

    def __init__(self, text: str, event: Any) -> None:
        self._event = event
        self._tokens: list[tuple[str, str]] = []
        position = 0
        text = text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise FilterPatternError(f"not understood: {text[position:]}")
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()

    def holds(self) -> bool:
        result = self._either()
        if self._tokens:
            raise FilterPatternError(f"not understood: {self._tokens[0][1]}")
        return result and self._event is not _ABSENT

    def _accept(self, *texts: str) -> bool:
        if self._tokens and self._tokens[0][0] == "operator" and self._tokens[0][1] in texts:
            self._tokens.pop(0)
            return True
        return False

    def _take(self, *kinds: str) -> str:
        if not self._tokens or self._tokens[0][0] not in kinds:
            found = self._tokens[0][1] if self._tokens else "the end"
            raise FilterPatternError(f"{' or '.join(kinds)} expected, not {found}")
        return self._tokens.pop(0)[1]

    def _either(self) -> bool:
        result = self._both()
        while self._accept("||"):
            result = self._both() or result
        return result

    def _both(self) -> bool:
        result = self._single()
        while self._accept("&&"):
            result = self._single() and result
        return result

    def _single(self) -> bool:
        if self._accept("("):
            result = self._either()
            if not self._accept(")"):
                raise FilterPatternError("a parenthesis is not closed")
            return result
        found = self._found(self._take("selector"))
        word = self._take("operator", "word")
        known: dict[str, bool] = {
            "EXISTS": found is not _ABSENT,
            "NOT EXISTS": found is _ABSENT,
            "IS NULL": found is None,
            "IS NOT NULL": found is not _ABSENT and found is not None,
            "IS TRUE": found is True,
            "IS FALSE": found is False,
        }
        if word in known:
            return known[word]
        return _compared(found, word, self._take("text", "value"))

    def _found(self, selector: str) -> Any:
        value = self._event
        for name, index, quoted in _STEP.findall(selector):
            if index:
                inside = isinstance(value, list) and int(index) < len(value)
                value = value[int(index)] if inside else _ABSENT
            else:
                value = value.get(name or quoted, _ABSENT) if isinstance(value, dict) else _ABSENT
        return value


def _compared(found: Any, comparison: str, wanted: str) -> bool:
    if found is _ABSENT or found is None or isinstance(found, (dict, list)):
        return False
    if comparison in _ORDER:
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            return False
        return _ORDER[comparison](float(found), float(wanted))
    if comparison not in ("=", "!="):
        raise FilterPatternError(f"a comparison expected, not {comparison}")
    return _equal(found, wanted) is (comparison == "=")


def _equal(found: Any, wanted: str) -> bool:
    if wanted.startswith('"') or isinstance(found, (str, bool)):
        text = found if isinstance(found, str) else json.dumps(found)
        return fnmatchcase(text, re.sub(r"([\[?])", r"[\1]", wanted.strip('"')))
    if wanted == "*":
        return True
    return re.fullmatch(r"-?\d+(\.\d+)?", wanted) is not None and float(found) == float(wanted)
