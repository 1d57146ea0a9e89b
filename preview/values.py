"""Values of inputs, looked up by path and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def at(inputs: Mapping[str, Any], path: str) -> Any:
    """The value at a path without indexes (`vpcConfig.publicAccessCidrs`); of a list of one its item's."""
    value: Any = inputs
    for part in path.split("."):
        if isinstance(value, list):
            value = value[0] if len(value) == 1 else None
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def some(told: Sequence[str], most: int, between: str = ", ") -> str:
    """The first ones in one line, and how many more there are."""
    more = f" and {len(told) - most} more" if len(told) > most else ""
    return between.join(told[:most]) + more


def number(value: Any) -> float | None:
    """A number, also one that Pulumi hands on as text; None for everything else."""
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


# What the engine writes for a value that is known only when something has been made
# (sdk/go/common/resource/plugin/rpc.go in Pulumi's source, UnknownStringValue).
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def fewer(before: Any, after: Any) -> bool:
    """A number that becomes smaller, or is not said any more."""
    old, new = number(before), number(after)
    return old is not None and (after is None or (new is not None and new < old))


def more(before: Any, after: Any) -> bool:
    """A number that becomes larger."""
    old, new = number(before), number(after)
    return old is not None and new is not None and new > old


def off(before: Any, after: Any) -> bool:
    """A switch that was on and is not any more."""
    return _is_true(before) and not _is_true(after) and after != UNKNOWN


def stops(before: Any, after: Any) -> bool:
    """Something that is done every so often, and is not any more: its number becomes 0, or is not said."""
    return bool(number(before)) and not number(after) and after != UNKNOWN


def switched_off(before: Any, after: Any) -> bool:
    """A limit that becomes 0."""
    return number(after) == 0 and number(before) != 0


def on(before: Any, after: Any) -> bool:
    """A switch that was off and is on now."""
    return not _is_true(before) and _is_true(after)


def allowed(before: Any, after: Any) -> bool:
    """Something that was forbidden in so many words, and is not any more."""
    return before is False and after is not False and after != UNKNOWN


def barred(before: Any, after: Any) -> bool:
    """Something that was allowed, in so many words or by AWS's default, and is forbidden."""
    return after is False and before is not False


def lost(before: Any, after: Any) -> bool:
    """Something that was said and is not any more."""
    return before not in (None, "", [], {}) and after in (None, "", [], {})


def gains(before: Any, after: Any) -> bool:
    """Something that was not said and is now."""
    return lost(after, before)


def is_default(before: Any, after: Any) -> bool:
    """A group of settings that was ours and is AWS's own, which are called `default.something`."""
    return str(after).startswith("default.") and not str(before).startswith("default.")


def is_aws_key(before: Any, after: Any) -> bool:
    """A key of ours that becomes AWS's own: nobody but AWS says who uses that one."""
    return bool(before) and "alias/aws/" in str(after) and "alias/aws/" not in str(before)


def of_others(before: Any, after: Any) -> bool:
    """An ARN of one account that becomes one of another."""
    accounts = [str(arn).split(":")[4] if str(arn).count(":") >= 5 else "" for arn in (before, after)]
    return all(accounts) and accounts[0] != accounts[1]


def adds(before: Any, after: Any) -> bool:
    """Something that is said now and was not, or was another: what it leaves out is another, too."""
    return after not in (None, "", [], {}, UNKNOWN, before)


def shrinks(before: Any, after: Any) -> bool:
    """A list that loses an item, for certain: one that is not known yet may be any."""
    if not isinstance(before, list) or after == UNKNOWN:
        return False
    rest = after if isinstance(after, list) else []
    if any(isinstance(item, Mapping) for item in before):
        return len(rest) < len(before)  # what stands in an item may differ
    return sum(item not in rest for item in before) > rest.count(UNKNOWN)


def loses(before: Any, after: Any) -> bool:
    """A list that loses an item and gets no other one in its place."""
    return shrinks(before, after) and not grows(before, after)


def grows(before: Any, after: Any) -> bool:
    """A list that gets an item that it did not have."""
    known = before if isinstance(before, list) else []
    return isinstance(after, list) and any(item not in known for item in after if item != UNKNOWN)


def disabled(before: Any, after: Any) -> bool:
    """A state that becomes DISABLED; it is ENABLED where nothing is said."""
    return bool(after == "DISABLED" and before != after)


def differs(before: Any, after: Any) -> bool:
    """A value that is another, for certain."""
    return bool(before != after) and before is not None and after != UNKNOWN


def leaves(*strong: str | None) -> _Leaves:
    """A value that was one of `strong` and is none of them any more."""
    return _Leaves(strong)


class _Leaves:
    def __init__(self, strong: tuple[str | None, ...]) -> None:
        self._strong = strong

    def __call__(self, before: Any, after: Any) -> bool:
        return bool(before in self._strong and after not in (*self._strong, UNKNOWN))


def said(value: Any) -> str:
    """A value in a sentence."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(map(said, value)) or "nothing"
    return str(value)


def _is_true(value: Any) -> bool:
    return str(value).lower() in ("true", "enabled", "on")
