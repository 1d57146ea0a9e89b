"""AWS Lambda: functions, who may call them, what happens to events that fail. Nothing is ever run."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.assets import zipped
from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting
from rehearsal.aws.recorded import RecordedType
from rehearsal.aws.services.resource_tags import resource_tags
from rehearsal.providers.provider import ProviderError


def _package(context: Context) -> dict[str, Any]:
    try:
        return {"ZipFile": zipped(context.inputs["code"])}
    except (OSError, ValueError) as error:
        raise ProviderError(f"the function's code cannot be packed: {error}") from error


def _code(context: Context) -> dict[str, Any]:
    return {"Code": _package(context)} if context.inputs.get("code") is not None else {}


def _new_code(context: Context) -> dict[str, Any]:
    """Code and architecture change together, in an operation of their own."""
    parameters = {"FunctionName": context.id, **_package(context)}
    if context.inputs.get("architectures"):
        parameters["Architectures"] = context.inputs["architectures"]
    return parameters


def _configuration(context: Context) -> dict[str, Any]:
    """What leaves the program is emptied: leaving a block out of the call would keep it."""
    parameters: dict[str, Any] = {"FunctionName": context.id}
    emptied = {
        "description": ("Description", ""),
        "environment": ("Environment", {"Variables": {}}),
        "vpcConfig": ("VpcConfig", {"SubnetIds": [], "SecurityGroupIds": []}),
        "deadLetterConfig": ("DeadLetterConfig", {"TargetArn": ""}),
        "layers": ("Layers", []),
        "kmsKeyArn": ("KMSKeyArn", ""),
    }
    for name, (member, empty) in emptied.items():
        if context.old.get(name) is not None and context.inputs.get(name) is None:
            parameters[member] = empty
    return parameters


def _function(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    found = {**answer["Configuration"], "Tags": answer.get("Tags", {}), "Version": "$LATEST"}
    if not (found.get("VpcConfig") or {}).get("SubnetIds"):
        found.pop("VpcConfig", None)
    found["ReservedConcurrentExecutions"] = answer.get("Concurrency", {}).get("ReservedConcurrentExecutions")
    return found


def _permission(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    name = context.value("statementId")
    for statement in json.loads(answer["Policy"])["Statement"]:
        if statement["Sid"] == name:
            condition = statement.get("Condition", {})
            principal = statement["Principal"]
            return {
                "StatementId": name,
                "FunctionName": context.value("function"),
                "Action": statement["Action"],
                "Principal": next(iter(principal.values())) if isinstance(principal, dict) else principal,
                "SourceArn": condition.get("ArnLike", {}).get("AWS:SourceArn"),
                "SourceAccount": condition.get("StringEquals", {}).get("AWS:SourceAccount"),
            }
    return None


QUESTIONS = {"lambda": "list_functions"}
MAPPINGS = (
    ResourceMapping(
        token="aws:lambda/function:Function",
        service="lambda",
        create=Call("create_function", _code),
        known_when_made=True,
        id="{FunctionName}",
        import_id="{name}",
        read=Call("get_function", {"FunctionName": "{id}"}),
        found=_function,
        update=Call("update_function_configuration", _configuration),
        settings=(
            Setting(
                "update_function_code", ("code", "architectures"), _new_code, takes=False, at_creation=False
            ),
            Setting(
                "put_function_concurrency",
                ("reservedConcurrentExecutions",),
                {"FunctionName": "{name}"},
                unset=Call("delete_function_concurrency", {"FunctionName": "{name}"}),
            ),
        ),
        delete=Call("delete_function", {"FunctionName": "{id}"}),
        names={"name": "FunctionName", "code": "-"},
        read_names={"arn": "FunctionArn", "sourceCodeHash": "CodeSha256", "sourceCodeSize": "CodeSize"},
        local=("skipDestroy", "replaceSecurityGroupsOnDestroy", "replacementSecurityGroupIds"),
        not_returned=("code", "sourceCodeHash"),
        defaults={"memorySize": 128, "timeout": 3, "packageType": "Zip", "publish": False},
        computed={
            "qualifiedArn": "{arn}:$LATEST",
            "invokeArn": ("arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"),
        },
        autoname="name",
        tags=resource_tags("Resource", "{arn}", "map"),
    ),
    ResourceMapping(
        token="aws:lambda/permission:Permission",
        service="lambda",
        create=Call("add_permission"),
        known_when_made=True,
        id="{statementId}",
        import_id="{function}/{statementId}",
        read=Call("get_policy", {"FunctionName": "{function}"}),
        found=_permission,
        delete=Call("remove_permission", {"FunctionName": "{function}", "StatementId": "{id}"}),
        names={"function": "FunctionName"},
    ),
    ResourceMapping(
        token="aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        service="lambda",
        create=Call("put_function_event_invoke_config"),
        known_when_made=True,
        id="{functionName}",
        import_id="{functionName}",
        read=Call("get_function_event_invoke_config", {"FunctionName": "{functionName}"}),
        found=lambda answer, context: {**answer, "FunctionName": context.value("functionName")},
        update=Call("put_function_event_invoke_config"),
        update_with_all=True,
        delete=Call("delete_function_event_invoke_config", {"FunctionName": "{functionName}"}),
    ),
)
RECORDED = (
    RecordedType(
        token="aws:lambda/invocation:Invocation",
        id="{functionName}_$LATEST_{hash}",
        outputs={"result": "null"},
        why="a function is never run here: that would need containers, and what it connects to",
        model="lambda.invoke",
    ),
)
