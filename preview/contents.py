"""Protection that stands within a list or a document: parameters, patterns, labels, rules of alarms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from preview.values import UNKNOWN, at, number, off, said

_COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
_CDN = "aws:cloudfront/distribution:Distribution"
_ALARM_NAME = re.compile(r'ALARM\("([^"]*)"\)')
_HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
_POLICY = "securityHeadersConfig.contentSecurityPolicy.contentSecurityPolicy"
_OLD_TLS = ("SSLv3", "TLSv1", "TLSv1.1")
_IDENTIFIER = re.compile(r"dataprotection::aws:data-identifier/([\w-]+)")
# Kubernetes' levels, the strictest first ("Pod Security Standards").
_LEVELS = ("restricted", "baseline", "privileged")
_ENFORCE = "pod-security.kubernetes.io/enforce"
_GATES = "eks.amazonaws.com/pod-readiness-gate-inject"


def content_risks(change: Change) -> Iterator[Risk]:
    """What is weaker within a list or a document."""
    own = {str(zone.after.get("name")) for zone in change.of("aws:route53/zone:Zone")}
    for step in change.changed:
        if step.verb in (Verb.UPDATED, Verb.REPLACED):
            for what, path in _RULES.get(step.type, lambda _: ())(step):
                yield Risk(Kind.PROTECTION, step, what, (path,))
        elif step.verb is Verb.DELETED and _is_caa(step.before) and not change.goes_with_another(step):
            yield Risk(Kind.PROTECTION, step, "is deleted: everybody may issue certificates for the domain")
        if step.type == _HEADERS and step.verb is Verb.UPDATED:
            for what in _security_policy(step, own):
                yield Risk(Kind.PROTECTION, step, what, (_POLICY,))
        if step.type == _CDN and step.verb is Verb.UPDATED:
            for what in _asked_elsewhere(step, own):
                yield Risk(Kind.PROTECTION, step, what, ("origins.domainName",))
    yield from _composite_alarms(change)


Told = Iterator[tuple[str, str]]


def _parameters(step: Step) -> Told:
    """Parameters of a database or of Redis."""
    before, after = (
        {str(each.get("name")): each.get("value") for each in side.get("parameters") or []}
        for side in (step.before, step.after)
    )
    for name, weaker, what in _OF_PARAMETERS:
        old, new = before.get(name), after.get(name)
        if old is not None and old != new and weaker(old, new):
            yield what.format(before=said(old), after=said(new)), f"parameters.{name}"


def _later(before: Any, after: Any) -> bool:
    """A duration from which on something is logged; -1 is never."""
    old, new = number(before), number(after)
    return old != -1 and (new is None or new == -1 or new > (old or 0))


_OF_PARAMETERS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("rds.force_ssl", lambda before, after: before == "1", "takes connections without TLS"),
    (
        "max_connections",
        lambda before, after: number(after) is not None and (number(after) or 0) < (number(before) or 0),
        "takes {after} connections at most, instead of {before}",
    ),
    (
        "log_min_duration_statement",
        _later,
        "logs statements from {after} ms on, instead of {before} (-1: none)",
    ),
    (
        "shared_preload_libraries",
        lambda before, after: not set(str(before).split(",")) <= set(str(after or "").split(",")),
        "loads {after}, instead of {before}",
    ),
    (
        "maxmemory-policy",
        lambda before, after: before == "noeviction",
        "drops keys when it is full ({after}), where it refused new ones",
    ),
    (
        "maxmemory-policy",
        lambda before, after: after == "noeviction",
        "refuses new keys when it is full, where it dropped old ones",
    ),
)


def _pod_security(step: Step) -> Told:
    before, after = (
        ((side.get("metadata") or {}).get("labels") or {}).get(_ENFORCE, _LEVELS[-1])
        for side in (step.before, step.after)
    )
    if before in _LEVELS and after in _LEVELS and _LEVELS.index(after) > _LEVELS.index(before):
        yield f"admits pods of the level {after}, instead of {before}", "metadata.labels"
    gates = [
        ((side.get("metadata") or {}).get("labels") or {}).get(_GATES) for side in (step.before, step.after)
    ]
    if off(*gates):
        what = "takes old pods away before the load balancer has the new ones: requests fail in a release"
        yield what, "metadata.labels"


def _security_policy(step: Step, own: set[str]) -> Iterator[str]:
    """What browsers are told that a page may load, and who may show it; names of our own are no others."""
    before, after = (_directives(str(at(side, _POLICY) or "")) for side in (step.before, step.after))
    if not after:
        return  # is told as a header that is sent no more
    for name, known in before.items():
        if name not in after:
            yield f"says nothing of {name} to browsers any more"
        elif added := [each for each in sorted(after[name] - known - _NOBODY) if not _is_ours(each, own)]:
            yield f"lets pages take {name} from {', '.join(added)}, too"


_NOBODY = frozenset({"'none'"})


def _is_ours(source: str, own: set[str]) -> bool:
    host = source.rpartition("//")[2]
    return any(host == name or host.endswith(f".{name}") for name in own)


def _directives(policy: str) -> dict[str, frozenset[str]]:
    words = [each.split() for each in policy.split(";") if each.strip()]
    return {name: frozenset(sources) for name, *sources in words}


def _event_pattern(step: Step) -> Told:
    before, after = (_parsed(side.get("eventPattern")) for side in (step.before, step.after))
    if before and after and not _covers(after, before):
        yield "does not tell of all that it told of", "eventPattern"


def _covers(pattern: Any, other: Any) -> bool:
    """Whether a pattern of EventBridge matches, for certain, all that another one matches."""
    if isinstance(pattern, Mapping):
        return isinstance(other, Mapping) and all(
            name in other and _covers(each, other[name]) for name, each in pattern.items()
        )
    return isinstance(other, list) and all(each in pattern for each in other)


def _masking(step: Step) -> Told:
    before, after = (
        set(_IDENTIFIER.findall(json.dumps(_parsed(side.get("policyDocument")))))
        for side in (step.before, step.after)
    )
    if gone := sorted(before - after):
        shown = ", ".join(gone[:3]) + ("…" if len(gone) > 3 else "")
        yield f"does not mask {shown} any more", "policyDocument"


def _nodes(step: Step) -> Told:
    """Nodes that may be taken away, all at once, or that there are fewer of (Karpenter's NodePool)."""
    before, after = (
        {
            each.get("key"): each.get("values") or []
            for each in at(side, "spec.template.spec.requirements") or []
        }
        for side in (step.before, step.after)
    )
    kind = "karpenter.sh/capacity-type"
    if "spot" in after.get(kind, ()) and "spot" not in before.get(kind, ("spot",)):
        yield "has nodes that AWS takes away within two minutes (spot)", "spec.template.spec.requirements"
    old, new = (
        number(str(at(side, "spec.disruption.budgets.nodes")).rstrip("%"))
        for side in (step.before, step.after)
    )
    if old is not None and (new is None or new > old):
        told = at(step.after, "spec.disruption.budgets.nodes")
        yield f"lets {said(told)} of its nodes be exchanged at once", "spec.disruption.budgets.nodes"
    if (
        at(step.after, "spec.template.spec.expireAfter")
        == "Never"
        != at(step.before, "spec.template.spec.expireAfter")
    ):
        yield "does not renew its nodes any more", "spec.template.spec.expireAfter"
    limits, more = (at(side, "spec.limits") or {} for side in (step.before, step.after))
    for name, limit in more.items():
        if limits.get(name) != limit and not (number(limit) or 0) > (
            number(limits.get(name)) or float("inf")
        ):
            yield f"has {limit} {name} at most", f"spec.limits.{name}"


def _origins(step: Step) -> Told:
    """The way from the CDN to what answers."""
    before, after = (
        {each.get("originId"): each for each in side.get("origins") or []}
        for side in (step.before, step.after)
    )
    for name, new in after.items():
        old = before.get(name)
        if old is None:
            continue
        policies = [at(each, "customOriginConfig.originProtocolPolicy") for each in (old, new)]
        if policies[0] == "https-only" != policies[1]:
            yield f"asks {name} without TLS", "origins.customOriginConfig.originProtocolPolicy"
        known, taken = (at(each, "customOriginConfig.originSslProtocols") or [] for each in (old, new))
        if added := [each for each in taken if each in _OLD_TLS and each not in known]:
            yield f"asks {name} by {', '.join(added)}, too", "origins.customOriginConfig.originSslProtocols"
        headers, left = ({each.get("name") for each in o.get("customHeaders") or []} for o in (old, new))
        if gone := sorted(headers - left):
            what = f"sends {name} no {', '.join(gone)} any more: it does not know the CDN by it"
            yield what, "origins.customHeaders"
    paths, now = (
        {
            each.get("pathPattern"): each.get("viewerProtocolPolicy")
            for each in side.get("orderedCacheBehaviors") or []
        }
        for side in (step.before, step.after)
    )
    for path, policy in now.items():
        if policy == "allow-all" and paths.get(path, policy) != policy:
            yield f"answers {path} over HTTP, without TLS", "orderedCacheBehaviors.viewerProtocolPolicy"


def _asked_elsewhere(step: Step, own: set[str]) -> Iterator[str]:
    """Requests, with what people log in with, that are sent to somebody else."""
    before, after = (
        {each.get("originId"): str(each.get("domainName")) for each in side.get("origins") or []}
        for side in (step.before, step.after)
    )
    for name, host in after.items():
        if before.get(name, host) != host and host != UNKNOWN and not _is_ours(host, own):
            yield f"asks {host} for {name}, not {before[name]}"


def _authorities(step: Step) -> Told:
    """Who may issue certificates for the domain (CAA)."""
    if not _is_caa(step.after):
        return
    known = step.before.get("records") or []
    # `iodef` is who is told of what was refused, and `;` is nobody (RFC 8659).
    added = [
        each
        for each in step.after.get("records") or []
        if each not in known and " issue" in each and '";"' not in each
    ]
    if added:
        yield f"lets others issue certificates: {', '.join(added)}", "records"


def _is_caa(record: Mapping[str, Any]) -> bool:
    return record.get("type") == "CAA"


def _composite_alarms(change: Change) -> Iterator[Risk]:
    """Composite alarms that watch less; an alarm that is deleted itself is told by itself."""
    gone = {
        str(step.before.get("name"))
        for step in change.of("aws:cloudwatch/metricAlarm:MetricAlarm")
        if step.verb in (Verb.DELETED, Verb.FORGOTTEN, Verb.REPLACED)
    }
    for step in change.of(_COMPOSITE):
        if step.verb in (Verb.UPDATED, Verb.REPLACED):
            before, after = (
                set(_ALARM_NAME.findall(str(side.get("alarmRule")))) for side in (step.before, step.after)
            )
            left = sorted(before - after - gone)
            if left:
                shown = ", ".join(left[:3]) + ("…" if len(left) > 3 else "")
                yield Risk(Kind.PROTECTION, step, f"does not watch {shown} any more", ("alarmRule",))


def _parsed(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return None


_RULES: Mapping[str, Callable[[Step], Told]] = {
    "aws:rds/parameterGroup:ParameterGroup": _parameters,
    "aws:elasticache/parameterGroup:ParameterGroup": _parameters,
    "aws:cloudwatch/eventRule:EventRule": _event_pattern,
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": _masking,
    "aws:route53/record:Record": _authorities,
    _CDN: _origins,
    "kubernetes:core/v1:Namespace": _pod_security,
    "kubernetes:karpenter.sh/v1:NodePool": _nodes,
}
