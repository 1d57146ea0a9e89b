"""Roles with which AWS's own services work in an account ("service-linked roles").

Most services make theirs when they are first asked for something, and nobody notices. Some refuse the first
request of a new account meanwhile, and AWS's provider does not ask again: the first deployment would end
there, and two Redis that are made side by side race for the one role.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from operations.bootstrap.part import Found, Part, State

# By the service's name, with what it refuses without its role.
REFUSED_WITHOUT: Mapping[str, str] = MappingProxyType(
    {
        # "Unable to create the resource. Verify that you have permission to create service linked role.
        # Otherwise wait and try again later" (eks-workshop-v2#1609); of subnet groups "Missing necessary
        # credentials" (terraform-aws-modules/terraform-aws-rds#364, crossplane-contrib/provider-aws#479).
        "rds.amazonaws.com": "the first subnet group, and the first instance",
        # ServiceLinkedRoleNotFoundFault (aws-controllers-k8s/community#367).
        "elasticache.amazonaws.com": "the first subnet group",
    }
)
# Asked of an account that has it: no error of IAM's model has a name for it alone.
_THERE = ("InvalidInput", "EntityAlreadyExists")


def linked_roles(client: Any) -> list[Part]:
    """The roles, each as a part of an account.

    Args:
        client: boto3's of IAM.
    """
    return [
        Part(
            f"service-linked role of {service}",
            partial(_look, client, service),
            partial(_make, client, service),
        )
        for service in REFUSED_WITHOUT
    ]


def _look(client: Any, service: str) -> Found:
    there = client.list_roles(PathPrefix=f"/aws-service-role/{service}/")["Roles"]
    return Found(State.THERE) if there else Found(State.MISSING, f"without it: no {REFUSED_WITHOUT[service]}")


def _make(client: Any, service: str) -> None:
    try:
        client.create_service_linked_role(AWSServiceName=service)
    except client.exceptions.ClientError as error:
        # The service itself was faster.
        if error.response["Error"]["Code"] not in _THERE:
            raise
