"""One place for each fact: an environment is a record and a stack file, a size of Redis is a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.checkout import changed_files, copy_checkout, replace_text, said_in

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

PROGRAM = """
import json
from documentation.configuration_page import configuration_page
from infra.configuration.system import load_system
from infra.configuration.validation import ConfigurationError
from operations.branch_protection import rules
from operations.console import OperationError
from operations.releases import promote
from rehearsal.stackfile import StackFile
from rehearsal.workspace import ENVIRONMENTS
from tests.support.recorder import ROOT, TODAY, record, system_file

def refused(work):
    try:
        work()
    except (ConfigurationError, OperationError) as error:
        return str(error)

def with_host(host):
    system = system_file()
    system["services"]["api"]["route"]["host"] = host
    return load_system(system, today=TODAY)

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


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a checkout with `qa` says of it, and what was changed for it and for another size of Redis."""
    root = copy_checkout(tmp_path_factory.mktemp("qa"))
    add_qa(root)
    changed = changed_files(root)
    add_redis_size(root)
    more = [name for name in changed_files(root) if name not in changed]
    return {"changed": changed, "changed for a size": more, **said_in(root, PROGRAM)}


def test_a_record_and_a_stack_file_are_an_environment_and_a_line_is_a_size(qa: dict[str, Any]) -> None:
    assert qa["changed"] == ["Pulumi.qa.yaml", "infra/configuration/environments.py"]
    assert qa["changed for a size"] == ["infra/configuration/tiers.py"]


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
