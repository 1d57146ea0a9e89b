"""The day of a deployment: what ends on a day is held against it, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from infra.configuration.validation import ConfigurationError, Problem

# Asks what a deployment of another day would say: whether something will have ended by then. A recovery that
# cannot wait until an ended credential is renewed names a day before its end.
VARIABLE = "GROUNDWORK_TODAY"


def day(environment: Mapping[str, str], today: date) -> date:
    """The day that is named in an environment's variable, or today.

    Raises:
        ConfigurationError: something else than a day is named.
    """
    text = environment.get(VARIABLE, "")
    if not text:
        return today
    try:
        return date.fromisoformat(text)
    except ValueError:
        problem = Problem(
            "the environment", VARIABLE, f'"{text[:40]}"', "a day as YYYY-MM-DD", "Or unset it."
        )
        raise ConfigurationError([problem]) from None
