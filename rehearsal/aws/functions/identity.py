"""Functions that tell where and as whom the program runs."""

from __future__ import annotations

from rehearsal.aws.functions.asked import Asked
from rehearsal.providers.provider import Properties

_DNS_SUFFIX = "amazonaws.com"


def caller_identity(asked: Asked) -> Properties:
    """Who asks: in a rehearsal always the account itself."""
    answer = asked.call("sts", "get_caller_identity")
    account = answer["Account"]
    return {"accountId": account, "arn": answer["Arn"], "userId": answer["UserId"], "id": account}


def region(asked: Asked) -> Properties:
    """The region of the provider, or the one that the call names."""
    name = asked.region
    return {
        "id": name,
        "name": name,
        "region": name,
        "description": name,
        "endpoint": f"ec2.{name}.{_DNS_SUFFIX}",
    }


def partition(asked: Asked) -> Properties:
    """AWS's partition."""
    # The program's regions are all of the standard partition.
    return {"id": "aws", "partition": "aws", "dnsSuffix": _DNS_SUFFIX, "reverseDnsPrefix": "com.amazonaws"}


def availability_zones(asked: Asked) -> Properties:
    """The zones of the region, by name."""
    arguments = asked.arguments
    states = [{"Name": "state", "Values": [arguments["state"]]}] if arguments.get("state") else []
    filters = [*asked.filters, *states]
    zones = asked.call("ec2", "describe_availability_zones", Filters=filters)["AvailabilityZones"]
    names, ids = set(arguments.get("excludeNames") or ()), set(arguments.get("excludeZoneIds") or ())
    kept = sorted(
        (zone for zone in zones if zone["ZoneName"] not in names and zone["ZoneId"] not in ids),
        key=lambda zone: str(zone["ZoneName"]),
    )
    return {
        "id": asked.region,
        "names": [zone["ZoneName"] for zone in kept],
        "zoneIds": [zone["ZoneId"] for zone in kept],
        "groupNames": sorted({zone.get("GroupName") or asked.region for zone in kept}),
    }


def service_principal(asked: Asked) -> Properties:
    """The name under which a service takes roles."""
    service = asked.wanted("serviceName")
    name = f"{service}.{_DNS_SUFFIX}"
    return {"id": name, "name": name, "suffix": _DNS_SUFFIX, "serviceName": service, "region": asked.region}
