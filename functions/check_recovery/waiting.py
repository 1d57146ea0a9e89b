"""Questions about what waits in the recovery region, and about what has to be possible on the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.check_recovery.asking import Asking
from functions.check_recovery.findings import Finding, State, judged, standing

# How long name servers of others keep an address at most, so that people are where the service is in time.
# Route 53 answers 60 seconds for a load balancer's alias itself (developer guide, "Choosing between alias and
# non-alias records").
TTL_SECONDS = 60
POSTGRESQL = "postgres"


@dataclass(frozen=True)
class Quota:
    """A quota of the recovery region (Service Quotas).

    Args:
        what: in words.
        service: of AWS.
        code: AWS's own for the quota.
        needed: on the day.
    """

    what: str
    service: str
    code: str
    needed: int


def quotas(asking: Asking) -> list[Quota]:
    """Those that an account that never ran anything there meets first; all others stand already."""
    return [
        # "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances"; nodes of Auto Mode count.
        Quota("vCPUs", "ec2", "L-1216C47A", asking.wanted.processors),
        Quota("Elastic IP addresses", "ec2", "L-0263D0A3", asking.wanted.addresses),
    ]


def cluster(asking: Asking) -> Iterator[Finding]:
    """Whether the one that waits stands; nothing where the stack file has none wait."""
    if not asking.wanted.cluster_waits:
        return
    advice = "`aws eks describe-cluster` says what is wrong; `pulumi up` makes it where it is gone"
    found = asking.waiting_cluster
    yield standing("cluster", [(asking.wanted.cluster, found["status"])], "ACTIVE", advice)


def redis(asking: Asking) -> Iterator[Finding]:
    """Whether the ones that wait stand; nothing where the stack file has none wait."""
    names = asking.wanted.redis
    if not names:
        return
    answer = asking.there("elasticache").describe_replication_groups()
    found = {each["ReplicationGroupId"]: each["Status"] for each in answer["ReplicationGroups"]}
    advice = "see ElastiCache's events of it; `pulumi up` makes it where it is gone"
    yield standing("redis", [(name, found.get(name, "gone")) for name in names], "available", advice)


def room(asking: Asking) -> Iterator[Finding]:
    """Whether AWS gives this account in the recovery region what it needs on the day."""
    client = asking.there("service-quotas")
    said, lacking = [], []
    for quota in quotas(asking):
        allowed = client.get_service_quota(ServiceCode=quota.service, QuotaCode=quota.code)["Quota"]["Value"]
        said.append(f"{quota.what} {quota.needed} of {allowed:.0f}")
        if quota.needed > allowed:
            lacking.append(f"`--quota-code {quota.code} --desired-value {quota.needed}`")
    region = asking.wanted.recovery_region
    advice = f"ask for more, which takes days: `aws service-quotas request-service-quota-increase --region \
{region} --service-code ec2` {', '.join(lacking)}"
    yield judged("quotas", not lacking, ", ".join(said), advice)


def kubernetes(asking: Asking) -> Iterator[Finding]:
    """Whether both clusters have the same version, one that EKS still supports; of one alone the latter."""
    here = asking.here("eks").describe_cluster(name=asking.wanted.cluster)["cluster"]["version"]
    there = asking.waiting_cluster["version"] if asking.wanted.cluster_waits else here
    if here != there:
        advice = "manifests may not fit: `pulumi up` brings both to the version of the stack file"
        found = f"{here} here, {there} in {asking.wanted.recovery_region}"
        yield Finding("kubernetes", State.NOT_READY, found, advice)
        return
    answer = asking.there("eks").describe_cluster_versions(clusterVersions=[there])
    ends = [each.get("endOfStandardSupportDate") for each in answer["clusterVersions"]]
    advice = "`cluster.version` of the stack file: after its end EKS updates each cluster by itself"
    yield _supported("kubernetes", asking, there, ends, advice)


def postgresql(asking: Asking) -> Iterator[Finding]:
    """Whether the replica has the same major version, one that RDS still supports."""
    here = str(asking.primary["EngineVersion"])
    there = str(asking.replica["EngineVersion"]) if asking.replica else here
    if _major(here) != _major(there):
        advice = "the replica follows an upgrade by itself: see RDS's events of it"
        yield Finding("postgresql", State.NOT_READY, f"{here} here, the replica {there}", advice)
        return
    answer = asking.here("rds").describe_db_major_engine_versions(
        Engine=POSTGRESQL, MajorEngineVersion=_major(here)
    )
    ends = [
        life["LifecycleSupportEndDate"]
        for each in answer["DBMajorEngineVersions"]
        for life in each.get("SupportedEngineLifecycles", ())
        if life["LifecycleSupportName"].endswith("standard-support")
    ]
    advice = "`database.version` of the stack file: after its end RDS upgrades by itself one day"
    yield _supported("postgresql", asking, here, ends, advice)


def _major(version: str) -> str:
    return version.partition(".")[0]


def _supported(check: str, asking: Asking, version: str, ends: list[datetime | None], advice: str) -> Finding:
    known = [each.astimezone(UTC) for each in ends if each is not None]
    if not known:
        return Finding(check, State.UNKNOWN, f"{version}: AWS tells no end of its support", advice)
    end = max(known)
    return judged(check, end > asking.now, f"{version}, supported until {end:%Y-%m-%d}", advice)


def certificate(asking: Asking) -> Iterator[Finding]:
    """Whether ACM would issue the domain's certificate there at once: as it did here, by the same record.

    ACM asks an account for the same record in every region (user guide, "DNS validation").
    """
    client, domain = asking.here("acm"), asking.wanted.domain
    pages = client.get_paginator("list_certificates").paginate()
    found = [
        each for page in pages for each in page["CertificateSummaryList"] if each["DomainName"] == domain
    ]
    details = [client.describe_certificate(CertificateArn=each["CertificateArn"]) for each in found]
    issued = [each["Certificate"] for each in details if each["Certificate"]["Status"] == "ISSUED"]
    if not issued:
        advice = "see ACM: usually its record in the zone is gone, or the domain leads to other name servers"
        yield Finding("certificate", State.NOT_READY, f"none is issued for {domain}", advice)
        return
    names = {
        option["ResourceRecord"]["Name"].rstrip(".")
        for each in issued
        for option in each.get("DomainValidationOptions", ())
        if "ResourceRecord" in option
    }
    missing = sorted(names - {_name(each) for each in asking.records})
    advice = "`pulumi up` writes it: without it another region gets no certificate, and this one no renewal"
    said = f"the record {', '.join(missing)} is gone" if missing else "issued; its record is in the zone"
    yield judged("certificate", not missing, said, advice)


def addresses(asking: Asking) -> Iterator[Finding]:
    """Whether the name that moves on the day is there, and is forgotten soon enough."""
    origin = asking.wanted.origin
    found = [each for each in asking.records if _name(each) == origin and each["Type"] != "CAA"]
    slow = [each["TTL"] for each in found if each.get("TTL", 0) > TTL_SECONDS]
    if not found:
        advice = "`pulumi up` writes it: CloudFront finds no service without it"
        yield Finding("dns", State.NOT_READY, f"{origin} is not in the zone", advice)
        return
    said = f"{origin} is kept for {max(slow, default=TTL_SECONDS)} s"
    advice = f"it moves on the day: not longer than {TTL_SECONDS} s; `pulumi up` writes it as it should be"
    yield judged("dns", not slow, said, advice)


def _name(record: dict[str, Any]) -> str:
    return str(record["Name"]).rstrip(".")
