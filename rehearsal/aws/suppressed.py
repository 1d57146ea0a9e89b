"""Differences that AWS's provider keeps quiet about: what it finds means what the program writes.

Source: the `DiffSuppressFunc` of each type in terraform-provider-aws; the function is named beside each rule.
A value that is suppressed stays as it is, in the preview and in the cloud.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.provider import UNKNOWN, Properties, contains_unknown

# Tells from the two values, and all that the program writes, whether they are the same to the provider.
Rule = Callable[[Any, Any, Properties], bool]


def without_suppressed(token: str, old: Properties, new: Properties) -> Properties:
    """`new` with the old value wherever the provider would see no difference."""
    return {name: _kept(token, name, old.get(name), value, new) for name, value in new.items()}


def _kept(token: str, name: str, before: Any, after: Any, new: Properties) -> Any:
    if before is None or after is None or before == after or contains_unknown(after):
        return after
    rule = _RULES.get((token, name))
    if rule is not None and rule(before, after, new):
        return before
    # verify.SuppressEquivalentPolicyDiffs, SuppressEquivalentJSONDiffs and normalized StateFuncs: the same
    # document, laid out otherwise.
    return before if _is_json(before) and _is_json(after) and _document(before) == _document(after) else after


def _grown_by_rds(before: Any, after: Any, new: Properties) -> bool:
    """`allocated_storage` of aws_db_instance: RDS has enlarged it, within what it may."""
    most = new.get("maxAllocatedStorage") or 0
    return most is not UNKNOWN and int(before) > int(after) and int(most) > int(after)


def _no_scaling(before: Any, after: Any, new: Properties) -> bool:
    """`max_allocated_storage` of aws_db_instance: as much as there is, is none."""
    return int(before) == 0 and int(after) == int(new.get("allocatedStorage") or 0)


def _same_amount(before: Any, after: Any, _: Properties) -> bool:
    """`limit_amount` of aws_budgets_budget: suppressEquivalentBudgetLimitAmount."""
    return float(before) == float(after)


_RULES: Mapping[tuple[str, str], Rule] = {
    ("aws:rds/instance:Instance", "allocatedStorage"): _grown_by_rds,
    ("aws:rds/instance:Instance", "maxAllocatedStorage"): _no_scaling,
    ("aws:budgets/budget:Budget", "limitAmount"): _same_amount,
}


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and value[:1] in ("{", "[")


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
