"""The rules of an API server for single values that no schema has: a line for each.

Source: validation.go of each API group in Kubernetes' pkg/apis; `make apiserver` compares with a real one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rehearsal.kubernetes.values import (
    PORT,
    Rule,
    at_least,
    between,
    config_keys,
    given,
    label_name,
    number_or_share,
    one_of,
    port_name,
    port_or_name,
    qualified_keys,
    qualified_name,
    variable_name,
    without_steps_up,
)

_PROTOCOL = one_of("SCTP", "TCP", "UDP")
_USER = between(0, 2147483647)
_PROBE = {
    "httpGet.port": port_or_name,
    "tcpSocket.port": port_or_name,
    "grpc.port": PORT,
    "initialDelaySeconds": at_least(0),
    "timeoutSeconds": at_least(0),
    "periodSeconds": at_least(0),
    "successThreshold": at_least(0),
    "failureThreshold": at_least(0),
}

# Of a container, wherever it is.
CONTAINER: Mapping[str, Rule] = MappingProxyType(
    {
        "name": label_name,
        "image": given,
        "imagePullPolicy": one_of("Always", "IfNotPresent", "Never"),
        "ports[].containerPort": PORT,
        "ports[].name": port_name,
        "ports[].protocol": _PROTOCOL,
        "env[].name": variable_name,
        "securityContext.runAsUser": _USER,
        "securityContext.runAsGroup": _USER,
        "volumeMounts[].subPath": without_steps_up,
        "terminationMessagePolicy": one_of("File", "FallbackToLogsOnError"),
        **{
            f"{probe}.{place}": rule
            for probe in ("livenessProbe", "readinessProbe", "startupProbe")
            for place, rule in _PROBE.items()
        },
    }
)
# Of a pod's specification.
POD: Mapping[str, Rule] = MappingProxyType(
    {
        "containers": given,
        "volumes[].name": label_name,
        "dnsPolicy": one_of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
        "hostname": label_name,
        "nodeSelector": qualified_keys,
        "readinessGates[].conditionType": qualified_name,
        "securityContext.runAsUser": _USER,
        "securityContext.runAsGroup": _USER,
        "securityContext.fsGroup": _USER,
        "tolerations[].operator": one_of("Equal", "Exists"),
        "tolerations[].effect": one_of("NoSchedule", "PreferNoSchedule", "NoExecute"),
        "topologySpreadConstraints[].topologyKey": given,
        "topologySpreadConstraints[].whenUnsatisfiable": one_of("DoNotSchedule", "ScheduleAnyway"),
        "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
        ".nodeSelectorTerms[].matchExpressions[].operator": one_of(
            "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"
        ),
    }
)
_SELECTOR = one_of("In", "NotIn", "Exists", "DoesNotExist")
_JOB = {
    "backoffLimit": at_least(0),
    "completions": at_least(0),
    "parallelism": at_least(0),
    "activeDeadlineSeconds": at_least(0),
    "ttlSecondsAfterFinished": at_least(0),
    "completionMode": one_of("NonIndexed", "Indexed"),
    "podFailurePolicy.rules[].action": one_of("Count", "FailIndex", "FailJob", "Ignore"),
    "podFailurePolicy.rules[].onExitCodes.operator": one_of("In", "NotIn"),
}
_ROLE = {"rules[].verbs": given}
_SUBJECTS = {
    "roleRef.name": given,
    "roleRef.apiGroup": one_of("rbac.authorization.k8s.io"),
    "subjects[].kind": one_of("Group", "ServiceAccount", "User"),
    "subjects[].name": given,
}

# By kind.
OBJECTS: Mapping[str, Mapping[str, Rule]] = MappingProxyType(
    {
        "ClusterRole": _ROLE,
        "ClusterRoleBinding": {**_SUBJECTS, "roleRef.kind": one_of("ClusterRole")},
        "ConfigMap": {"data": config_keys, "binaryData": config_keys},
        "CronJob": {
            "spec.concurrencyPolicy": one_of("Allow", "Forbid", "Replace"),
            "spec.startingDeadlineSeconds": at_least(0),
            "spec.failedJobsHistoryLimit": at_least(0),
            "spec.successfulJobsHistoryLimit": at_least(0),
            "spec.schedule": given,
            **{f"spec.jobTemplate.spec.{place}": rule for place, rule in _JOB.items()},
        },
        "Deployment": {
            "spec.replicas": at_least(0),
            "spec.minReadySeconds": at_least(0),
            "spec.revisionHistoryLimit": at_least(0),
            "spec.progressDeadlineSeconds": at_least(0),
            "spec.selector.matchExpressions[].operator": _SELECTOR,
            "spec.strategy.type": one_of("Recreate", "RollingUpdate"),
            "spec.strategy.rollingUpdate.maxUnavailable": number_or_share,
        },
        "HorizontalPodAutoscaler": {
            "spec.maxReplicas": at_least(1),
            "spec.minReplicas": at_least(1),
            "spec.scaleTargetRef.name": given,
            "spec.metrics[].type": one_of("ContainerResource", "External", "Object", "Pods", "Resource"),
            "spec.metrics[].resource.target.averageUtilization": at_least(1),
            **{
                f"spec.behavior.{way}.{place}": rule
                for way in ("scaleDown", "scaleUp")
                for place, rule in {
                    "stabilizationWindowSeconds": between(0, 3600),
                    "policies[].periodSeconds": between(1, 1800),
                    "policies[].value": at_least(1),
                    "policies[].type": one_of("Percent", "Pods"),
                    "selectPolicy": one_of("Disabled", "Max", "Min"),
                }.items()
            },
        },
        "Job": {f"spec.{place}": rule for place, rule in _JOB.items()},
        "NetworkPolicy": {
            "spec.policyTypes[]": one_of("Egress", "Ingress"),
            "spec.podSelector.matchLabels": qualified_keys,
            "spec.podSelector.matchExpressions[].operator": _SELECTOR,
            **{
                f"spec.{way}[].ports[].{place}": rule
                for way in ("egress", "ingress")
                for place, rule in {"port": port_or_name, "protocol": _PROTOCOL, "endPort": PORT}.items()
            },
        },
        "PodDisruptionBudget": {
            "spec.maxUnavailable": number_or_share,
            "spec.minAvailable": number_or_share,
            "spec.unhealthyPodEvictionPolicy": one_of("AlwaysAllow", "IfHealthyBudget"),
        },
        "Role": _ROLE,
        "RoleBinding": {**_SUBJECTS, "roleRef.kind": one_of("ClusterRole", "Role")},
        "Service": {
            "spec.ports[].port": PORT,
            "spec.ports[].name": label_name,
            "spec.ports[].protocol": _PROTOCOL,
            "spec.ports[].targetPort": port_or_name,
            "spec.selector": qualified_keys,
            "spec.sessionAffinity": one_of("ClientIP", "None"),
            "spec.type": one_of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"),
        },
    }
)
