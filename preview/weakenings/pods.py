"""Pods and their limits: what makes them weaker."""

from __future__ import annotations

from preview.risk import Kind
from preview.values import allowed, differs, fewer, grows, leaves, lost, more, off, on, shrinks, switched_off
from preview.weakenings.weakening import Weakening

_DEPLOYMENT = "kubernetes:apps/v1:Deployment"

OF_PODS: tuple[Weakening, ...] = (
    Weakening(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        "spec.maxReplicas",
        fewer,
        "grows to {after} pods at most, instead of {before}",
    ),
    Weakening("kubernetes:batch/v1:CronJob", "spec.suspend", on, "does not run any more"),
    Weakening(
        _DEPLOYMENT,
        "spec.progressDeadlineSeconds",
        more,
        "fails a release that does not start after {after} s, instead of {before}",
    ),
    Weakening(_DEPLOYMENT, "spec.strategy.type", leaves("RollingUpdate"), "has no pod while it is released"),
    Weakening(
        _DEPLOYMENT,
        "spec.strategy.rollingUpdate.maxUnavailable",
        more,
        "lacks {after} pods while it is released, instead of {before}",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.topologySpreadConstraints",
        shrinks,
        "may have its pods in one zone, or on one node",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.securityContext.seccompProfile.type",
        leaves("RuntimeDefault", "Localhost"),
        "may make every call of the kernel",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.allowPrivilegeEscalation",
        allowed,
        "may get more rights than it was started with",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.capabilities.drop",
        shrinks,
        "keeps capabilities of the kernel that it gave away",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.capabilities.add",
        grows,
        "has {after} on its node",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.resources.limits.memory",
        lost,
        "may take all memory of its node",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.securityContext.runAsNonRoot",
        off,
        "may run as root",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.runAsNonRoot",
        off,
        "may run as root",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.readOnlyRootFilesystem",
        off,
        "may write to its own files",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.privileged",
        on,
        "has its node as a whole",
    ),
    Weakening(_DEPLOYMENT, "spec.replicas", switched_off, "has no pod any more", Kind.NO_SECOND_COPY),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.terminationGracePeriodSeconds",
        fewer,
        "is killed {after} s after it was told to end, instead of {before}",
        Kind.INTERRUPTION,
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.lifecycle.preStop",
        lost,
        "ends while requests still come to it",
        Kind.INTERRUPTION,
    ),
    Weakening(
        "kubernetes:batch/v1:CronJob",
        "spec.concurrencyPolicy",
        leaves("Forbid", "Replace"),
        "may run while the run before still runs",
    ),
    Weakening(
        "kubernetes:policy/v1:PodDisruptionBudget",
        "spec.selector",
        differs,
        "protects other pods than before",
    ),
    Weakening(
        "kubernetes:core/v1:Service",
        "spec.selector",
        differs,
        "leads to other pods than before",
        Kind.NO_SECOND_COPY,
    ),
)
