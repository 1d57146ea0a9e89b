"""Kinds of values that AWS accepts, each as a function that says why it refuses one.

A rule gets one value and answers None when AWS takes it, otherwise what was found and what is
allowed ("is 36; allowed: 0 to 35"). Rules for passwords never repeat what was found.
"""

from __future__ import annotations

import difflib
import ipaddress
import json
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

Rule = Callable[[Any], str | None]

# A long list of allowed values helps nobody: the nearest ones are shown.
_SHOWN = 12

MINUTES_OF_DAY = 24 * 60
MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAILY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_WEEKLY = re.compile(
    rf"({'|'.join(_DAYS)}):([01]\d|2[0-3]):([0-5]\d)-({'|'.join(_DAYS)}):([01]\d|2[0-3]):([0-5]\d)"
)

# The parts of an ARN as AWS's provider checks them (verify.ValidARN in terraform-provider-aws).
_PARTITION = re.compile(r"aws(-[a-z]+)*")
_REGION = re.compile(r"([a-z]{2}(-[a-z]+)+-\d{1,2})?")
_ARN_ACCOUNT = re.compile(r"(aws|aws-managed|third-party|aws-marketplace|\d{12}|cw.{10})?")


def one_of(*allowed: str | int) -> Rule:
    """Exactly one of these values."""
    texts = [str(value) for value in allowed]
    return lambda value: None if str(value) in texts else f"is {value!r}; allowed: {some(str(value), texts)}"


def between(low: int, high: int, *also: int) -> Rule:
    """A whole number from `low` to `high`, or one of `also`."""
    shown = ", ".join([*(str(each) for each in also), f"{low} to {high}"])

    def rule(value: Any) -> str | None:
        number = float(value)
        fine = number.is_integer() and (low <= number <= high or number in also)
        return None if fine else f"is {value}; allowed: {shown}"

    return rule


def text_like(pattern: str, allowed: str) -> Rule:
    """A text that matches `pattern` as a whole; `allowed` says the same in words."""
    compiled = re.compile(pattern)
    return lambda value: None if compiled.fullmatch(str(value)) else f"is {value!r}; allowed: {allowed}"


def password(low: int, high: int, forbidden: str) -> Rule:
    """Printable ASCII without the `forbidden` characters, `low` to `high` of them."""

    def rule(value: Any) -> str | None:
        found = str(value)
        if not low <= len(found) <= high:
            return f"has {len(found)} characters; allowed: {low} to {high}"
        if any(not " " <= character <= "~" or character in forbidden for character in found):
            return (
                f"has a character that is not allowed; allowed: printable ASCII except {' '.join(forbidden)}"
            )
        return None

    return rule


def arn(value: Any) -> str | None:
    """An Amazon Resource Name; the empty text stands for none, as in AWS's provider."""
    if value == "":
        return None
    parts = str(value).split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or not parts[2] or not parts[5]:
        return f"is {value!r}; allowed: an ARN, arn:partition:service:region:account:resource"
    for name, pattern, part in (
        ("partition", _PARTITION, parts[1]),
        ("region", _REGION, parts[3]),
        ("account", _ARN_ACCOUNT, parts[4]),
    ):
        if not pattern.fullmatch(part):
            return f"is {value!r}, whose {name} {part!r} is none of AWS's; allowed: an ARN"
    return None


def json_text(value: Any) -> str | None:
    """JSON text of any kind."""
    try:
        json.loads(str(value))
    except ValueError as error:
        return f"is not JSON ({error}); allowed: JSON text"
    return None


def json_object(value: Any) -> str | None:
    """JSON text that is an object."""
    if isinstance(value, dict):
        return None
    try:
        parsed = json.loads(str(value))
    except ValueError as error:
        return f"is not JSON ({error}); allowed: a JSON object"
    return None if isinstance(parsed, dict) else f"is the JSON of {parsed!r:.60}; allowed: a JSON object"


def ipv4_network(longest: int = 32, shortest: int = 0) -> Rule:
    """An IPv4 network address, with a prefix length from `shortest` to `longest` bits."""

    def rule(value: Any) -> str | None:
        try:
            network = ipaddress.IPv4Network(str(value), strict=False)
        except ValueError:
            return f"is {value!r}; allowed: an IPv4 network such as 10.0.0.0/16"
        if "/" not in str(value) or str(network) != str(value):
            return f"is {value!r}; did you mean {str(network)!r}?"
        if not shortest <= network.prefixlen <= longest:
            return f"is {value!r}; allowed: a prefix length from /{shortest} to /{longest}"
        return None

    return rule


def daily_window(shortest: int) -> Rule:
    """A time range of every day, at least `shortest` minutes long."""

    def rule(value: Any) -> str | None:
        found = daily_minutes(value)
        if found is None:
            return f"is {value!r}; allowed: hh24:mi-hh24:mi, such as 02:00-02:30"
        return _too_short(value, found, shortest)

    return rule


def weekly_window(shortest: int) -> Rule:
    """A time range of every week, from `shortest` minutes to a day long."""

    def rule(value: Any) -> str | None:
        found = weekly_minutes(value)
        if found is None:
            return f"is {value!r}; allowed: ddd:hh24:mi-ddd:hh24:mi, such as sun:04:00-sun:05:00"
        if found[1] > MINUTES_OF_DAY:
            return f"is {value!r}, which is {found[1]} minutes long; allowed: {shortest} to {MINUTES_OF_DAY}"
        return _too_short(value, found, shortest)

    return rule


def daily_minutes(value: Any) -> tuple[int, int] | None:
    """Start (minutes after midnight) and length in minutes of a daily window; None if it is none."""
    match = _DAILY.fullmatch(str(value))
    if match is None:
        return None
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    return start, (end - start) % MINUTES_OF_DAY


def weekly_minutes(value: Any) -> tuple[int, int] | None:
    """Start (minutes after Sunday's midnight) and length of a weekly window; None if it is none."""
    match = _WEEKLY.fullmatch(str(value).lower())
    if match is None:
        return None
    start = _DAYS.index(match[1]) * MINUTES_OF_DAY + int(match[2]) * 60 + int(match[3])
    end = _DAYS.index(match[4]) * MINUTES_OF_DAY + int(match[5]) * 60 + int(match[6])
    return start, (end - start) % MINUTES_OF_WEEK


def overlap(daily: Any, weekly: Any) -> bool:
    """True when a daily and a weekly window have a minute in common."""
    every_day, once_a_week = daily_minutes(daily), weekly_minutes(weekly)
    if every_day is None or once_a_week is None:
        return False
    start = once_a_week[0] % MINUTES_OF_DAY
    return any(
        start < each + every_day[1] and each < start + once_a_week[1]
        for each in (every_day[0] + day * MINUTES_OF_DAY for day in (-1, 0, 1, 2))
    )


def machine(prefix: str) -> Rule:
    """An instance or node class: `prefix` and an EC2 instance type (`db.m7g.large`).

    EC2's own model lists all instance types; the classes of RDS and ElastiCache are a choice of them
    that depends on region and engine. `db.serverless` and RDS's variants with more memory
    (`db.r5.large.tpc1.mem2x`) have no instance type of their own.
    """

    def rule(value: Any) -> str | None:
        found = re.sub(r"\.tpc\d\.mem\dx$", "", str(value))
        types = _instance_types()
        if found.removeprefix(prefix) in (*types, "serverless") and found.startswith(prefix):
            return None
        near = difflib.get_close_matches(found.removeprefix(prefix), types, n=3)
        hint = f"; near: {', '.join(prefix + each for each in near)}" if near else ""
        return f"is {value!r}; allowed: {prefix}<family>.<size>, such as {prefix}m7g.large{hint}"

    return rule


@lru_cache(maxsize=1)
def _instance_types() -> frozenset[str]:
    from botocore.session import get_session

    shape = get_session().get_service_model("ec2").shape_for("InstanceType")
    return frozenset(shape.metadata["enum"])


def some(found: str, allowed: Iterable[str]) -> str:
    """The allowed values for a message: all of them, or those nearest to what was found."""
    allowed = list(allowed)
    if len(allowed) <= _SHOWN:
        return ", ".join(allowed)
    near = difflib.get_close_matches(found, allowed, n=5, cutoff=0.3) or allowed[:5]
    return f"{', '.join(near)}… ({len(allowed)} values)"


def _too_short(value: Any, found: tuple[int, int], shortest: int) -> str | None:
    if found[1] >= shortest:
        return None
    return f"is {value!r}, which is {found[1]} minutes long; allowed: at least {shortest} minutes"
