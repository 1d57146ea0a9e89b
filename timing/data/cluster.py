"""EKS, and what runs in it."""

from __future__ import annotations

from datetime import date

from timing.facts import Change, Duration, Inputs, Interruption, Source, Times

_LOGS = date(2026, 11, 29)
_LIKE_RECOVERY = Source(
    "estimated from its parts: a node of Auto Mode in 45-90 s (5 min at worst), the image, three readiness "
    "probes for each pod",
    date(2026, 11, 28),
)
# One call of the API, after whose first answer the program waits.
_SETTLED = Times(21, 25)
_SETTLES = Source("infra/foundations/settling.py, whose seconds are the program's own", date(2026, 12, 1))


def _template_differs(old: Inputs, new: Inputs) -> bool:
    """Only another pod template replaces pods (Kubernetes, "Deployments", updating a Deployment)."""
    return _template(old) != _template(new)


def _template(inputs: Inputs) -> object:
    spec = inputs.get("spec")
    return spec.get("template") if isinstance(spec, dict) else None


DURATIONS = {
    "aws:eks/cluster:Cluster": Duration(
        "EKS cluster",
        create=Times(620, 900),
        change=Times(120, 300),
        delete=Times(180, 525),
        source=Source(
            "apply logs of aws_eks_cluster: made in 8:14-12:45 (20, median 10:20), 15:05 in us-east-2 at "
            "worst; gone in 1:09-8:42 (10)",
            _LOGS,
        ),
        changes=(
            Change(
                ("version",),
                Times(600, 1500),
                Source("10-25 minutes (bitslovers.com, eks-cluster-upgrade-zero-downtime)", _LOGS),
                interruption=Interruption(
                    "nodes are replaced afterwards, a tenth of them at a time, and pods move with them"
                ),
            ),
            Change(
                ("computeConfig",),
                Times(120, 300),
                Source(
                    "re:Post, EKS Auto Mode and drifted nodes: 10 % at a time; how long is estimated", _LOGS
                ),
                interruption=Interruption("nodes are replaced, a tenth of them at a time, and pods move"),
            ),
        ),
        replaced=Interruption("every pod is gone until the new cluster runs them", Times(900, 1500)),
    ),
    "aws:eks/addon:Addon": Duration(
        "add-on",
        create=Times(120, 420),
        change=Times(60, 300),
        delete=Times(30, 120),
        source=Source(
            "apply logs of aws_eks_addon: 14-55 s where nodes are, 7:14 where they come first", _LOGS
        ),
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": Duration(
        "access policy association", create=_SETTLED, change=Times(1, 5), delete=Times(1, 5), source=_SETTLES
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": Duration(
        "pod identity association", create=_SETTLED, change=Times(1, 5), delete=Times(1, 5), source=_SETTLES
    ),
    "kubernetes:apps/v1:Deployment": Duration(
        "Deployment",
        create=Times(150, 300),
        change=Times(5, 15),
        delete=Times(30, 60),
        source=_LIKE_RECOVERY,
        changes=(
            Change(
                ("spec",),
                Times(180, 300),
                _LIKE_RECOVERY,
                interruption=Interruption("pods are replaced one after another, none is missing meanwhile"),
                applies=_template_differs,
            ),
        ),
    ),
    "kubernetes:batch/v1:Job": Duration(
        "Job",
        create=Times(90, 240),
        change=Times(2, 5),
        delete=Times(5, 30),
        source=_LIKE_RECOVERY,
    ),
    "kubernetes:core/v1:Namespace": Duration(
        "namespace",
        create=Times(1, 5),
        change=Times(1, 5),
        delete=Times(15, 60),
        source=Source("estimated: gone when all in it is; pods have their grace period", _LOGS),
    ),
}
