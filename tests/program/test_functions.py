"""What holds for every Lambda function, whatever it does."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rehearsal.assets import zipped
from rehearsal.serve.lambda_runtime import program
from tests.support.computed_outputs import PLANTED
from tests.support.engine_values import Secret
from tests.support.policies import allows
from tests.support.recorder import Recording, Resource

FUNCTION = "aws:lambda/function:Function"


def _without_data(function: Resource) -> bytes:
    """The archive without what an environment adds to the code: names to ask about."""
    code = function.inputs["code"]
    own = {name: each for name, each in code["assets"].items() if not name.endswith(".json")}
    return zipped({**code, "assets": own})


def _codes(recording: Recording) -> dict[str, Resource]:
    """One function of each folder: the same folder is the same code."""
    return {function.inputs["handler"]: function for function in recording.of(FUNCTION).values()}


def test_functions_run_on_arm_with_a_runtime_that_lambda_has(each: Recording) -> None:
    import boto3

    model = boto3.client("lambda", region_name="us-west-2").meta.service_model
    for function in each.of(FUNCTION).values():
        assert function.inputs["runtime"] in model.shape_for("Runtime").enum
        assert function.inputs["architectures"] == ["arm64"]


def test_no_function_reserves_concurrency_which_a_new_account_cannot_give(each: Recording) -> None:
    # Of the account's, 100 have to be left (PutFunctionConcurrency); a new account may have 10.
    for name, function in each.of(FUNCTION).items():
        assert function.inputs.get("reservedConcurrentExecutions") is None, name


def test_every_function_has_a_handler_that_can_be_called(prod: Recording) -> None:
    for handler in _codes(prod):
        module, _, name = handler.rpartition(".")
        assert callable(getattr(importlib.import_module(module), name)), handler


def test_the_code_is_complete_and_nothing_else(prod: Recording, tmp_path: Path) -> None:
    # Imported from the archive alone; the embedded AWS's own tests call the handlers too.
    for number, (handler, function) in enumerate(_codes(prod).items()):
        file = tmp_path / f"{number}.zip"
        file.write_bytes(zipped(function.inputs["code"]))
        with zipfile.ZipFile(file) as archive:
            assert [name for name in archive.namelist() if name.endswith(".pyc")] == []
        done = subprocess.run(
            [sys.executable, "-S", "-I", "-c", program(file, handler)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{handler}: {done.stderr}"


def test_logs_are_encrypted_and_end(each: Recording) -> None:
    groups = each.of("aws:cloudwatch/logGroup:LogGroup")
    for name, function in each.of(FUNCTION).items():
        assert groups[name].inputs["name"] == f"/aws/lambda/{function.inputs['name']}"
        assert groups[name].inputs["kmsKeyId"].endswith(":logs")
        assert groups[name].inputs["retentionInDays"] > 0
        assert function.inputs["loggingConfig"]["logFormat"] == "JSON"


@pytest.mark.contract("ENV-1")
def test_every_environment_has_the_same_functions(
    dev: Recording, staging: Recording, prod: Recording
) -> None:
    assert set(dev.of(FUNCTION)) <= set(staging.of(FUNCTION)) == set(prod.of(FUNCTION))


@pytest.mark.contract("ALM-15")
def test_an_event_that_cannot_be_handled_is_an_alarm(each: Recording) -> None:
    handling = each.of("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
    for name, function in each.of(FUNCTION).items():
        assert handling[name].inputs["maximumRetryAttempts"] == 2
        alarm = each.one("aws:cloudwatch/metricAlarm:MetricAlarm", f"function-{name}-gave-up").inputs
        assert alarm["metricName"] == "AsyncEventsDropped"
        assert alarm["dimensions"] == {"FunctionName": function.inputs["name"]}


def test_functions_in_the_network_are_where_the_data_is_not(each: Recording) -> None:
    private = {f"{name}-id" for name in each.of("aws:ec2/subnet:Subnet") if name.startswith("private-")}
    inside = {
        name: set(function.inputs["vpcConfig"]["subnetIds"])
        for name, function in each.of(FUNCTION).items()
        if "vpcConfig" in function.inputs
    }
    assert set(inside) >= {"rotate-database", "rotate-redis"}
    assert all(subnets == private for subnets in inside.values())


def test_a_function_in_the_network_waits_for_the_right_to_be_there(each: Recording) -> None:
    policies = each.of("aws:iam/rolePolicy:RolePolicy")
    account = json.loads(each.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"])[0]
    ours, anothers = (f"arn:aws:ec2:us-west-2:{of}:network-interface/eni-1" for of in (account, "1" * 12))
    for name, function in each.of(FUNCTION).items():
        policy, inside = policies[f"function-{name}"], "vpcConfig" in function.inputs
        assert allows(policy.plain("policy"), "ec2:CreateNetworkInterface", ours) is inside
        assert not allows(policy.plain("policy"), "ec2:CreateNetworkInterface", anothers)
        # Lambda refuses to make it before.
        assert policy.urn in function.depends_on


def test_no_variable_of_a_function_is_a_secret(paged: Recording) -> None:
    for function in paged.of(FUNCTION).values():
        assert not isinstance(function.inputs.get("environment"), Secret), function.name
        assert PLANTED not in str(function.plain("environment"))


def test_the_same_sources_are_the_same_archive_in_every_environment(dev: Recording, prod: Recording) -> None:
    for name in dev.of(FUNCTION):
        codes = (_without_data(each.one(FUNCTION, name)) for each in (dev, prod))
        assert next(codes) == next(codes), name
