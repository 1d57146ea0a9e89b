"""Strict validation of objects against the schemas of a Kubernetes version.

The schemas are those that kubernetes-validate bundles. Its own `validate` reads 1.5 MB of JSON at
each call, stops at the first error and cannot do with values that are not known yet; therefore the
same schemas are compiled here, once for each version and kind.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import importlib.metadata
import json
import re
import threading
from collections.abc import Iterator
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from rehearsal.kubernetes.custom_kinds import specification_of, versions_of
from rehearsal.kubernetes.kinds import Kind
from rehearsal.kubernetes.quantities import QUANTITY
from rehearsal.providers.property_differences import join
from rehearsal.providers.provider import UNKNOWN, CheckFailure, Properties, ProviderError

_DEFINITIONS = "_definitions.json"
# What the bundled schemas call it.
_ID = f"https://kubernetes.io/api/{_DEFINITIONS}"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
# Keywords about one value, which may not be known yet.
_OF_VALUES = (
    "type",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
)
_INTEGERS = {"int32": 31, "int64": 63}
_WORDS = {
    "array": "a list", "boolean": "true or false", "integer": "a whole number", "number": "a number",
    "object": "a map", "string": "text",
}  # fmt: skip
_lock = threading.Lock()


def schema_failures(kind: Kind, content: Properties, version: str) -> list[CheckFailure]:
    """Everything in `content` that the API server of this version would refuse by its schema.

    Values are never part of a reason, because they may be secret. Custom resources that are not known here
    (custom_kinds.py) pass; a kind that other versions have is an API that was removed, or is not there yet.

    Args:
        kind: what `content` is.
        content: the object; where UNKNOWN stands, any value may come and nothing is wrong.
        version: the cluster's version, "1.34".

    Raises:
        ProviderError: kubernetes-validate has no schemas for this version.
    """
    with _lock:
        validator = _validator(version, kind)
    if validator is None:
        return _not_served(kind, version)
    failures = [failure for error in validator.iter_errors(content) for failure in _explain(error)]
    return sorted(failures, key=lambda failure: failure.property)


def _not_served(kind: Kind, version: str) -> list[CheckFailure]:
    with _lock:
        elsewhere = [other for other in supported_versions() if _validator(other, kind) is not None]
    missing = f'no matches for kind "{kind.name}" in version "{kind.api_version}"'
    if elsewhere:
        served = " and ".join(dict.fromkeys((elsewhere[0], elsewhere[-1])))
        reason = f"{missing}: Kubernetes {version} does not serve it; those that do are between {served}"
        return [CheckFailure("apiVersion", reason)]
    versions = versions_of(kind) or _versions(kind, version)
    if versions:
        return [CheckFailure("apiVersion", f"{missing}; served is {', '.join(versions)}")]
    return []


def _versions(kind: Kind, version: str) -> list[str]:
    """The versions of its API in which Kubernetes serves a kind; none for custom resources."""
    found = []
    for file in _folder(version).glob(f"{kind.name.lower()}-*.json"):
        other = Kind(kind.group, file.stem.rpartition("-")[2], kind.name)
        if _validator(version, other) is not None:
            found.append(other.version)
    return sorted(found)


def supported_versions() -> list[str]:
    """The Kubernetes versions that there are schemas for, oldest first."""
    names = [entry.name for entry in _root().iterdir()]
    found = {match[1] for name in names if (match := re.fullmatch(r"v(\d+\.\d+)\.\d+-local-strict", name))}
    return sorted(found, key=lambda text: [int(part) for part in text.split(".")])


@cache
def _root() -> Path:
    # Found and not imported, since the package's own code loads pydantic, which nothing here needs.
    package = PathFinder.find_spec("kubernetes_validate")
    assert package is not None and package.submodule_search_locations, "requirements.txt has it"
    return Path(package.submodule_search_locations[0]) / "kubernetes-json-schema"


@cache
def _folder(version: str) -> Path:
    if version not in supported_versions():
        package = importlib.metadata.version("kubernetes-validate")
        versions = supported_versions()
        raise ProviderError(
            f"Kubernetes version {version!r}: kubernetes-validate {package} has schemas for {versions[0]} to "
            f"{versions[-1]} only. Set the cluster's version to one of them, or raise kubernetes-validate in "
            "requirements.in."
        )
    return _root() / f"v{version}.0-local-strict"


@cache
def _registry(version: str) -> Any:
    # Imported here: jsonschema costs 0.1 s, which a program without Kubernetes should not pay.
    from referencing import Registry, Resource

    definitions = json.loads((_folder(version) / _DEFINITIONS).read_text(encoding="utf-8"))
    # Written as "oneOf" they accept any text; the API server reads more than that into them.
    definitions["$defs"][_QUANTITY] = {"quantity": True}
    definitions["$defs"][_INT_OR_STRING] = {"intOrString": True}
    return Resource.from_contents(definitions) @ Registry()


@cache
def _validator(version: str, kind: Kind) -> Any:
    if (specification := specification_of(kind)) is not None:
        return _validator_class()(_custom(kind, specification), registry=_registry(version))
    group = kind.group.split(".")[0]
    file = f"{kind.name.lower()}-{group + '-' if group else ''}{kind.version}.json"
    path = _folder(version) / file
    if not path.is_file():
        return None
    schema = json.loads(path.read_text(encoding="utf-8"))
    served = schema.get("x-kubernetes-group-version-kind", [])
    if {"group": kind.group, "version": kind.version, "kind": kind.name} not in served:
        return None
    return _validator_class()(schema, registry=_registry(version))


def _custom(kind: Kind, specification: dict[str, Any]) -> dict[str, Any]:
    """The schema of a custom resource, which takes no field that it does not name."""
    metadata = {"$ref": f"{_ID}#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
    properties = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": metadata}
    properties |= {"spec": specification, "status": {"type": "object"}}
    whole: dict[str, Any] = _closed({"type": "object", "properties": properties, "required": ["spec"]})
    return whole


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string"):
        return {"intOrString": True}
    closed = {key: _closed(value) for key, value in schema.items()}
    named = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    return {**closed, "additionalProperties": False} if named else closed


@cache
def _validator_class() -> Any:
    from jsonschema import Draft202012Validator, ValidationError, validators

    standard = Draft202012Validator.VALIDATORS

    def known(keyword: str) -> Any:
        def check(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
            if instance is not UNKNOWN:
                yield from standard[keyword](validator, rule, instance, schema) or ()

        return check

    def as_error(problem: Any) -> Any:
        def check(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
            text = None if instance is UNKNOWN or instance is None else problem(rule, instance)
            if text:
                yield ValidationError(text)

        return check

    return validators.extend(
        Draft202012Validator,
        {
            **{keyword: known(keyword) for keyword in _OF_VALUES},
            "format": as_error(_format_problem),
            "quantity": as_error(_quantity_problem),
            "intOrString": as_error(_int_or_string_problem),
        },
    )


def _format_problem(rule: str, instance: Any) -> str | None:
    if rule in _INTEGERS and isinstance(instance, int) and not isinstance(instance, bool):
        limit = 2 ** _INTEGERS[rule]
        return (
            None if -limit <= instance < limit else f"has to be a whole number of {_INTEGERS[rule] + 1} bits"
        )
    if rule == "byte" and isinstance(instance, str):
        try:
            base64.b64decode(instance, validate=True)
        except binascii.Error:
            return "has to be base64 (a Secret takes plain text under stringData)"
    return None


def _quantity_problem(rule: bool, instance: Any) -> str | None:
    if isinstance(instance, str) and QUANTITY.match(instance):
        return None
    if isinstance(instance, (int, float)) and not isinstance(instance, bool):
        return None
    return "has to be a quantity, such as 500m, 2 or 1Gi"


def _int_or_string_problem(rule: bool, instance: Any) -> str | None:
    valid = isinstance(instance, (int, str)) and not isinstance(instance, bool)
    return None if valid else "has to be a whole number or text"


def _explain(error: Any) -> Iterator[CheckFailure]:
    path = ""
    for part in error.absolute_path:
        path = join(path, part)
    if error.validator == "additionalProperties":
        allowed = sorted(error.schema.get("properties", {}))
        for key in error.instance:
            if key not in allowed:
                yield CheckFailure(join(path, key), f"is unknown; {_suggestion(key, allowed)}")
    elif error.validator == "required":
        for key in error.validator_value:
            # jsonschema reports one error for each missing key, with the key in its message only.
            if key not in error.instance and error.message.startswith(repr(key)):
                yield CheckFailure(join(path, key), "is required")
    elif error.validator == "type":
        wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        words = " or ".join(_WORDS[name] for name in wanted if name != "null")
        yield CheckFailure(path, f"has to be {words}, not {_found(error.instance)}")
    elif error.validator == "enum":
        values = ", ".join(str(value) for value in error.validator_value)
        yield CheckFailure(path, f"is none of the allowed values: {values}")
    else:
        yield CheckFailure(path, error.message)


def _suggestion(key: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(key, allowed, 1)
    return (f"did you mean {close[0]}? " if close else "") + f"Allowed are {', '.join(allowed)}"


def _found(value: Any) -> str:
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a map",
    }
    return names.get(type(value), "nothing")
