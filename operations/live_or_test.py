"""The look of a value: one for real use, or one for tests (contract ENV-2).

The system file's own expressions come first; these are what everybody's providers use.
"""

from __future__ import annotations

import re
import signal

from infra.configuration.secrets import SecretEntry
from operations.console import OperationError

# Stripe and Paystack; Razorpay; Paddle; Adyen; Square; Clerk has Stripe's.
LIVE = re.compile(r"\b(sk|pk|rk)_live_|\brzp_live_|\bpdl_live_|\bsq0csp-|^live_")
TEST = re.compile(
    r"\b(sk|pk|rk)_test_|\brzp_test_|\bpdl_sdbx_|\bsandbox-sq0|^test_|"
    # What stands in examples until somebody puts the real value there.
    r"^(changeme|change-me|placeholder|dummy|example|secret|password|test|todo|xxx+)$|"
    r"\b(localhost|example\.(com|org|net)|your[-_ ](api[-_ ])?key)\b",
    re.IGNORECASE,
)
# For one of the system file's expressions; a value that is right takes less than a thousandth of it.
SECONDS = 1.0
PLACEHOLDER = re.compile(
    r"^(changeme|change-me|placeholder|dummy|example|todo|xxx+|tbd|none|null|-)$", re.IGNORECASE
)


def looks_live(value: str, entry: SecretEntry) -> bool:
    """Whether the value is for real use, as far as one can see."""
    return _matches(entry.live, value) or bool(LIVE.search(value))


def looks_like_test(value: str, entry: SecretEntry) -> bool:
    """Whether the value is for tests, as far as one can see."""
    return _matches(entry.test, value) or bool(TEST.search(value))


def is_placeholder(value: str) -> bool:
    """Whether the value only keeps a place for one."""
    return not value.strip() or bool(PLACEHOLDER.match(value.strip()))


def _matches(expression: str | None, value: str) -> bool:
    """Whether a person's own expression is found in the value, within a time.

    Raises:
        OperationError: it takes longer: one like `(a+)+$` tries every way to divide what it has found.
    """
    if expression is None:
        return False

    def give_up(*_: object) -> None:
        raise OperationError(
            f"the expression {expression} takes more than {SECONDS:g} s for this value; nothing was set. "
            "Write it without a repetition inside of a repetition."
        )

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return re.search(expression, value) is not None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
