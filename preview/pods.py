"""Pods in what makes them: where each kind of object has the description of its pods."""

from __future__ import annotations

from collections.abc import Mapping

CRON_JOB = "kubernetes:batch/v1:CronJob"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
JOB = "kubernetes:batch/v1:Job"

# By type, the path in its inputs.
PODS: Mapping[str, str] = {
    CRON_JOB: "spec.jobTemplate.spec.template.spec",
    DEPLOYMENT: "spec.template.spec",
    JOB: "spec.template.spec",
    "kubernetes:apps/v1:DaemonSet": "spec.template.spec",
    "kubernetes:apps/v1:StatefulSet": "spec.template.spec",
}
