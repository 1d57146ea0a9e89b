"""The custom resources that the program declares, as far as their definitions are public.

Karpenter's and the Secrets Store CSI driver's are published (`pkg/apis/crds` of sigs.k8s.io/karpenter,
`config/crd` of sigs.k8s.io/secrets-store-csi-driver). AWS publishes none of EKS Auto Mode's own: those are
written after its user guide, and are only as strict as that. `make apiserver` has the published ones judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rehearsal.kubernetes.kinds import Kind

# OpenAPI's, as in a CustomResourceDefinition.
Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "object", "additionalProperties": _TEXT}
_YES_OR_NO: Schema = {"type": "boolean"}
_WHOLE: Schema = {"type": "integer"}
# Where Kubernetes' own type stands: a whole number or a name.
_NUMBER_OR_NAME: Schema = {"x-kubernetes-int-or-string": True}


def specification_of(kind: Kind) -> Schema | None:
    """The schema of the specification of a custom resource's kind; None for one that is not known here."""
    return _SPECIFICATIONS.get((kind.api_version, kind.name))


def versions_of(kind: Kind) -> list[str]:
    """The versions in which a custom resource's kind is served; none for one that is not known here."""
    return [
        api.rpartition("/")[2]
        for api, name in _SPECIFICATIONS
        if (api.rpartition("/")[0], name) == (kind.group, kind.name)
    ]


def _object(required: Sequence[str] = (), /, **fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, **({"required": list(required)} if required else {})}


def _list(item: Schema, least: int = 0, most: int | None = None) -> Schema:
    limits = {"minItems": least} if least else {}
    return {"type": "array", "items": item, **limits, **({} if most is None else {"maxItems": most})}


def _text(most: int | None = None) -> Schema:
    return {"type": "string", "minLength": 1, **({} if most is None else {"maxLength": most})}


def _one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def _matching(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def _between(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _terms(one_of: Sequence[str], **fields: Schema) -> Schema:
    """A list of terms that select: each has at least one of its fields, and an id stands alone."""
    some = " || ".join(f"has(x.{name})" for name in one_of)
    others = " || ".join(f"has(x.{name})" for name in one_of if name != "id")
    rules = [
        {"rule": f"self.all(x, {some})", "message": f"a term needs one of {', '.join(one_of)}"},
        {"rule": f"!self.exists(x, has(x.id) && ({others}))", "message": "an id stands alone"},
    ]
    return {**_list(_object(**fields), 1, 30), "x-kubernetes-validations": rules}


def _node_class() -> Schema:
    """EKS user guide, "Create a Node Class for Amazon EKS", "Node Class specification"."""
    subnets = _terms(("id", "tags"), id=_TEXT, tags=_TEXTS)
    return _object(
        ("subnetSelectorTerms", "securityGroupSelectorTerms"),
        role=_text(64),
        instanceProfile=_text(),
        subnetSelectorTerms=subnets,
        securityGroupSelectorTerms=_terms(("id", "name", "tags"), id=_TEXT, name=_TEXT, tags=_TEXTS),
        podSubnetSelectorTerms=subnets,
        podSecurityGroupSelectorTerms=_terms(("id", "tags"), id=_TEXT, tags=_TEXTS),
        snatPolicy=_one_of("Random", "Disabled"),
        networkPolicy=_one_of("DefaultAllow", "DefaultDeny"),
        networkPolicyEventLogs=_one_of("Enabled", "Disabled"),
        ephemeralStorage=_object(
            iops=_between(3000, 16000),
            kmsKeyID=_TEXT,
            # Whole GiB, GB, TiB or TB.
            size=_matching("^[1-9][0-9]*(Gi|G|Ti|T)$"),
            throughput=_between(125, 1000),
        ),
        advancedNetworking=_object(
            associatePublicIPAddress=_YES_OR_NO,
            httpsProxy=_text(255),
            noProxy=_list(_text(255), most=50),
            ipv4PrefixSize=_one_of("Auto", "32"),
        ),
        advancedSecurity=_object(fips=_YES_OR_NO),
        capacityReservationSelectorTerms=_list(_object(id=_TEXT, owner=_TEXT, tags=_TEXTS)),
        certificateBundles=_list(_object(("name", "data"), name=_TEXT, data=_TEXT)),
        tags=_TEXTS,
    )


def _target_group_binding() -> Schema:
    """That of the AWS Load Balancer Controller under EKS's group, as far as Auto Mode has it (EKS user guide,
    "Migrate from the AWS Load Balancer Controller")."""
    port = _object(port=_NUMBER_OR_NAME, protocol=_one_of("TCP", "UDP"))
    peer = _object(securityGroup=_object(("groupID",), groupID=_text()))
    rule = _object(("from",), **{"from": _list(peer, 1), "ports": _list(port)})
    expression = _object(("key", "operator"), key=_TEXT, operator=_TEXT, values=_list(_TEXT))
    return _object(
        ("serviceRef", "targetGroupARN", "targetType"),
        serviceRef=_object(("name", "port"), name=_text(), port=_NUMBER_OR_NAME),
        targetGroupARN=_text(),
        targetType=_one_of("instance", "ip"),
        networking=_object(("ingress",), ingress=_list(rule, 1)),
        nodeSelector=_object(matchLabels=_TEXTS, matchExpressions=_list(expression)),
    )


def _node_pool() -> Schema:
    reference = _object(("group", "kind", "name"), group=_text(), kind=_text(), name=_text())
    taint = _object(
        ("effect", "key"),
        effect=_one_of("NoSchedule", "PreferNoSchedule", "NoExecute"),
        key=_text(),
        value=_TEXT,
        timeAdded=_TEXT,
    )
    requirement = _object(
        ("key", "operator"),
        key=_text(316),
        operator=_one_of("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"),
        values=_list(_TEXT, most=50),
        minValues=_between(1, 50),
    )
    pod = _object(
        ("nodeClassRef", "requirements"),
        nodeClassRef=reference,
        requirements=_list(requirement, most=100),
        taints=_list(taint),
        startupTaints=_list(taint),
        expireAfter=_matching(r"^(([0-9]+(s|m|h))+|Never)$"),
        terminationGracePeriod=_matching(r"^([0-9]+(s|m|h))+$"),
    )
    budget = _object(
        ("nodes",),
        nodes=_matching("^((100|[0-9]{1,2})%|[0-9]+)$"),
        schedule=_TEXT,
        duration=_TEXT,
        reasons=_list(_one_of("Underutilized", "Empty", "Drifted"), most=50),
    )
    return _object(
        ("template",),
        disruption=_object(
            ("consolidateAfter",),
            budgets=_list(budget, most=50),
            consolidateAfter=_matching(r"^(([0-9]+(s|m|h))+|Never)$"),
            consolidationPolicy=_one_of("WhenEmpty", "WhenEmptyOrUnderutilized"),
        ),
        limits={"type": "object", "additionalProperties": _NUMBER_OR_NAME},
        replicas={**_WHOLE, "minimum": 0},
        weight=_between(1, 100),
        template=_object(("spec",), metadata=_object(annotations=_TEXTS, labels=_TEXTS), spec=pod),
    )


def _secret_provider_class() -> Schema:
    data = _object(key=_TEXT, objectName=_TEXT)
    secret = _object(annotations=_TEXTS, labels=_TEXTS, secretName=_TEXT, type=_TEXT, data=_list(data))
    return _object(parameters=_TEXTS, provider=_TEXT, secretObjects=_list(secret))


_SPECIFICATIONS: Mapping[tuple[str, str], Schema] = MappingProxyType(
    {
        ("eks.amazonaws.com/v1", "NodeClass"): _node_class(),
        ("eks.amazonaws.com/v1", "TargetGroupBinding"): _target_group_binding(),
        ("karpenter.sh/v1", "NodePool"): _node_pool(),
        ("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass"): _secret_provider_class(),
    }
)
