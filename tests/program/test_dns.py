"""S3-4 and the domain: what the zone answers beside the platform's own hosts."""

from __future__ import annotations

from typing import Any

import pytest

from infra.configuration.dns_settings import platform_hosts
from infra.configuration.platform_names import HOSTS
from infra.configuration.system import load_system
from tests.support.recorder import TODAY, Recording, record, system_file
from tests.support.recordings import SYSTEMS, system_recording

RECORD = "aws:route53/record:Record"
DKIM = "v=DKIM1; k=rsa; p=" + "A" * 400
DNS: dict[str, Any] = {
    "records": [
        {"type": "MX", "values": ["10 mail.example.net"]},
        {"name": "_dmarc", "type": "TXT", "values": ['v=DMARC1; p=none; rua="x"'], "ttl": 3600},
        {"name": "s1._domainkey", "type": "TXT", "values": [DKIM]},
    ],
    "delegations": {"dev": ["ns-1.awsdns-01.com.", "ns-2.awsdns-02.net"]},
}


@pytest.fixture(scope="module")
def with_mail() -> Recording:
    return record("prod", {"dns": DNS})


@pytest.mark.contract("S3-4")
@pytest.mark.parametrize(
    ("name", "host", "kind", "ttl", "values"),
    [
        ("domain-mx", "triangle.example", "MX", 300, ["10 mail.example.net"]),
        ("dev-ns", "dev.triangle.example", "NS", 300, ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"]),
        # The quotes at both ends are the provider's.
        ("_dmarc-txt", "_dmarc.triangle.example", "TXT", 3600, ['v=DMARC1; p=none; rua=\\"x\\"']),
        ("s1._domainkey-txt", "s1._domainkey.triangle.example", "TXT", 300, [f'{DKIM[:255]}" "{DKIM[255:]}']),
    ],
)
def test_mail_and_other_environments_are_found_in_the_zone(
    with_mail: Recording, name: str, host: str, kind: str, ttl: int, values: list[str]
) -> None:
    inputs = with_mail.one(RECORD, name).inputs
    assert (inputs["name"], inputs["type"], inputs["ttl"]) == (host, kind, ttl)
    assert inputs["records"] == values
    assert inputs["zoneId"] == "Z1"


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_host_of_the_platform_is_known_before_it_is_declared(system: str) -> None:
    """Otherwise a stack file's record and the platform's could be the same one."""
    recording = system_recording(system, "prod")
    content = load_system(system_file(f"examples/systems/{system}.yaml"), TODAY)
    declared = {
        (each.inputs["name"], each.inputs["type"])
        for each in recording.of(RECORD).values()
        if each.inputs["type"] in ("A", "AAAA")
    }
    hosts = platform_hosts(content.hosts, HOSTS)
    known = {f"{label}.{content.domain}" if label else content.domain for label in hosts}
    assert {host for host, _ in declared} == known
    others = {each.inputs["type"] for each in recording.of(RECORD).values()} - {"A", "AAAA"}
    assert others == {"CAA", "CNAME"}  # who may issue certificates, and ACM's proof
