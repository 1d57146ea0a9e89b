"""The outside checkers, in a Python environment of their own (requirements-audit.in)."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands.errors import CommandFailed
from rehearsal.audit.findings import Finding
from rehearsal.audit.policies import Policy
from rehearsal.audit.terraform_plan import names_of, terraform_plan
from rehearsal.aws import services
from rehearsal.aws.recorded import as_mapping

ROOT = Path(__file__).resolve().parents[2]

# AWS's model of a type's creation has not been named: nothing has checked its values.
UNCHECKED = "VALUES_UNCHECKED"


class CheckerError(CommandFailed):
    """A checker did not run; the message has what it said."""


@dataclass(frozen=True)
class Checked:
    """What one checker found, and the rules that it knows."""

    findings: list[Finding]
    rules: frozenset[str]
    examined: int


def check_manifests(checkers: Path, folder: Path) -> Checked:
    """checkov on `folder`, which has a folder of manifests for each environment."""
    return _checkov(checkers, folder, "kubernetes", lambda environment, resource: resource)


def check_graph(checkers: Path, folder: Path, graphs: Mapping[str, Sequence[dict[str, Any]]]) -> Checked:
    """checkov on the AWS resources of each environment, written to `folder` as plans of Terraform."""
    for environment, resources in graphs.items():
        (folder / environment).mkdir(parents=True)
        plan = json.dumps(terraform_plan(resources))
        (folder / environment / "plan.json").write_text(plan, encoding="utf-8")
    names = {environment: names_of(resources) for environment, resources in graphs.items()}
    return _checkov(
        checkers, folder, "terraform_plan", lambda environment, address: names[environment][address]
    )


def _checkov(checkers: Path, folder: Path, framework: str, named: Callable[[str, str], str]) -> Checked:
    """Everything below `folder`, which has a folder for each environment; `named` are the findings' names."""
    command = ["checkov", "--directory", str(folder), "--framework", framework, "--compact"]
    # Without --skip-download it would ask its maker's service for more about its rules.
    report = json.loads(_run(checkers, [*command, "--skip-download", "--output", "json"], allowed=(0, 1)))
    results, summary = report["results"], report["summary"]
    if summary["parsing_errors"]:
        raise CheckerError(f"checkov could not read {results['parsing_errors']}")
    findings = []
    for check in results["failed_checks"]:
        environment = check["file_path"].strip("/").split("/")[0]
        resource = named(environment, check["resource"])
        findings.append(Finding("checkov", check["check_id"], environment, resource, check["check_name"]))
    rules = {check["check_id"] for each in ("failed_checks", "passed_checks") for check in results[each]}
    return Checked(findings, frozenset(rules), summary["resource_count"])


def check_policies(checkers: Path, policies: Sequence[Policy]) -> Checked:
    """parliament on IAM documents."""
    script = ROOT / "tools" / "audit" / "lint_policies.py"
    documents = json.dumps([{"document": policy.document, "trust": policy.trust} for policy in policies])
    answer = json.loads(_run(checkers, ["python", "-W", "ignore", str(script)], documents))
    findings = [
        Finding("parliament", issue["rule"], policy.environment, policy.resource, issue["text"])
        for policy, issues in zip(policies, answer["issues"], strict=True)
        for issue in issues
    ]
    return Checked(findings, frozenset(answer["rules"]), len(policies))


def check_values(environment: str, resources: Iterable[dict[str, Any]]) -> Checked:
    """Which AWS types no service model has checked; a value that a model refuses ends the `up` itself."""
    types = {resource["type"] for resource in resources if resource["type"].startswith("aws:")}
    findings = [
        Finding(
            "botocore", UNCHECKED, environment, token, "no operation is named whose model checks its values"
        )
        for token in sorted(types)
        if services.mapping_of(token) is None and as_mapping(services.recorded_of(token)) is None
    ]
    return Checked(findings, frozenset({UNCHECKED}), len(types))


def _run(checkers: Path, command: Sequence[str], given: str = "", allowed: Sequence[int] = (0,)) -> str:
    program = checkers / "bin" / command[0]
    # Settings of the person's own, a service's key among them, must not change the result.
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("BC_", "CKV_", "CHECKOV_"))
    }
    try:
        done = subprocess.run(
            [str(program), *command[1:]], input=given, env=kept, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise CheckerError(f"{program}: {error.strerror}; `make audit` installs it") from error
    if done.returncode not in allowed or not done.stdout.strip():
        raise CheckerError(
            f"{command[0]} failed ({done.returncode}):\n{(done.stderr or done.stdout).strip()}"
        )
    return done.stdout
