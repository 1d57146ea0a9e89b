"""ENV-3, RED-3, K8S-8 and K8S-9: what services are told through their environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.configuration import load_configuration
from infra.configuration.database_certificates import CERTIFICATE_AUTHORITY, database_certificates
from infra.configuration.validation import ConfigurationError
from tests.support.recorder import TODAY, Recording, record, stack_file, system_file
from tests.support.recordings import recording_of, system_recording


def _variables(recording: Recording, service: str) -> dict[str, Any]:
    deployment = recording.one("kubernetes:apps/v1:Deployment", service)
    (container,) = deployment.inputs["spec"]["template"]["spec"]["containers"]
    return {entry["name"]: entry.get("value") for entry in container["env"]}


@pytest.mark.contract("ENV-3")
@pytest.mark.parametrize(
    ("environment", "on"),
    [
        ("dev", {"MILESTONE_ESCROW", "CERTIFICATE_MINTING", "JOB_RECOMMENDATIONS"}),
        ("staging", {"MILESTONE_ESCROW", "CERTIFICATE_MINTING"}),
        ("prod", {"MILESTONE_ESCROW"}),
    ],
)
def test_features_are_all_on_in_dev_some_in_staging_and_few_in_prod(environment: str, on: set[str]) -> None:
    variables = _variables(system_recording("escrow", environment), "app")
    flags = {name: value for name, value in variables.items() if name.startswith("FEATURE_")}
    assert {name.removeprefix("FEATURE_") for name, value in flags.items() if value == "enabled"} == on
    assert len(flags) == 3


@pytest.mark.contract("ENV-3")
@pytest.mark.parametrize(("environment", "rate"), [("dev", 0.0), ("staging", 0.1), ("prod", 1.0)])
def test_sentry_hears_little_from_staging_and_everything_from_prod(environment: str, rate: float) -> None:
    assert float(_variables(recording_of(environment), "api")["SENTRY_SAMPLE_RATE"]) == rate


@pytest.mark.contract("RED-3")
def test_the_worker_knows_when_to_try_a_webhook_again(each: Recording) -> None:
    variables = _variables(each, "worker")
    # Runbook 000: 1 minute, 5 minutes, 30 minutes, 2 hours.
    assert variables["RETRY_DELAYS_SECONDS"] == "60,300,1800,7200"
    assert variables["RETRY_ATTEMPTS"] == "5"


@pytest.mark.contract("K8S-8")
def test_the_heartbeat_of_websockets_is_configured() -> None:
    variables = _variables(system_recording("paintbox", "prod"), "app")
    assert variables["WS_HEARTBEAT_INTERVAL"] == "30000"


def test_the_caching_times_of_the_runbook_reach_paintbox() -> None:
    variables = _variables(system_recording("paintbox", "prod"), "app")
    assert (variables["CALCULATION_CACHE_SECONDS"], variables["SESSION_SECONDS"]) == ("3600", "86400")


@pytest.mark.contract("K8S-9")
def test_debug_variables_are_set_while_the_stack_file_says_so() -> None:
    system = {"systemFile": "examples/systems/paintbox.yaml"}
    # As the engine hands on a day without quotes.
    until = "2999-12-31 00:00:00 +0000 UTC"
    debug = {"variables": ["DEBUG_MODE", "ENABLE_PROFILING"], "until": until}
    switched_on = _variables(record("prod", {**system, "debug": debug}), "app")
    assert (switched_on["DEBUG_MODE"], switched_on["ENABLE_PROFILING"]) == ("true", "true")
    assert "DEBUG_SQL_QUERIES" not in switched_on
    assert "DEBUG_MODE" not in _variables(system_recording("paintbox", "prod"), "app")


@pytest.mark.contract("K8S-9")
@pytest.mark.parametrize("until", [{}, {"until": "2026-11-20"}])
def test_prod_refuses_debugging_without_an_end_or_after_it(until: dict[str, str]) -> None:
    stack = {**stack_file("prod"), "debug": {"variables": ["DEBUG_MODE"], **until}}
    paintbox = system_file("examples/systems/paintbox.yaml")
    with pytest.raises(ConfigurationError, match=r"debug\.until"):
        load_configuration("prod", stack, paintbox, "examples/systems/paintbox.yaml", today=TODAY)


@pytest.mark.contract("DB-1")
def test_clients_of_the_database_verify_whom_they_talk_to(each: Recording) -> None:
    pod = each.one("kubernetes:apps/v1:Deployment", "api").inputs["spec"]["template"]["spec"]
    variables = _variables(each, "api")
    (volume,) = [it for it in pod["volumes"] if "configMap" in it]
    (mount,) = [it for it in pod["containers"][0]["volumeMounts"] if it["name"] == volume["name"]]
    files = each.one("kubernetes:core/v1:ConfigMap", volume["configMap"]["name"]).inputs["data"]
    (name, authority), *others = files.items()
    assert not others
    for variable in ("DATABASE_CERTIFICATES", "NODE_EXTRA_CA_CERTS", "PGSSLROOTCERT"):
        assert variables[variable] == f"{mount['mountPath']}/{name}"
    # The authority that the instance is asked to have its certificate from, in its own region.
    instance = each.one("aws:rds/instance:Instance", "database").inputs
    assert instance["caCertIdentifier"] == CERTIFICATE_AUTHORITY
    assert authority == database_certificates()[each.outputs["region"]]


def test_a_service_without_a_database_is_given_no_authority(each: Recording) -> None:
    assert "PGSSLROOTCERT" not in _variables(each, "admin")
    pod = each.one("kubernetes:apps/v1:Deployment", "admin").inputs["spec"]["template"]["spec"]
    assert not [it for it in pod["volumes"] if "configMap" in it]


@pytest.mark.contract("ENV-3", "K8S-6", "K8S-9")
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_what_is_switched_reaches_the_pods_without_another_migration(
    environment: str, tmp_path: Path
) -> None:
    before = recording_of(environment)
    content = system_file("system.yaml")
    on = [] if environment in content["flags"]["invoice-payments"] else [environment]
    content |= {"flags": content["flags"] | {"invoice-payments": on}, "debug": ["DEBUG_MODE"]}
    (tmp_path / "system.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    until = {"until": (TODAY + timedelta(days=1)).isoformat()} if environment == "prod" else {}
    debug = {"variables": ["DEBUG_MODE"], **until}
    after = record(environment, {"systemFile": str(tmp_path / "system.yaml"), "debug": debug})
    assert _variables(before, "api") != _variables(after, "api")
    jobs = [each.of("kubernetes:batch/v1:Job") for each in (before, after)]
    assert jobs[0]
    assert {name: each.inputs for name, each in jobs[0].items()} == {
        name: each.inputs for name, each in jobs[1].items()
    }
