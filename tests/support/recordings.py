"""Evaluations of the program that many tests look at: each is made once, by one of pytest's processes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.configuration import Configuration, load_configuration
from infra.configuration.files import stack_config
from infra.configuration.strict_yaml import written
from tests.support.computed_outputs import PLANTED
from tests.support.recorder import (
    ROOT,
    TODAY,
    Recording,
    record,
    record_backup_account,
    stack_file,
    system_file,
)
from tests.support.shared import shared

# The runbooks' five systems, the default one among them.
SYSTEMS = tuple(sorted(file.stem for file in (ROOT / "examples" / "systems").glob("*.yaml")))

# Everything that a person could hand to the stack as a secret.
PAGING = {
    "pagerduty": f"https://events.example.com/{PLANTED}-pagerduty",
    "slack": f"{PLANTED}-slack@example.slack.com",
}
# CodeBuild's to GitHub.
CONNECTION = "arn:aws:codeconnections:us-west-2:230000000003:connection/12345678-1234-1234-1234-123456789012"


@shared
def recording_of(environment: str) -> Recording:
    """The environment as its stack file has it."""
    return record(environment)


@shared
def prod_with_paging() -> Recording:
    """prod with its paging addresses set."""
    return record("prod", {"paging": PAGING}, encrypted=("paging",))


@shared
def prod_with_runners() -> Recording:
    """prod with machines for CI: everything that there can be."""
    return record("prod", {"runners": {"connection": CONNECTION}})


@shared
def dev_without_redis() -> Recording:
    """dev with Redis switched off."""
    return record("dev", {"redis": {**stack_file("dev")["redis"], "enabled": False}})


def system_recording(system: str, environment: str) -> Recording:
    """One of the runbooks' five systems."""
    return recording_of(environment) if system == "triangle" else _of_an_example(system, environment)


@shared
def _of_an_example(system: str, environment: str) -> Recording:
    return record(environment, {"systemFile": f"examples/systems/{system}.yaml"})


@shared
def backup_account_of(system: str, environment: str) -> Recording:
    """The backup account of one of the five systems, by its own program."""
    return record_backup_account(
        environment, "" if system == "triangle" else f"examples/systems/{system}.yaml"
    )


# Of the zone above a domain.
PARENT_ZONE: dict[str, Any] = {
    "name": "example.com",
    "delegations": {"portal": ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"]},
    "records": [{"name": "www", "type": "A", "values": ["192.0.2.1"], "ttl": 600}],
}


@shared
def backup_account_with_parent_zone() -> Recording:
    """The backup account of a checkout whose domain is below another one."""
    return backup_account_with({"parentZone": PARENT_ZONE}, domain="portal.example.com")


def backup_account_with(changes: Mapping[str, Any], **of_system: Any) -> Recording:
    """The backup account of a checkout whose files say something else."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "backup_account").mkdir()
        program = shutil.copy(ROOT / "backup_account" / "__main__.py", folder / "backup_account")
        changed = {f"groundwork:{key}": value for key, value in changes.items()}
        config = {**stack_config(ROOT, "prod"), **changed}
        system = {**system_file(), **of_system}
        (folder / "Pulumi.prod.yaml").write_text(written({"config": config}), encoding="utf-8")
        (folder / "system.yaml").write_text(written(system), encoding="utf-8")
        return record_backup_account("prod", program=Path(program))


def configuration_of(system: str, environment: str) -> Configuration:
    """What the two files say of one of the five systems, without the program."""
    file = f"examples/systems/{system}.yaml"
    return load_configuration(environment, stack_file(environment), system_file(file), file, today=TODAY)


def routed_services(system: str) -> dict[str, dict[str, Any]]:
    """The services of one of the five systems that the internet reaches, as its file has them."""
    services = system_file(f"examples/systems/{system}.yaml")["services"]
    return {name: service for name, service in services.items() if "route" in service}
