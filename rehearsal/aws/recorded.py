"""Resources that the embedded AWS only writes down, because moto has no API for them.

They are checked, diffed and kept in Pulumi's state like every other resource and have outputs of
AWS's form, so that the rest of the program can refer to them; nothing stands behind them. The
summary of a session counts them apart from the real ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping
from rehearsal.aws.schema import ResourceType, resource_type
from rehearsal.providers.provider import Properties


@dataclass(frozen=True)
class RecordedType:
    """AWS-shaped identifiers of one recorded type.

    Args:
        token: Pulumi's type.
        id: template of Pulumi's id, as AWS's provider forms it.
        outputs: templates of the computed outputs (`arn`), over inputs, `id`, `region`, `account`
            and `hash` (a stable hexadecimal string of the resource).
        why: what moto lacks.
        autoname: the property that gets a generated name when left out.
        defaults: outputs of inputs that are left out.
        model: service and operation of boto3 (`eks.create_addon`) whose model checks the inputs' values.
        names: property paths whose member in that model has another name.
    """

    token: str
    id: str
    why: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    autoname: str | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


def as_mapping(known: RecordedType | None) -> ResourceMapping | None:
    """What a real type's mapping would tell about the inputs' values; None when no model is named."""
    if known is None or not known.model:
        return None
    service, operation = known.model.split(".")
    return ResourceMapping(
        known.token, service, create=Call(operation), id=known.id, read=None, names=known.names
    )


def record(
    known: RecordedType | None, token: str, urn: str, inputs: Properties, region: str, account: str
) -> tuple[str, Properties]:
    """Id and outputs of a resource that is only recorded."""
    digest = hashlib.sha256(urn.encode()).hexdigest()[:17]
    known = known or _generic(resource_type(token), inputs)
    context = Context(id="", inputs={**inputs, "hash": digest}, region=region, account=account)
    identifier = context.text(known.id)
    context = Context(
        id=identifier, inputs={**known.defaults, **inputs, "hash": digest}, region=region, account=account
    )
    outputs = {**known.defaults, **inputs}
    declared = resource_type(token).outputs
    for name, template in known.outputs.items():
        outputs[name] = context.text(template)
    if "tagsAll" in declared:
        outputs["tagsAll"] = inputs.get("tags") or {}
    if "region" in declared:
        outputs["region"] = region
    return identifier, outputs


def _generic(declared: ResourceType, inputs: Properties) -> RecordedType:
    """For a type that nobody has described yet: an id from its name, an ARN from its service."""
    _, module, kind = declared.token.split(":")
    service, name = module.split("/")[0], next((n for n in ("name", "id") if inputs.get(n)), "hash")
    outputs = {}
    if "arn" in declared.outputs:
        path = kind[0].lower() + kind[1:]
        outputs["arn"] = f"arn:aws:{service}:{{region}}:{{account}}:{path}/{{{name}}}"
    return RecordedType(declared.token, f"{{{name}}}", "no mapping yet", outputs)
