"""At three in the morning maintenance mode needs no line in approvals.yaml; what goes quiet with it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from preview.change import change_of
from preview.risk import Risk
from preview.risks import risks_of
from timing.engine_step import EngineStep

FIREWALL = "aws:wafv2/webAcl:WebAcl"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
ANSWERS = {"block": {"customResponse": {"responseCode": 503}}}
MAINTENANCE = {"rules": [{"name": "maintenance", "action": ANSWERS}]}


def step(kind: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> EngineStep:
    urn = f"urn:pulumi:prod::groundwork::{kind}::{name}"
    changed = {path: "update" for path in after if after[path] != before.get(path)}
    return EngineStep("update", urn, kind, changed, {"inputs": before}, {"inputs": after})


def quiet(name: str) -> EngineStep:
    return step(ALARM, name, {"actionsEnabled": True}, {"actionsEnabled": False})


def to_agree_to(*steps: EngineStep) -> list[str]:
    found: list[Risk] = [*risks_of(change_of("prod", steps))]
    return [f"{risk.step.name} {risk.what}" for risk in found if risk.needs_approval]


def test_maintenance_that_begins_needs_nobodys_agreement() -> None:
    begins = step(FIREWALL, "firewall", {"rules": []}, MAINTENANCE)
    assert to_agree_to(begins, quiet("endpoint-api-not-ready")) == []


def test_what_else_is_quiet_with_it_does() -> None:
    begins = step(FIREWALL, "firewall", {"rules": []}, MAINTENANCE)
    assert to_agree_to(begins, quiet("database-storage")) == ["database-storage tells nobody any more"]


def test_without_maintenance_or_in_the_middle_of_it_an_endpoint_may_not_be_quiet_unnoticed() -> None:
    said = ["endpoint-api-not-ready tells nobody any more"]
    assert to_agree_to(quiet("endpoint-api-not-ready")) == said
    goes_on = step(FIREWALL, "firewall", MAINTENANCE, MAINTENANCE | {"description": "longer"})
    assert to_agree_to(goes_on, quiet("endpoint-api-not-ready")) == said
