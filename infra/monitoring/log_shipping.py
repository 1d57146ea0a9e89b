"""Shipping of the pods' logs to CloudWatch: settings of the observability add-on's Fluent Bit.

The add-on's own settings send whole records of every pod to one log group, where a line of JSON is text
within JSON: no metric filter finds its properties, and an embedded metric stays embedded. Here a service's
lines go as they are to a group of its own; all other pods' go where they always did.

Names of plugins and options: Fluent Bit's manual ("Amazon CloudWatch", "Kubernetes", "Tail") and the
add-on's chart, whose `application-log.conf` this one replaces.
"""

from __future__ import annotations

from typing import Any

from infra.labels import owner_label
from infra.naming import Naming

FILE = "application-log.conf"


def group_name(naming: Naming, service: str) -> str:
    """The log group of a service and of its jobs: `/triangle/prod/api`."""
    return f"/{naming.system}/{naming.environment}/{service}"


def settings(naming: Naming, namespace: str) -> dict[str, Any]:
    """The add-on's configuration values."""
    return {"containerLogs": {"fluentBit": {"config": {"extraFiles": {FILE: _file(naming, namespace)}}}}}


def _file(naming: Naming, namespace: str) -> str:
    (label,) = owner_label("")
    services = f"/var/log/containers/*_{namespace}_*.log"
    # The agents write about what they ship: a circle. Those of the data plane have settings of their own.
    agents = "cloudwatch-agent", "fluent-bit", "aws-node", "kube-proxy"
    others = ", ".join([services, *(f"/var/log/containers/{agent}*" for agent in agents)])
    return "\n".join(
        [
            *_tail("service", services, "flb_services"),
            *_tail("application", "/var/log/containers/*.log", "flb_container", without=others),
            *_kubernetes("service", labels="On"),
            *_kubernetes("application", labels="Off"),
            *_section(
                "OUTPUT",
                Name="cloudwatch_logs",
                Match="service.*",
                region="${AWS_REGION}",
                # Where a pod has no such label.
                log_group_name="/aws/containerinsights/${CLUSTER_NAME}/application",
                log_group_template=group_name(naming, f"$kubernetes['labels']['{label}']"),
                log_stream_prefix="${HOST_NAME}-",
                log_key="log",
                log_format="json/emf",
                auto_create_group="false",
            ),
            *_section(
                "OUTPUT",
                Name="cloudwatch_logs",
                Match="application.*",
                region="${AWS_REGION}",
                log_group_name="/aws/containerinsights/${CLUSTER_NAME}/application",
                log_stream_prefix="${HOST_NAME}-",
                auto_create_group="false",
                extra_user_agent="container-insights",
            ),
            "",
        ]
    )


def _tail(tag: str, path: str, database: str, without: str = "") -> list[str]:
    excluded = {"Exclude_Path": without} if without else {}
    return _section(
        "INPUT",
        Name="tail",
        Tag=f"{tag}.*",
        Path=path,
        **excluded,
        **{"multiline.parser": "docker, cri"},
        DB=f"/var/fluent-bit/state/{database}.db",
        Mem_Buf_Limit="50MB",
        Skip_Long_Lines="On",
        Refresh_Interval="10",
        Rotate_Wait="30",
        **{"storage.type": "filesystem"},
        Read_from_Head="${READ_FROM_HEAD}",
    )


def _kubernetes(tag: str, labels: str) -> list[str]:
    return _section(
        "FILTER",
        Name="kubernetes",
        Match=f"{tag}.*",
        Kube_URL="https://kubernetes.default.svc:443",
        Kube_Tag_Prefix=f"{tag}.var.log.containers.",
        Merge_Log="Off" if tag == "service" else "On",
        **({} if tag == "service" else {"Merge_Log_Key": "log_processed"}),
        Labels=labels,
        Annotations="Off",
        Use_Kubelet="On",
        Kubelet_Port="10250",
        Buffer_Size="0",
    )


def _section(kind: str, **options: str) -> list[str]:
    return [f"[{kind}]", *(f"  {name} {value}" for name, value in options.items())]
