"""Rules for an object's metadata: names, labels, annotations, and Pulumi's generated names."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Any

from rehearsal.kubernetes.kinds import Kind
from rehearsal.kubernetes.values import qualified_name
from rehearsal.providers.property_differences import join
from rehearsal.providers.provider import UNKNOWN, CheckFailure, Properties

# Of keys and values of all of them together (apimachinery, pkg/api/validation, TotalAnnotationSizeLimitB).
_ANNOTATION_BYTES = 256 * 1024

AUTONAMED = "pulumi.com/autonamed"

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?\Z")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\Z")

_LABEL_RULE = "at most 63 characters: lower-case letters, digits and '-', a letter or digit at both ends"
_LABEL_1035_RULE = _LABEL_RULE + ", a letter first"
_SUBDOMAIN_RULE = (
    "at most 253 characters: lower-case letters, digits, '-' and '.', "
    "a letter or digit at both ends of each part"
)
_QUALIFIED_RULE = "at most 63 letters, digits, '-', '_' and '.', a letter or digit at both ends"


def invalid_name(kind: Kind, name: str) -> str | None:
    """The rule that `name` breaks as a name of this kind (RFC 1123, RFC 1035 for Services), or None."""
    # Of budgets, too, a real server asks no more than that they can be part of a path.
    if kind.group == "rbac.authorization.k8s.io" or kind.name == "PodDisruptionBudget":
        valid = name not in ("", ".", "..") and not re.search("[/%]", name)
        return None if valid else "no '/' and no '%', and not '.' or '..'"
    if (kind.group, kind.name) == ("", "Service"):
        return None if len(name) <= 63 and _LABEL_1035.match(name) else _LABEL_1035_RULE
    if (kind.group, kind.name) == ("", "Namespace"):
        return None if len(name) <= 63 and _LABEL.match(name) else _LABEL_RULE
    return None if len(name) <= 253 and _SUBDOMAIN.match(name) else _SUBDOMAIN_RULE


def metadata_failures(kind: Kind, metadata: Any) -> Iterator[CheckFailure]:
    """What is wrong with the names, labels and annotations; unknown values are passed over."""
    if not isinstance(metadata, dict):
        return
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if isinstance(name, str) and (rule := invalid_name(kind, name)):
        yield CheckFailure("metadata.name", f"{name!r} is no name for a {kind.name}; allowed: {rule}")
    if isinstance(namespace, str) and not (len(namespace) <= 63 and _LABEL.match(namespace)):
        yield CheckFailure("metadata.namespace", f"{namespace!r} is no namespace; allowed: {_LABEL_RULE}")
    if namespace is not None and namespace is not UNKNOWN and kind.cluster_scoped:
        yield CheckFailure("metadata.namespace", f"a {kind.name} belongs to the cluster, not to a namespace")
    for number, finalizer in enumerate(metadata.get("finalizers") or ()):
        if reason := qualified_name(finalizer):
            yield CheckFailure(f"metadata.finalizers[{number}]", reason)
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict) and _size(annotations) > _ANNOTATION_BYTES:
        reason = f"Too long: may not be more than {_ANNOTATION_BYTES} bytes"
        yield CheckFailure("metadata.annotations", reason)
    for field in ("labels", "annotations"):
        values = metadata.get(field)
        for key, value in values.items() if isinstance(values, dict) else ():
            yield from _pair_failures(field, key, value)


def _size(annotations: dict[str, Any]) -> int:
    texts = (text for pair in annotations.items() for text in pair)
    return sum(len(text.encode()) for text in texts if isinstance(text, str))


def _pair_failures(field: str, key: str, value: Any) -> Iterator[CheckFailure]:
    path = join(f"metadata.{field}", key)
    prefix, slash, name = key.rpartition("/")
    if len(name) > 63 or not _QUALIFIED.match(name):
        yield CheckFailure(
            path,
            f"{name!r} is no name of a key; allowed: {_QUALIFIED_RULE}; a domain and '/' may stand before it",
        )
    elif slash and not (len(prefix) <= 253 and _SUBDOMAIN.match(prefix)):
        yield CheckFailure(path, f"{prefix!r} before the '/' is no domain; allowed: {_SUBDOMAIN_RULE}")
    if field == "labels" and isinstance(value, str) and value:
        if len(value) > 63 or not _QUALIFIED.match(value):
            yield CheckFailure(path, f"{value!r} is no label value; allowed: {_QUALIFIED_RULE}, or nothing")


def autonamed(inputs: Properties) -> bool:
    """Whether Pulumi made up the object's name."""
    annotations = _map(_map(inputs.get("metadata")).get("annotations"))
    return annotations.get(AUTONAMED) == "true"


def with_name(inputs: Properties, logical_name: str, old: Properties | None) -> Properties:
    """`inputs` with a name: the old generated one if there is one, otherwise a new one.

    The annotation tells later runs that the name may change, so that a replacement can be created
    before the old object goes (pulumi-kubernetes' documentation, "auto-naming").
    """
    metadata = inputs.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        return inputs
    if _map(metadata).get("name") is not None or _map(metadata).get("generateName"):
        return inputs
    annotations = _map(metadata).get("annotations")
    if annotations is UNKNOWN:
        return inputs
    if old is not None and autonamed(old):
        name = old["metadata"]["name"]
    else:
        name = f"{logical_name}-{secrets.token_hex(4)}"
    marked = {**_map(annotations), AUTONAMED: "true"}
    return {**inputs, "metadata": {**_map(metadata), "name": name, "annotations": marked}}


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
