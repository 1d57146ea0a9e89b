"""Outputs that only AWS knows, as far as the program uses them: made up, the same in every recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.support.engine_values import as_secret, plain_struct

# Looked for everywhere where it must not be.
PLANTED = "planted-value-of"

# Outputs that are the same whatever a resource of the type is called.
_ALWAYS: Mapping[str, Mapping[str, Any]] = {
    "aws:rds/instance:Instance": {
        "address": "database.rds.example",
        "endpoint": "database.rds.example:5432",
        "resourceId": "db-EXAMPLE",
    },
    "aws:acm/certificate:Certificate": {
        "domainValidationOptions": [
            {"resourceRecordName": "_a", "resourceRecordType": "CNAME", "resourceRecordValue": "_b"}
        ]
    },
    "aws:lb/loadBalancer:LoadBalancer": {
        "arnSuffix": "app/load-balancer/1",
        "zoneId": "ZELB",
        "dnsName": "load-balancer.elb.example",
    },
    "aws:route53/zone:Zone": {"zoneId": "Z1", "nameServers": ["ns-1.example", "ns-2.example"]},
    "random:index/randomId:RandomId": {"hex": "0a1b2c"},
}


def computed_outputs(request: Any, region: str) -> dict[str, Any]:
    """The outputs of a resource that is asked for in a region."""
    kind = request.type
    computed: dict[str, Any] = {**_ALWAYS.get(kind, {})}
    if kind.startswith("aws:"):
        service = kind.split(":")[1].split("/")[0]
        computed["arn"] = f"arn:aws:{service}:{region}:123456789012:{request.name}"
    return computed | (_OF_REQUEST[kind](request) if kind in _OF_REQUEST else {})


def _of_instance(request: Any) -> dict[str, Any]:
    if "dbName" in request.object.fields:
        return {}
    # A replica has them from its primary.
    return {"dbName": "triangle", "username": "triangle", "port": 5432}


def _of_cluster(request: Any) -> dict[str, Any]:
    vpc_config = plain_struct(request.object)["vpcConfig"]
    return {
        "endpoint": "https://cluster.eks.example",
        "certificateAuthority": {"data": "Q0VSVElGSUNBVEU="},
        "vpcConfig": {**vpc_config, "clusterSecurityGroupId": "sg-cluster"},
    }


# What follows from the request.
_OF_REQUEST: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "aws:cloudfront/distribution:Distribution": lambda request: {
        "domainName": f"{request.name}.cloudfront.example",
        "hostedZoneId": "ZCLOUDFRONT",
    },
    "aws:eks/cluster:Cluster": _of_cluster,
    "aws:elasticache/replicationGroup:ReplicationGroup": lambda request: {
        "primaryEndpointAddress": f"{request.name}.cache.example"
    },
    "aws:kms/key:Key": lambda request: {"keyId": f"{request.name}-key-id"},
    "aws:lb/targetGroup:TargetGroup": lambda request: {"arnSuffix": f"targetgroup/{request.name}/1"},
    "aws:rds/instance:Instance": _of_instance,
    "pulumi:index:Stash": lambda request: {"output": plain_struct(request.object)["input"]},
    # The engine marks it: the provider's schema says that it is a secret.
    "random:index/randomPassword:RandomPassword": lambda request: {
        "result": as_secret(f"{PLANTED}-{request.name}")
    },
}
