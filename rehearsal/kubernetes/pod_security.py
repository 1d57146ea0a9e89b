"""Pod Security admission: which pods the levels "baseline" and "restricted" refuse, and in which words.

The controls are those of Kubernetes' "Pod Security Standards", with the versions that they came or changed
with; order and wording of the reasons are those of its admission plugin (k8s.io/pod-security-admission).
Versions before 1.25, when the plugin became stable, are looked at as 1.25.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from rehearsal.kubernetes import pod_controls as controls

ENFORCE = "pod-security.kubernetes.io/enforce"
ENFORCE_VERSION = "pod-security.kubernetes.io/enforce-version"

_OLDEST = 25


class Level(StrEnum):
    """What a namespace allows; "privileged" is everything."""

    PRIVILEGED = "privileged"
    BASELINE = "baseline"
    RESTRICTED = "restricted"


class Policy(NamedTuple):
    """A level, and the minor version of Kubernetes whose standards count; None for the cluster's own."""

    level: Level
    minor: int | None

    def __str__(self) -> str:
        return f"{self.level}:{'latest' if self.minor is None else f'v1.{self.minor}'}"


def enforced(labels: Mapping[str, str]) -> Policy:
    """The policy that a namespace with these labels enforces; without any it is EKS's, "privileged".

    A label that the plugin cannot read counts as the strictest level, as in the plugin.
    """
    text = labels.get(ENFORCE)
    if text is None:
        return Policy(Level.PRIVILEGED, None)
    level = Level(text) if text in list(Level) else Level.RESTRICTED
    version = re.fullmatch(r"v1\.(\d+)", labels.get(ENFORCE_VERSION, "latest"))
    return Policy(level, int(version[1]) if version else None)


def forbidden(
    policy: Policy, cluster_minor: int, metadata: Mapping[str, Any], spec: Mapping[str, Any]
) -> str:
    """Why the policy refuses a pod, all reasons in one text; empty when it does not.

    Args:
        policy: of the pod's namespace.
        cluster_minor: of the cluster's version: 35 for Kubernetes 1.35.
        metadata: of the pod.
        spec: of the pod, with all that admission has put into it.
    """
    if policy.level is Level.PRIVILEGED:
        return ""
    minor = max(_OLDEST, cluster_minor if policy.minor is None else min(policy.minor, cluster_minor))
    checks = [
        check
        for check in _CHECKS
        if check.since <= minor and (check.level is Level.BASELINE or policy.level is Level.RESTRICTED)
    ]
    included = {name for check in checks for name in check.includes}
    pod = controls.Pod(metadata, spec, minor)
    found = [check.find(pod) for check in checks if check.name not in included]
    return ", ".join(
        f"{one.reason} ({one.detail})" if one.detail else one.reason for one in found if one is not None
    )


@dataclass(frozen=True)
class _Check:
    """One control.

    Args:
        name: the plugin's identifier, which orders the reasons of a level.
        level: from which on it counts.
        find: what is wrong with a pod.
        since: the minor version that it came with.
        includes: checks of "baseline" that are left to this one.
    """

    name: str
    level: Level
    find: Callable[[controls.Pod], controls.Found | None]
    since: int = 0
    includes: tuple[str, ...] = ()


# In the plugin's order: by level, then by name.
_CHECKS = (
    _Check("appArmorProfile", Level.BASELINE, controls.app_armor),
    _Check("capabilities_baseline", Level.BASELINE, controls.too_many_capabilities),
    _Check("hostNamespaces", Level.BASELINE, controls.host_namespaces),
    _Check("hostPathVolumes", Level.BASELINE, controls.host_paths),
    _Check("hostPorts", Level.BASELINE, controls.host_ports),
    _Check("hostProbesAndHostLifecycle", Level.BASELINE, controls.probed_hosts, since=34),
    _Check("privileged", Level.BASELINE, controls.privileged),
    _Check("procMount", Level.BASELINE, controls.proc_mount_unless_users),
    _Check("seLinuxOptions", Level.BASELINE, controls.selinux),
    _Check("seccompProfile_baseline", Level.BASELINE, controls.seccomp),
    _Check("sysctls", Level.BASELINE, controls.sysctls),
    _Check("windowsHostProcess", Level.BASELINE, controls.windows_host),
    _Check("allowPrivilegeEscalation", Level.RESTRICTED, controls.escalation),
    _Check(
        "capabilities_restricted",
        Level.RESTRICTED,
        controls.capabilities,
        includes=("capabilities_baseline",),
    ),
    _Check("procMount_restricted", Level.RESTRICTED, controls.proc_mount, since=35, includes=("procMount",)),
    _Check("restrictedVolumes", Level.RESTRICTED, controls.volumes, includes=("hostPathVolumes",)),
    _Check("runAsNonRoot", Level.RESTRICTED, controls.non_root),
    _Check("runAsUser", Level.RESTRICTED, controls.root_user),
    _Check(
        "seccompProfile_restricted",
        Level.RESTRICTED,
        controls.seccomp_required,
        includes=("seccompProfile_baseline",),
    ),
)
