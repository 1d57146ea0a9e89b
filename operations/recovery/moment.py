"""A time that a person types: UTC, or with its own offset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from operations.console import OperationError

EXAMPLE = "2026-11-28T02:41:00Z"


def parse(text: str, option: str, now: datetime, *, oldest: datetime) -> datetime:
    """The time in UTC.

    Args:
        text: what was typed.
        option: the option's name, for messages.
        now: the latest that makes sense.
        oldest: what there still is begins here.

    Raises:
        OperationError: it is no time, has no time zone, or is too early or too late.
    """
    allowed = f"a time from {show(oldest)} to now ({show(now)}), with Z for UTC or an offset"
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise OperationError(f"{option}: found {text!r}; allowed: {allowed}. Example: {EXAMPLE}") from None
    if moment.tzinfo is None:
        raise OperationError(
            f"{option}: found {text!r}, which could be in any time zone; allowed: {allowed}. "
            f"In UTC it is {text.strip()}Z."
        )
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        moment = datetime.max.replace(tzinfo=UTC)
    if not oldest <= moment <= now:
        raise OperationError(f"{option}: found {text!r}; allowed: {allowed}.")
    return moment


def show(moment: datetime) -> str:
    """As messages and files have it: 2026-11-28T02:41:00Z."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def ago(days: float, now: datetime) -> datetime:
    """So many days before now."""
    return now - timedelta(days=days)
