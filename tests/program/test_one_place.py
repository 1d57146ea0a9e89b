"""One place for each fact: whoever adds a member touches one file, and the rest of the house has it.

Kinds of secrets, buckets, functions by the clock and types of AWS have tests of their own:
`test_secret_sources.py`, `test_bucket_kinds.py`, `test_scheduled_module.py`, `test_a_type_is_one_module.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.checkout import contents, copy_checkout, replace_text, said_in

RECORD = """
    QA = (
        "qa",
        replace(
            STAGING[1],
            after="staging",
            addresses=IPv4Network("10.28.0.0/14"),
            host="qa",
            migration=(MigrationStep.COMMAND,),
        ),
    )
"""

METRIC = """
    "Refunds": ApplicationMetric(
        "Count", (), "payments that were given back", Rhythm.WHEN_IT_HAPPENS, Publisher.PAYMENTS
    ),
"""

ALARM = """

def _refunds() -> Alarm:
    return Alarm(
        name="refunds",
        row="ALM-9",
        subject=Subject.PAYMENTS,
        severity=Severity.SEV3,
        condition="more than 40 payments were given back within the hour",
        section="002 Payments",
        first_action="see who gives them back",
        measures={"value": application("Refunds", Statistic.SUM)},
        threshold=40,
        period=HOUR,
        missing=MissingData.NOT_BREACHING,
    )
"""

PROGRAM = """
import json
from documentation.alarms_page import alarms_page
from documentation.application_page import application_page
from documentation.configuration_page import configuration_page
from documentation.graph import Graph
from infra.alarm_catalogue import Limits, catalogue
from infra.configuration import load_configuration
from infra.configuration.system import load_system
from infra.configuration.validation import ConfigurationError
from operations.branch_protection import rules
from operations.console import OperationError
from operations.releases import promote
from rehearsal.workspace.stack_file import StackFile
from rehearsal.systems import name_of, systems_of
from rehearsal.workspace.workspace import ENVIRONMENTS
from tests.support.published_metrics import published
from tests.support.recorder import ROOT, TODAY, record, stack_file, system_file
from tests.support.recordings import SYSTEMS, system_recording

def refused(work):
    try:
        work()
    except (ConfigurationError, OperationError) as error:
        return str(error)

def with_host(host):
    system = system_file()
    system["services"]["api"]["route"]["host"] = host
    return load_system(system, today=TODAY)

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
file = "examples/systems/fixzit.yaml"
fixzit = load_configuration("dev", stack_file("dev"), system_file(file), file, today=TODAY)
paid = record("dev", {"systemFile": file})
alarms = catalogue(Limits.of(fixzit))
drawn = [
    {"type": each.type, "urn": each.urn, "inputs": each.inputs}
    for each in paid.resources
    if each.type == ALARM
]
clinic = system_recording("clinic", "prod")

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
recording = record("qa")
print(json.dumps({
    "types": sorted(recording.types()),
    "networks": [each.inputs["cidrBlock"] for each in recording.of("aws:ec2/vpc:Vpc").values()],
    "zones": [each.inputs["name"] for each in recording.of("aws:route53/zone:Zone").values()],
    "host": refused(lambda: with_host("qa")),
    "order": refused(lambda: promote(ROOT, "qa", "prod", {})),
    "repository": [rule.path for rule in rules("owner/name", [1]) if "/environments/" in rule.path],
    "account": StackFile.read(ROOT, "qa").account,
    "environments": ENVIRONMENTS,
    "alarm": paid.of(ALARM)["payments-refunds"].inputs["metricName"],
    "published": [each.name for each in published(paid, fixzit.system) if each.name == "Refunds"],
    "dashboard": [
        '"Refunds"' in each.plain("dashboardBody")
        for each in paid.of("aws:cloudwatch/dashboard:Dashboard").values()
    ],
    "pages": [
        alarms_page([Graph("fixzit", "dev", drawn)], alarms),
        application_page(alarms).partition("### Refunds")[2].partition("###")[0],
    ],
    "systems": [[name_of(each) for each in systems_of(ROOT)], SYSTEMS],
    "clinic": [each.inputs["identifier"] for each in clinic.of("aws:rds/instance:Instance").values()],
    "nodes": {name: group.inputs["nodeType"] for name, group in recording.of(GROUP).items()},
    "page": [line for line in configuration_page().splitlines() if line.startswith("| `redis.cache`")],
}))
"""


def add_qa(root: Path) -> None:
    """The record and the stack file, and nothing else."""
    environments = root / "infra" / "configuration" / "environments.py"
    replace_text(environments, "    PROD = (\n", f"{RECORD.lstrip(chr(10))}    PROD = (\n")
    replace_text(environments, "import dataclass\n", "import dataclass, replace\n")
    text = (root / "Pulumi.staging.yaml").read_text(encoding="utf-8")
    for old, new in (("220000000002", "240000000004"), ("10.20.", "10.28."), ("10.21.", "10.29.")):
        assert old in text
        text = text.replace(old, new)
    (root / "Pulumi.qa.yaml").write_text(text, encoding="utf-8")


def add_redis_size(root: Path) -> None:
    """A line, and a stack file that wants it."""
    sizes = root / "infra" / "configuration" / "tiers.py"
    line = '        "micro": "cache.t4g.micro",\n'
    replace_text(sizes, line, line + '        "large": "cache.r7g.large",\n')
    replace_text(root / "Pulumi.qa.yaml", "    cache: small\n", "    cache: large\n")


def add_metric(root: Path) -> None:
    """A record of the application's metrics."""
    metrics = root / "infra" / "monitoring" / "application_metrics.py"
    replace_text(metrics, '    "PaymentAttempts": ', f'{METRIC.lstrip(chr(10))}    "PaymentAttempts": ')


def add_alarm(root: Path) -> None:
    """An alarm of the catalogue, on that metric."""
    alarms = root / "infra" / "monitoring" / "alarm_catalogue" / "application.py"
    replace_text(
        alarms,
        "*(_payments(limits) if",
        "*([_refunds()] if limits.payments else ()),\n        *(_payments(limits) if",
    )
    replace_text(alarms, "\n\ndef _connectivity(", f"{ALARM}\n\ndef _connectivity(")


def add_system(root: Path) -> None:
    """Its file."""
    systems = root / "examples" / "systems"
    text = (systems / "paintbox.yaml").read_text(encoding="utf-8")
    (systems / "clinic.yaml").write_text(text.replace("paintbox", "clinic"), encoding="utf-8")


ADDED = {
    "environment": (add_qa, ["Pulumi.qa.yaml", "infra/configuration/environments.py"]),
    "size of Redis": (add_redis_size, ["Pulumi.qa.yaml", "infra/configuration/tiers.py"]),
    "metric of applications": (add_metric, ["infra/monitoring/application_metrics.py"]),
    "alarm": (add_alarm, ["infra/monitoring/alarm_catalogue/application.py"]),
    "system": (add_system, ["examples/systems/clinic.yaml"]),
}


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a checkout with all of them says of them, and what was changed for each."""
    root, changed = copy_checkout(tmp_path_factory.mktemp("qa")), {}
    before = contents(root)
    for kind, (add, _) in ADDED.items():
        add(root)
        after = contents(root)
        changed[kind] = sorted(name for name, text in after.items() if before.get(name) != text)
        before = after
    return {"changed": changed, **said_in(root, PROGRAM)}


@pytest.mark.parametrize("kind", ADDED)
def test_whoever_adds_one_touches_one_file_of_the_program(kind: str, qa: dict[str, Any]) -> None:
    assert qa["changed"][kind] == ADDED[kind][1]


def test_it_has_its_own_network_and_domain(qa: dict[str, Any]) -> None:
    assert (qa["networks"], qa["zones"]) == (["10.28.0.0/16"], ["qa.triangle.example"])


def test_it_is_a_whole_platform(qa: dict[str, Any]) -> None:
    for kind in ("eks/cluster:Cluster", "rds/instance:Instance", "cloudwatch/metricAlarm:MetricAlarm"):
        assert f"aws:{kind}" in qa["types"]


def test_its_host_is_nobody_elses(qa: dict[str, Any]) -> None:
    assert "this one is the environment qa" in qa["host"]


def test_a_release_comes_to_it_in_its_turn(qa: dict[str, Any]) -> None:
    assert "allowed: dev to staging, staging to qa, staging to prod" in qa["order"]


def test_the_rehearsal_and_github_know_it(qa: dict[str, Any]) -> None:
    assert qa["environments"] == ["dev", "staging", "qa", "prod"]
    assert qa["account"] == "240000000004"
    assert "/repos/owner/name/environments/qa" in qa["repository"]


def test_another_size_of_redis_is_made_and_documented(qa: dict[str, Any]) -> None:
    assert qa["nodes"] == {"cache": "cache.r7g.large", "queue": "cache.t4g.small"}
    assert any("micro, large, small" in line for line in qa["page"])


def test_a_metric_and_its_alarm_are_declared_published_drawn_and_documented(qa: dict[str, Any]) -> None:
    assert (qa["alarm"], qa["published"], qa["dashboard"]) == ("Refunds", ["Refunds"], [True])
    alarms, application = qa["pages"]
    assert "| ALM-9 | SEV-3 | more than 40 payments were given back within the hour |" in alarms
    assert "Payments that were given back." in application
    assert "- ALM-9, SEV-3: more than 40 payments were given back within the hour" in application


def test_a_system_is_found_by_its_file(qa: dict[str, Any]) -> None:
    systems, tested = qa["systems"]
    assert "clinic" in systems
    assert "clinic" in tested
    assert "clinic-prod" in qa["clinic"]
