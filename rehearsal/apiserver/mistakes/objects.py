"""Mistakes in all kinds of objects, and in those that make no pods."""

from __future__ import annotations

from rehearsal.apiserver.mistakes.changes import Mistake, mistakes, put, replaced, twice

IN_OBJECTS: tuple[Mistake, ...] = (
    *mistakes(
        "",
        {
            "a field that nobody knows": put("anything", 1),
            "a name with a capital": put("metadata.name", "Web"),
            "a name with an underscore": put("metadata.name", "a_b"),
            "a name that is too long": put("metadata.name", "a" * 254),
            "a label that is none": put("metadata.labels", {"a": "b c"}),
            "a label that is too long": put("metadata.labels", {"a": "b" * 64}),
            "a label of two prefixes": put("metadata.labels", {"a/b/c": "d"}),
            "an annotation that is none": put("metadata.annotations", {"a b": "c"}),
            "an annotation of 300 KiB": put("metadata.annotations", {"a": "b" * 300 * 1024}),
            "an annotation that is no text": put("metadata.annotations", {"a": 1}),
            "a namespace that is not there": replaced("metadata.namespace", "nowhere"),
            "a field of its metadata that nobody knows": put("metadata.anything", 1),
            "a version that is not served": lambda it: it.update(apiVersion=f"{it['apiVersion']}beta9"),
            "a specification that is a list": put("spec", []),
            "a field of its specification that nobody knows": put("spec.anything", 1),
            "a finalizer that is none": put("metadata.finalizers", ["a b"]),
        },
    ),
    *mistakes(
        "Service",
        {
            "a port of 0": put("spec.ports.0.port", 0),
            "a port too high": put("spec.ports.0.port", 65536),
            "no ports": put("spec.ports", []),
            "a port twice": twice("spec.ports"),
            "two ports without names": put("spec.ports", [{"port": 1}, {"port": 2}]),
            "a port's name with a capital": put("spec.ports.0.name", "Web"),
            "a target that is none": put("spec.ports.0.targetPort", "a_b"),
            "a protocol that is none": put("spec.ports.0.protocol", "HTTP"),
            "a type that is none": put("spec.type", "Anything"),
            "an address that is none": put("spec.clusterIP", "a.b.c.d"),
            "an affinity that is none": put("spec.sessionAffinity", "Always"),
            "a port of the nodes": put("spec.ports.0.nodePort", 30000),
            "a name that begins with a digit": put("metadata.name", "1a"),
            "a name with a dot": put("metadata.name", "a.b"),
            "a selector that is none": put("spec.selector", {"a b": "c"}),
        },
    ),
    *mistakes(
        "HorizontalPodAutoscaler",
        {
            "fewer at most than at least": lambda it: it["spec"].update(minReplicas=5, maxReplicas=4),
            "at least none": put("spec.minReplicas", 0),
            "at most none": put("spec.maxReplicas", 0),
            "nothing that it scales": put("spec.scaleTargetRef.name", ""),
            "a kind that is none": put("spec.scaleTargetRef.kind", "a/b"),
            "a metric of a type that is none": put("spec.metrics.0.type", "Feeling"),
            "a metric without its target": put("spec.metrics.0.resource.target", {"type": "Utilization"}),
            "a target of two kinds": put(
                "spec.metrics.0.resource.target",
                {"type": "Utilization", "averageUtilization": 50, "averageValue": "1"},
            ),
            "a use of nothing": put("spec.metrics.0.resource.target.averageUtilization", 0),
            "a window that is too long": put(
                "spec.behavior", {"scaleDown": {"stabilizationWindowSeconds": 3601}}
            ),
            "a policy of no time": put(
                "spec.behavior",
                {"scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 0}]}},
            ),
        },
    ),
    *mistakes(
        "PodDisruptionBudget",
        {
            "both limits": lambda it: it["spec"].update(minAvailable=1, maxUnavailable=1),
            "a limit below 0": lambda it: it["spec"].update(minAvailable=None, maxUnavailable=-1),
            "a share that is none": lambda it: it["spec"].update(minAvailable=None, maxUnavailable="most"),
            "a share above 100 %": lambda it: it["spec"].update(minAvailable=None, maxUnavailable="101%"),
            "a policy that is none": put("spec.unhealthyPodEvictionPolicy", "Never"),
        },
    ),
    *mistakes(
        "NetworkPolicy",
        {
            "a type that is none": put("spec.policyTypes", ["Sideways"]),
            "a type three times": put("spec.policyTypes", ["Ingress", "Egress", "Ingress"]),
            "addresses that are none": put("spec.egress", [{"to": [{"ipBlock": {"cidr": "10.0.0.0/33"}}]}]),
            "addresses with bits behind the prefix": put(
                "spec.egress", [{"to": [{"ipBlock": {"cidr": "10.0.0.1/8"}}]}]
            ),
            "an exception outside": put(
                "spec.egress", [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["192.0.2.0/24"]}}]}]
            ),
            "addresses and pods at once": put(
                "spec.egress", [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}]}]
            ),
            "a peer that is nothing": put("spec.egress", [{"to": [{}]}]),
            "a port too high": put("spec.egress", [{"ports": [{"port": 65536}]}]),
            "a port of 0": put("spec.egress", [{"ports": [{"port": 0}]}]),
            "ports that end before they begin": put("spec.egress", [{"ports": [{"port": 10, "endPort": 9}]}]),
            "the end of ports with a name": put(
                "spec.egress", [{"ports": [{"port": "http", "endPort": 99}]}]
            ),
            "an end of ports alone": put("spec.egress", [{"ports": [{"endPort": 9}]}]),
            "a protocol that is none": put("spec.egress", [{"ports": [{"port": 1, "protocol": "ICMP"}]}]),
            "a selector that is none": put("spec.podSelector", {"matchLabels": {"a b": "c"}}),
        },
    ),
    *mistakes(
        "Role ClusterRole",
        {
            "a rule without verbs": lambda it: it["rules"][0].pop("verbs"),
            "a rule without a group": lambda it: it["rules"][0].pop("apiGroups"),
            "a rule without resources": lambda it: it["rules"][0].pop("resources"),
            "a rule of paths and resources": lambda it: it["rules"][0].update(nonResourceURLs=["/a"]),
        },
    ),
    *mistakes(
        "RoleBinding ClusterRoleBinding",
        {
            "a role of a kind that is none": put("roleRef.kind", "Duty"),
            "a role of no name": put("roleRef.name", ""),
            "a role of another group": put("roleRef.apiGroup", "example.com"),
            "somebody of a kind that is none": put("subjects.0.kind", "Person"),
            "somebody of no name": put("subjects.0.name", ""),
            "somebody of another group": put("subjects.0.apiGroup", "example.com"),
            "an account without a namespace": put("subjects", [{"kind": "ServiceAccount", "name": "a"}]),
        },
    ),
    *mistakes(
        "ConfigMap",
        {
            "a key with a space": put("data", {"a b": "c"}),
            "a key that is too long": put("data", {"a" * 254: "c"}),
            "a key twice": lambda it: it.update(data={"a": "b"}, binaryData={"a": "Yg=="}),
            "more than 1 MiB": put("data", {"a": "b" * (1024 * 1024 + 1)}),
            "a value that is a number": put("data", {"a": 1}),
        },
    ),
    *mistakes(
        "NodeClass",
        {
            "an application of policies that is none": put("spec.networkPolicy", "Somehow"),
            "no subnets": put("spec.subnetSelectorTerms", []),
            "no role": put("spec.role", ""),
        },
    ),
    *mistakes(
        "NodePool",
        {
            "an operator that is none": put("spec.template.spec.requirements.0.operator", "Is"),
            "a lifetime that is none": put("spec.template.spec.expireAfter", "long"),
            "a taint with an effect that is none": put("spec.template.spec.taints.0.effect", "Maybe"),
            "nodes of no class": put("spec.template.spec.nodeClassRef", None),
            "a policy that is none": put("spec.disruption.consolidationPolicy", "Always"),
            "a share of nodes that is none": put("spec.disruption.budgets.0.nodes", "some"),
        },
    ),
    *mistakes(
        "SecretProviderClass",
        {
            "parameters that are a list": put("spec.parameters", []),
            "a parameter that is a number": put("spec.parameters", {"a": 1}),
            "Secrets that are a map": put("spec.secretObjects", {}),
        },
    ),
    *mistakes(
        "TargetGroupBinding",
        {
            "a type of targets that is none": put("spec.targetType", "lambda"),
            "no target group": put("spec.targetGroupARN", None),
            "no service": put("spec.serviceRef.name", ""),
        },
    ),
    *mistakes("ServiceAccount", {"a secret of another form": put("secrets", ["a"])}),
    *mistakes(
        "Namespace",
        {
            "a level of security that is none": put(
                "metadata.labels", {"pod-security.kubernetes.io/enforce": "strictest"}
            )
        },
    ),
)
