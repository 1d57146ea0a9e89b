"""`aws.iam.get_policy_document`: statements as Pulumi writes them, as a document of IAM.

The form is the one of AWS's own provider: what stands once is a text and not a list, texts of a list are in
descending order, and `&{…}` is the variable `${…}` (terraform-provider-aws, "aws_iam_policy_document").
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.aws.functions.asked import Asked
from rehearsal.providers.provider import Properties, ProviderError

_VERSION = "2012-10-17"

Statement = dict[str, Any]


def policy_document(asked: Asked) -> Properties:
    """The document, with what its sources have before it and what replaces statements of it."""
    arguments = asked.arguments
    version = arguments.get("version") or _VERSION
    sources = [*_all(arguments, "sourceJson", "sourcePolicyDocuments")]
    overrides = [*_all(arguments, "overrideJson", "overridePolicyDocuments")]
    statements = [each for source in sources for each in _parsed(source)]
    statements = _merged(statements, (_statement(each) for each in arguments.get("statements") or ()))
    for override in overrides:
        statements = _overridden(statements, _parsed(override))
    document: dict[str, Any] = {"Version": version}
    if arguments.get("policyId"):
        document["Id"] = arguments["policyId"]
    document["Statement"] = statements
    text = json.dumps(document, indent=2)
    return {
        "id": str(zlib.crc32(text.encode())),
        "json": text,
        "minifiedJson": json.dumps(document, separators=(",", ":")),
    }


def _all(arguments: Properties, one: str, several: str) -> list[str]:
    return [*([arguments[one]] if arguments.get(one) else []), *(arguments.get(several) or [])]


def _parsed(text: str) -> list[Statement]:
    try:
        found = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise ProviderError(f"a policy document that is merged is no document of IAM: {error}") from error
    return found if isinstance(found, list) else [found]


def _merged(before: list[Statement], more: Iterable[Statement]) -> list[Statement]:
    merged = list(before)
    taken = {each["Sid"] for each in before if each.get("Sid")}
    for statement in more:
        if statement.get("Sid") in taken:
            raise ProviderError(f"duplicate Sid ({statement['Sid']})")
        if statement.get("Sid"):
            taken.add(statement["Sid"])
        merged.append(statement)
    return merged


def _overridden(before: list[Statement], more: Iterable[Statement]) -> list[Statement]:
    """A statement takes the place of the one with its Sid; others are added."""
    result = list(before)
    places = {each["Sid"]: number for number, each in enumerate(before) if each.get("Sid")}
    for statement in more:
        place = places.get(statement.get("Sid", ""))
        if place is None:
            result.append(statement)
        else:
            result[place] = statement
    return result


def _statement(given: Mapping[str, Any]) -> Statement:
    statement: Statement = {}
    if given.get("sid"):
        statement["Sid"] = given["sid"]
    statement["Effect"] = given.get("effect") or "Allow"
    for name, key in (
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        if given.get(name):
            statement[key] = _texts(given[name])
    for name, key in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if given.get(name):
            statement[key] = _principals(given[name])
    if given.get("conditions"):
        statement["Condition"] = _conditions(given["conditions"])
    return statement


def _texts(values: Iterable[str]) -> str | list[str]:
    written = sorted((_variables(value) for value in values), reverse=True)
    return written[0] if len(written) == 1 else written


def _variables(text: str) -> str:
    return text.replace("&{", "${")


def _principals(given: Iterable[Mapping[str, Any]]) -> str | dict[str, str | list[str]]:
    by_type: dict[str, list[str]] = {}
    for each in given:
        by_type.setdefault(each["type"], []).extend(each["identifiers"])
    if by_type == {"*": ["*"]}:
        return "*"
    return {kind: _texts(identifiers) for kind, identifiers in sorted(by_type.items())}


def _conditions(given: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str | list[str]]]:
    by_test: dict[str, dict[str, list[str]]] = {}
    for each in given:
        values = [_variables(value) for value in each["values"]]
        by_test.setdefault(each["test"], {}).setdefault(each["variable"], []).extend(values)
    return {
        test: {
            variable: values[0] if len(values) == 1 else values
            for variable, values in sorted(variables.items())
        }
        for test, variables in sorted(by_test.items())
    }
