"""Probes and versions that this program does not declare, so that the corpus cannot take them away."""

from __future__ import annotations

from typing import Any

import pytest

from preview.change import Change, Step, Verb
from preview.probing import probing_risks
from preview.protection import protection_risks

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
FIREWALL = "aws:wafv2/webAcl:WebAcl"
ASKED = {"httpGet": {"path": "/health", "port": 3000}}


def change(kind: str, before: dict[str, Any], after: dict[str, Any]) -> Change:
    urn = f"urn:pulumi:prod::groundwork::groundwork:x:Edge${kind}::api"
    return Change("prod", (Step(Verb.UPDATED, urn, kind, before=before, after=after),))


def pods(**probes: Any) -> dict[str, Any]:
    """A Deployment with two containers."""
    containers = [{"name": "api", **probes}, {"name": "proxy"}]
    return {"spec": {"template": {"spec": {"containers": containers}}}}


def group(version: str | None) -> dict[str, Any]:
    """A firewall with one group of AWS's rules."""
    named = {"vendorName": "AWS", "name": "Common"} | ({"version": version} if version else {})
    rule = {
        "name": "Common",
        "overrideAction": {"none": {}},
        "statement": {"managedRuleGroupStatement": named},
    }
    return {"rules": [rule]}


def test_a_startup_probe_that_goes_is_named_where_a_slow_start_is_killed_then() -> None:
    before, after = pods(livenessProbe=ASKED, startupProbe=ASKED), pods(livenessProbe=ASKED)
    found = [risk.what for risk in probing_risks(change(DEPLOYMENT, before, after))]
    assert found == ["is restarted before it has started, when that takes long: its startup probe is gone"]
    assert list(probing_risks(change(DEPLOYMENT, pods(startupProbe=ASKED), pods()))) == []


def test_a_startup_probe_that_waits_less_is_named() -> None:
    before = pods(livenessProbe=ASKED, startupProbe=ASKED | {"failureThreshold": 30})
    after = pods(livenessProbe=ASKED, startupProbe=ASKED | {"failureThreshold": 5})
    found = [risk.what for risk in probing_risks(change(DEPLOYMENT, before, after))]
    assert found == ["is restarted when it has not started after 50 s, instead of 300"]
    assert list(probing_risks(change(DEPLOYMENT, after, before))) == []


def test_probes_of_one_of_several_containers_that_go_are_named() -> None:
    before, after = pods(livenessProbe=ASKED, readinessProbe=ASKED), pods()
    assert sorted(risk.what for risk in probing_risks(change(DEPLOYMENT, before, after))) == [
        "gets requests before it is ready: it is not asked any more",
        "is not restarted any more when it hangs",
    ]


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        (
            None,
            "Version_1.4",
            "WEAKER stays at Version_1.4 of Common: what AWS adds to it later keeps nothing out",
        ),
        ("Version_1.10", "Version_1.9", "WEAKER goes back to Version_1.9 of Common, from Version_1.10"),
        (
            "Version_1.4",
            None,
            (
                "INTERRUPTS follows AWS's version of Common, instead of Version_1.4: "
                "it may keep out what came through"
            ),
        ),
        ("Version_1.9", "Version_1.10", None),
        ("Version_1.4", "Version_1.4", None),
    ],
)
def test_versions_of_awss_rules(before: str | None, after: str | None, named: str | None) -> None:
    risks = protection_risks(change(FIREWALL, group(before), group(after)))
    assert [f"{risk.kind.label} {risk.what}" for risk in risks] == ([named] if named else [])
