"""Access to the cluster that people, pods and networks have afterwards and did not have before."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk

ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
ROLES = (
    "kubernetes:rbac.authorization.k8s.io/v1:Role",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
)
BINDINGS = (
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
)
_NETWORK = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def cluster_access(change: Change) -> Iterator[Risk]:
    """Rights in the cluster, and connections between pods."""
    yield from _associations(change)
    yield from _rules(change)
    yield from _bindings(change)
    yield from _connections(change)


def _associations(change: Change) -> Iterator[Risk]:
    for step in change.of(ASSOCIATION):
        granted = {key: step.after.get(key) for key in ("principalArn", "policyArn", "accessScope")}
        if step.verb in (Verb.CREATED, Verb.UPDATED, Verb.REPLACED):
            if any(step.before.get(key) != value for key, value in granted.items()):
                role = str(step.after.get("principalArn", "")).rpartition("/")[2]
                policy = str(step.after.get("policyArn", "")).rpartition("/")[2]
                scope = step.after.get("accessScope") or {}
                where = ", ".join(scope.get("namespaces") or []) or "the whole cluster"
                what = f"gets {policy} in {where}"
                yield Risk(Kind.ACCESS, step, what, tuple(step.changed), f"role {role}")


def _rules(change: Change) -> Iterator[Risk]:
    for step in change.of(*ROLES):
        if step.verb in (Verb.UPDATED, Verb.REPLACED) or (step.verb is Verb.CREATED and _is_wide(step)):
            known = set(rights(step.before))
            added: dict[str, list[str]] = defaultdict(list)
            for resource, verb in rights(step.after):
                if (resource, verb) not in known and (resource, "*") not in known:
                    added[resource].append(verb)
            for resource, verbs in added.items():
                yield Risk(Kind.ACCESS, step, f"may {', '.join(verbs)} {resource} in the cluster", ("rules",))


def rights(inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a role's rules allow: resources, with the names that they are limited to, and verbs."""
    for rule in inputs.get("rules") or []:
        for resource in rule.get("resources") or rule.get("nonResourceURLs") or []:
            names = f" {', '.join(rule['resourceNames'])}" if rule.get("resourceNames") else ""
            for verb in rule.get("verbs") or []:
                yield f"{resource}{names}", verb


def _is_wide(step: Step) -> bool:
    return any("*" in (resource, verb) for resource, verb in rights(step.after))


def _bindings(change: Change) -> Iterator[Risk]:
    for step in change.of(*BINDINGS):
        if step.verb not in (Verb.UPDATED, Verb.REPLACED, Verb.CREATED):
            continue
        role = (step.after.get("roleRef") or {}).get("name")
        # A new one for a role that is new says no more than the role.
        if step.verb is Verb.CREATED and role != "cluster-admin" and not _is_known(change, role):
            continue
        known = [subject(each) for each in step.before.get("subjects") or []]
        if (step.before.get("roleRef") or {}).get("name") != role:
            known = []
        added = [name for each in step.after.get("subjects") or [] if (name := subject(each)) not in known]
        if added:
            yield Risk(Kind.ACCESS, step, f"gives {', '.join(added)} the rights of {role}", ("subjects",))


def _is_known(change: Change, role: Any) -> bool:
    return any(step.before and _name(step.before) == role for step in change.of(*ROLES))


def subject(named: Mapping[str, Any]) -> str:
    """Whom a binding names."""
    return f"{named.get('kind')} {named.get('name')}"


def _name(inputs: Mapping[str, Any]) -> Any:
    return (inputs.get("metadata") or {}).get("name")


def _connections(change: Change) -> Iterator[Risk]:
    """Connections that policies of some pods allow together, before and after; pods without any are open."""
    before, after = (_by_pods(change, index) for index in (0, 1))
    for pods, old in before.items():
        new = after.get(pods)
        if new is None:
            step = next(iter(old.values()))
            if not change.goes_with_another(step):
                what = "is deleted: nothing limits the connections of its pods any more"
                yield Risk(Kind.ACCESS, step, what)
            continue
        for connection, step in new.items():
            if connection not in old:
                direction, said = connection
                yield Risk(Kind.ACCESS, step, f"{direction} {said}", ("spec",))


def _by_pods(change: Change, index: int) -> dict[str, dict[tuple[str, str], Step]]:
    found: dict[str, dict[tuple[str, str], Step]] = {}
    for step in change.of(_NETWORK):
        inputs = (step.before, step.after)[index]
        if not inputs:
            continue
        spec = inputs.get("spec") or {}
        metadata = inputs.get("metadata") or {}
        pods = json.dumps([metadata.get("namespace"), spec.get("podSelector")], sort_keys=True)
        connections = found.setdefault(pods, {})
        for direction, verb, peers in (("ingress", "admits", "from"), ("egress", "reaches", "to")):
            for rule in spec.get(direction) or []:
                for connection in _connections_of(rule, peers):
                    connections[verb, connection] = step
        connections.setdefault(("", ""), step)
    return found


def _connections_of(rule: Mapping[str, Any], peers: str) -> Iterator[str]:
    ports = [_port(each) for each in rule.get("ports") or []] or ["all ports"]
    for peer in rule.get(peers) or [{}]:
        for port in ports:
            yield f"{_peer(peer)} on {port}"


def _port(port: Mapping[str, Any]) -> str:
    end = f" to {port['endPort']}" if port.get("endPort") else ""
    return f"port {port.get('port', 'any')}{end}"


def _peer(peer: Mapping[str, Any]) -> str:
    if not peer:
        return "everybody"
    if block := peer.get("ipBlock"):
        excepted = f" but {', '.join(block['except'])}" if block.get("except") else ""
        return f"{block.get('cidr')}{excepted}"
    named = []
    for key, noun in (("podSelector", "pods"), ("namespaceSelector", "namespaces")):
        if key in peer:
            labels = (peer[key] or {}).get("matchLabels") or {}
            name = labels.get("app.kubernetes.io/name") or next(iter(labels.values()), "")
            named.append(f"{noun} {name}" if name else f"all {noun}")
    return " in ".join(named)
