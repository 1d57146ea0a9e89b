"""Maintenance that begins: what tells that users are not served is quiet meanwhile, and is meant to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from preview.change import Change, Step, Verb

_FIREWALL = "aws:wafv2/webAcl:WebAcl"
_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_RULE = "maintenance"
# The alarms on what users reach: their names begin with it.
_ENDPOINT = "endpoint-"


def quiet_for_maintenance(change: Change) -> frozenset[str]:
    """The URNs of the endpoints' alarms in a change after which the firewall answers in their place.

    The alarm `maintenance-on` is there meanwhile, and the next change without maintenance wakes them.
    """
    if not any(_begins(step) for step in change.of(_FIREWALL)):
        return frozenset()
    alarms = change.of(_ALARM)
    return frozenset(step.urn for step in alarms if step.name.startswith(_ENDPOINT))


def _begins(step: Step) -> bool:
    return step.verb is Verb.UPDATED and _answers(step.after) and not _answers(step.before)


def _answers(inputs: Mapping[str, Any]) -> bool:
    return any(rule.get("name") == _RULE for rule in inputs.get("rules") or [])
