"""Names of the domain that lead elsewhere, are handed to others, or let others send mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from preview.values import UNKNOWN, said

_RECORD = "aws:route53/record:Record"
_ADDRESSES = ("A", "AAAA", "CNAME", "MX", "SRV")
# What is said of mail from others, the strictest first (RFC 7208, 4.6.2; RFC 7489, 6.3).
_SENDERS = ("-", "~", "?", "+")
_POLICIES = ("reject", "quarantine", "none")
_SPF = re.compile(r"\bv=spf1\b(?:.*\s([-~?+]?)all\b)?")
_DMARC = re.compile(r"\bv=DMARC1\b.*?\bp=(\w+)", re.IGNORECASE)


def name_risks(change: Change) -> Iterator[Risk]:
    """Records that say something else."""
    for step in change.of(_RECORD):
        kind = step.after.get("type")
        if kind == "NS" and step.verb in (Verb.CREATED, Verb.UPDATED):
            yield from _delegated(step)
        elif step.verb is not Verb.UPDATED:
            continue
        elif kind in _ADDRESSES:
            yield from _elsewhere(step)
        elif kind == "TXT":
            for what in _mail(step):
                yield Risk(Kind.PROTECTION, step, what, ("records",))


def _records(step: Step) -> tuple[list[str], list[str]]:
    before, after = (list(map(str, side.get("records") or ())) for side in (step.before, step.after))
    return before, after


def _delegated(step: Step) -> Iterator[Risk]:
    before, after = _records(step)
    added = [each for each in after if each not in (*before, UNKNOWN)]
    if added:
        what = f"hands its names to {', '.join(added)}: whoever has these answers for them"
        yield Risk(Kind.ACCESS, step, what, ("records",))


def _elsewhere(step: Step) -> Iterator[Risk]:
    before, after = _records(step)
    if before and set(before) - set(after) and UNKNOWN not in after:
        last = said(step.before.get("ttl"))
        what = (
            f"leads to {', '.join(after)}, not to {', '.join(before)}; some are told the old one for {last} s"
        )
        yield Risk(Kind.INTERRUPTION, step, what, ("records",))


def _mail(step: Step) -> Iterator[str]:
    before, after = _records(step)
    old, new = (_rank_of_senders(each) for each in (before, after))
    if old is not None and (new is None or new > old):
        yield "lets more senders pass for this domain (SPF)"
    old, new = (_rank_of_policy(each) for each in (before, after))
    if old is not None and (new is None or new > old):
        yield "has mail that is not ours let through (DMARC)"


def _rank_of_senders(records: list[str]) -> int | None:
    found = next((match for each in records if (match := _SPF.search(each))), None)
    if found is None:
        return None
    # RFC 7208, 4.7: without `all` nothing is said of others; a mechanism without a sign is `+`.
    return _SENDERS.index("?") if found[1] is None else _SENDERS.index(found[1] or "+")


def _rank_of_policy(records: list[str]) -> int | None:
    found = next((match for each in records if (match := _DMARC.search(each))), None)
    known = found[1].lower() if found else ""
    return _POLICIES.index(known) if known in _POLICIES else None
