"""Records of other people's making are refused before any resource, with what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from infra.configuration import load_configuration
from infra.configuration.dns_settings import strings
from infra.configuration.validation import ConfigurationError
from tests.support.recorder import TODAY, stack_file, system_file

SERVERS = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"]


def problems(dns: object, environment: str = "prod") -> list[str]:
    try:
        load_configuration(environment, {**stack_file(environment), "dns": dns}, system_file(), today=TODAY)
    except ConfigurationError as error:
        return [str(problem) for problem in error.problems]
    return []


def record(**values: Any) -> dict[str, Any]:
    return {"records": [values]}


@pytest.mark.parametrize(
    "dns",
    [
        {},
        record(type="MX", values=["10 mail.example.net", "20 mail-2.example.net."]),
        record(type="MX", values=["0 ."]),
        record(type="TXT", values=["v=spf1 include:_spf.example.net -all", "proof=abc"]),
        record(name="_dmarc", type="TXT", values=["v=DMARC1; p=reject"], ttl=3600),
        record(name="s1._domainkey", type="TXT", values=["v=DKIM1; k=rsa; p=" + "A" * 400]),
        record(name="s2._domainkey", type="CNAME", values=["s2-a._domainkey.example.onmicrosoft.com"]),
        record(name="_sip._tcp", type="SRV", values=["10 5 5060 sip.example.net"]),
        record(name="shop", type="CAA", values=['0 issue "letsencrypt.org"']),
        record(name="office", type="AAAA", values=["2001:db8::1"]),
        record(name="*.pages", type="A", values=["192.0.2.1"]),
        # A text beside the platform's own addresses.
        record(name="api", type="TXT", values=["proof=abc"]),
        {"delegations": {"dev": SERVERS, "staging": SERVERS, "status": SERVERS}},
    ],
)
def test_what_a_domain_needs_is_taken(dns: dict[str, Any]) -> None:
    assert problems(dns) == []


@pytest.mark.parametrize(
    ("dns", "key", "words"),
    [
        (record(type="MX", values=["mail.example.net"]), "records[0].values", "10 mail.example.net"),
        (record(type="MX", values=["10 192.0.2.1"]), "records[0].values", "no address"),
        (record(type="MX", values=["70000 mail.example.net"]), "records[0].values", "a number and the name"),
        (record(type="A", name="x", values=["192.0.2.300"]), "records[0].values", "an IPv4 address"),
        (record(type="AAAA", name="x", values=["192.0.2.1"]), "records[0].values", "an IPv6 address"),
        (record(type="TXT", values=['"quoted"']), "records[0].values", "without quotes around"),
        (record(type="TXT", values=["A" * 4001]), "records[0].values", "at most 4000"),
        (record(type="TXT", values=["caf\u00e9"]), "records[0].values", "ASCII"),
        (record(type="TXT", values=["v=spf1 -all", "v=spf1 +all"]), "records[0].values", "one text for SPF"),
        (record(type="SRV", name="sip", values=["1 1 1 sip.example.net"]), "records[0].values", "_sip._tcp"),
        (record(type="CNAME", name="x", values=["a.example.net", "b.example.net"]), "values", "one name"),
        (record(type="SPF", values=["v=spf1 -all"]), "records[0].type", "one of A, AAAA, CAA"),
        (record(type="TXT", values=["a"], ttl=1), "records[0].ttl", "from 60"),
        (record(type="TXT", values=["a"], tll=60), "records[0].tll", "Did you mean ttl?"),
        (record(type="TXT", values=[]), "records[0].values", "a list"),
        (record(type="TXT", name="Mail", values=["a"]), "records[0].name", "lower case"),
        (record(type="TXT", name="a" * 64, values=["a"]), "records[0].name", "in front of the domain"),
        (record(type="TXT", name=".".join(["a" * 63] * 4), values=["a"]), "records[0]", "253"),
        (record(type="TXT", name="www.triangle.example", values=["a"]), "records[0]", "Write www."),
        (record(type="CNAME", values=["a.example.net"]), "records[0]", "another type at the domain itself"),
        (record(type="CAA", values=['0 issue "x.example"']), "records[0]", "the platform has these itself"),
        (record(type="A", name="api", values=["192.0.2.1"]), "records[0]", "a service's"),
        (record(type="CNAME", name="origin", values=["a.example.net"]), "records[0]", "the load balancer"),
        ({"records": ["text"]}, "records[0]", "a mapping"),
        ({"records": {"a": 1}}, "records", "a list of mappings"),
        ({"delegations": {"dev": SERVERS[:1]}}, "delegations.dev", "2 name servers"),
        (
            {"delegations": {"dev": ["192.0.2.1", "192.0.2.2"]}},
            "delegations.dev",
            "the name of a name server",
        ),
        ({"delegations": {"api": SERVERS}}, "delegations.api", "without a service's"),
        ({"records": [], "mail": []}, "mail", "the keys delegations, records"),
    ],
)
def test_what_route_53_or_a_receiver_would_refuse_is_said_before(
    dns: dict[str, Any], key: str, words: str
) -> None:
    found = problems(dns)
    assert found
    assert any(key in line.split(": found ")[0] and words in line for line in found), found


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"name": "shop", "type": "TXT", "values": ["a"]}, "no other record"),
        ({"name": "shop", "type": "CNAME", "values": ["b.example.net"]}, "one entry for each name and type"),
    ],
)
def test_records_of_one_name_may_exclude_each_other(second: dict[str, Any], words: str) -> None:
    first = {"name": "shop", "type": "CNAME", "values": ["a.example.net"]}
    assert any(words in line for line in problems({"records": [first, second]}))


def test_what_somebody_else_answers_for_is_declared_there() -> None:
    dns = {**record(name="x.dev", type="A", values=["192.0.2.1"]), "delegations": {"dev": SERVERS}}
    (line,) = problems(dns)
    assert "outside of dns.delegations.dev" in line


def test_all_mistakes_are_told_at_once() -> None:
    wrong = [{"type": "A", "name": "x", "values": ["no"]}, {"type": "CNAME", "values": ["a.example.net"]}]
    assert len(problems({"records": wrong, "delegations": {"api": SERVERS}})) == 3


def test_a_long_text_is_divided_where_dns_wants_it() -> None:
    assert [len(piece) for piece in strings("A" * 600)] == [255, 255, 90]
    assert "".join(strings("v=DKIM1; " + "A" * 600)) == "v=DKIM1; " + "A" * 600


def test_of_a_record_of_no_type_the_type_alone_is_told() -> None:
    (line,) = problems(record(name="office", type="TXTT", values=["a"]))
    assert "dns.records[0].type" in line
    assert line.endswith("Did you mean TXT?")
