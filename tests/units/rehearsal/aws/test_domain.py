"""The domain: certificates, zones and records."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.aws.cloud import Cloud
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, Made, replayed

ZONE = "aws:route53/zone:Zone"
RECORD = "aws:route53/record:Record"
CERTIFICATE = "aws:acm/certificate:Certificate"


def test_a_certificate_says_which_record_validates_it(life: Life) -> None:
    made = life.create(
        CERTIFICATE,
        {
            "domainName": "dev.example.com",
            "subjectAlternativeNames": ["*.dev.example.com"],
            "validationMethod": "DNS",
            "tags": {"owner": "platform"},
        },
    )
    options = made.outputs["domainValidationOptions"]
    assert [option["domainName"] for option in options] == ["dev.example.com", "*.dev.example.com"]
    assert options[0]["resourceRecordName"] == options[1]["resourceRecordName"]
    assert options[0]["resourceRecordType"] == "CNAME"
    life.imports(made, but=("validationMethod",))
    made = life.changes_to(made, {"tags": {"owner": "somebody"}})
    life.ends(made)


def test_waiting_for_a_certificate_is_recorded(life: Life) -> None:
    arn = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/one"
    made = life.create("aws:acm/certificateValidation:CertificateValidation", {"certificateArn": arn})
    assert made.id == arn


@pytest.fixture(scope="module")
def zone(life: Life) -> Made:
    return life.create(ZONE, {"name": "example.com", "comment": "Portal", "tags": {"owner": "platform"}})


def test_a_zone_lives(life: Life, zone: Made) -> None:
    assert zone.outputs["zoneId"] == zone.id
    assert len(zone.outputs["nameServers"]) == 4
    life.imports(zone, but=("forceDestroy",))
    other = life.create(ZONE, {"name": "other.example.com", "comment": "Other"}, name="other")
    other = life.changes_to(other, {"comment": "Another", "tags": {"owner": "somebody"}})
    life.ends(other)


def test_a_zone_has_name_servers_of_its_own(life: Life, zone: Made) -> None:
    other = life.create(ZONE, {"name": "third.example.com", "comment": "Third"}, name="third")
    servers, others = zone.outputs["nameServers"], other.outputs["nameServers"]
    assert not set(servers) & set(others)
    assert {each.partition(".awsdns-")[2][3:] for each in servers} == {"com", "net", "org", "co.uk"}
    life.ends(other)


@pytest.mark.parametrize(
    ("kind", "value", "change"),
    [
        ("A", "192.0.2.1", "192.0.2.2"),
        ("CNAME", "a.example.org", "b.example.org"),
        ("CAA", '0 issue "amazon.com"', '0 issue "amazontrust.com"'),
        ("MX", "10 mail.example.org", "20 mail.example.org"),
        ("NS", "ns-1.awsdns-01.com", "ns-2.awsdns-02.net"),
        ("TXT", 'v=DKIM1; p=first" "second', "v=spf1 -all"),
    ],
)
def test_a_record_lives(life: Life, zone: Made, kind: str, value: str, change: str) -> None:
    name = f"{kind.lower()}.example.com"
    inputs = {"zoneId": zone.id, "name": name, "type": kind, "ttl": 300, "records": [value]}
    made = life.create(RECORD, inputs, name=name)
    assert made.outputs["fqdn"] == name
    life.imports(made)
    made = life.changes_to(made, {"ttl": 60, "records": [change]})
    life.ends(made)


def test_route_53_is_given_the_quotes_that_awss_provider_adds(life: Life, cloud: Cloud, zone: Made) -> None:
    inputs = {"zoneId": zone.id, "name": "q.example.com", "type": "TXT", "ttl": 300, "records": ['a" "b']}
    made = life.create(RECORD, inputs, name="quotes")
    sets = cloud.call("route53", REGION, "list_resource_record_sets", HostedZoneId=zone.id)
    (found,) = [each for each in sets["ResourceRecordSets"] if each["Type"] == "TXT"]
    assert [each["Value"] for each in found["ResourceRecords"]] == ['"a" "b"']
    life.ends(made)


@pytest.mark.parametrize("kind", ["A", "AAAA"])
def test_a_record_stands_for_a_distribution(life: Life, zone: Made, kind: str) -> None:
    alias = {"name": "abc.cloudfront.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}
    inputs = {"zoneId": zone.id, "name": "example.com", "type": kind, "aliases": [alias]}
    made = life.create(RECORD, inputs, name=kind)
    life.imports(made)
    made = life.changes_to(made, {"aliases": [{**alias, "name": "def.cloudfront.net"}]})
    life.ends(made)


def test_the_domain_is_there_again_after_a_replay(
    life: Life, cloud: Cloud, zone: Made, journal: Path
) -> None:
    certificate = life.create(CERTIFICATE, {"domainName": "kept.example", "validationMethod": "DNS"})
    made = [certificate, zone]
    for one, found in zip(made, replayed(cloud, journal, made).values(), strict=True):
        assert found is not None, one.resource.urn
        assert found.outputs == one.outputs
