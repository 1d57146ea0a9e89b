"""Files of objects: YAML is read; charts and kustomizations, which other programs render, are refused."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import yaml

from rehearsal.providers.provider import Properties, ProviderError

DECODE = "kubernetes:yaml:decode"

# Other programs make the objects of these; they write a file that can be declared all the same.
_CHART = "Helm renders charts itself: `helm template NAME CHART > chart.yaml`"
_INSTEAD = MappingProxyType(
    {
        "helm.sh": _CHART,
        "helm": _CHART,
        "kustomize": "kubectl renders kustomizations: `kubectl kustomize DIR > all.yaml`",
    }
)


def refusal_of(token: str) -> str:
    """Why something that is no single object of a cluster is not taken, and what to do instead."""
    group = token.split(":")[1].partition("/")[0] if token.count(":") == 2 else ""
    reason = _INSTEAD.get(group, "it is no object of a cluster")
    return (
        f"{token}: the embedded cluster does not take it; {reason}. Declare the file's objects with "
        "`kubernetes.yaml.ConfigFile(NAME, file=…)`, or each object itself"
    )


def call_function(token: str, arguments: Properties) -> Properties:
    """The answer of one of the provider's functions.

    Raises:
        ProviderError: it is none that the embedded cluster has, or the YAML is broken.
    """
    if token != DECODE:
        raise ProviderError(refusal_of(token))
    try:
        documents = list(yaml.safe_load_all(arguments.get("text") or ""))
    except yaml.YAMLError as error:
        raise ProviderError(f"the file is no YAML: {error}") from error
    found = [each for document in documents if document is not None for each in _objects(document)]
    namespace = arguments.get("defaultNamespace")
    if namespace:
        for each in found:
            each.setdefault("metadata", {}).setdefault("namespace", namespace)
    return {"result": found}


def _objects(document: Any) -> list[dict[str, Any]]:
    """A document's objects: a List stands for those that are in it."""
    if not isinstance(document, dict) or "kind" not in document or "apiVersion" not in document:
        raise ProviderError("the file has a document without `apiVersion` and `kind`: that is no object")
    if document["kind"] == "List":
        return [each for item in document.get("items") or () for each in _objects(item)]
    return [document]
