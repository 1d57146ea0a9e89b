"""The lines that services write to their log: one JSON object each, with these fields.

The hook of the contract's `app` rows OBS-2 and ALM-5. What is counted in a log, what on-call people ask it,
the page for developers and the checker of log files all know the fields from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")

# The events that are counted or asked for by name.
INVALID_SIGNATURE_EVENT = "webhook.signature.invalid"
FAILED_AUTHENTICATION_EVENT = "auth.failed"


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"


class Line(StrEnum):
    """The lines that have a field."""

    EVERY = "every line"
    REQUEST = "the line about a finished request"
    EVENT = "the line about an event"


@dataclass(frozen=True)
class Field:
    """One field.

    Args:
        kind: what it holds. A number in quotes is text, and no filter counts it.
        line: which lines have it.
        meaning: in a few words.
        example: a value.
    """

    kind: Kind
    line: Line
    meaning: str
    example: str | int


FIELDS = MappingProxyType(
    {
        "level": Field(Kind.TEXT, Line.EVERY, f"one of {', '.join(LEVELS)}", "info"),
        "message": Field(Kind.TEXT, Line.EVERY, "for people", "request finished"),
        "requestId": Field(
            Kind.TEXT, Line.REQUEST, "the header X-Request-Id, or one made up", "4f1c9d0a-7a51-4a3e-8a86"
        ),
        "method": Field(Kind.TEXT, Line.REQUEST, "of HTTP", "GET"),
        "route": Field(
            Kind.TEXT, Line.REQUEST, "the pattern, never the path with its ids", "/orders/:id/items"
        ),
        "status": Field(Kind.NUMBER, Line.REQUEST, "of HTTP", 200),
        "durationMs": Field(Kind.NUMBER, Line.REQUEST, "milliseconds until the answer was sent", 37),
        "event": Field(Kind.TEXT, Line.EVENT, "its name, with dots", INVALID_SIGNATURE_EVENT),
    }
)

# Fields that go with an event, for the saved queries.
EVENTS = MappingProxyType(
    {
        INVALID_SIGNATURE_EVENT: ("provider",),
        FAILED_AUTHENTICATION_EVENT: ("reason", "clientIp"),
        "webhook.failed": ("provider",),
        "webhook.retried": ("provider",),
        "webhook.dead": ("provider",),
    }
)


@dataclass(frozen=True)
class Condition:
    """What is asked of one field: `=` a text, `>=` a number, or `=` `*` for any value at all."""

    field: str
    comparison: str
    value: str | int

    @property
    def pattern(self) -> str:
        """In CloudWatch Logs' syntax of filter patterns."""
        value = f'"{self.value}"' if isinstance(self.value, str) and self.value != "*" else self.value
        return f"$.{self.field} {self.comparison} {value}"

    def holds(self, line: Mapping[str, Any]) -> bool:
        """Whether a line has it, as CloudWatch sees it: a number in quotes is no number."""
        found = line.get(self.field)
        if self.value == "*":
            return found is not None
        if self.comparison == ">=":
            assert isinstance(self.value, int)
            return isinstance(found, int | float) and not isinstance(found, bool) and found >= self.value
        return bool(found == self.value)
