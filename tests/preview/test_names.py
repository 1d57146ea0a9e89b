"""Names of a domain that say something else: where they lead, who answers, who sends mail as them."""

from __future__ import annotations

import pytest

from preview.change import Change, Step, Verb
from preview.names import name_risks
from preview.values import UNKNOWN

RECORD = "aws:route53/record:Record"
URN = f"urn:pulumi:prod::groundwork::groundwork:dns:Dns${RECORD}::name"


def told(kind: str, before: list[str], after: list[str]) -> list[str]:
    sides = ({"type": kind, "ttl": 300, "records": side} if side else {} for side in (before, after))
    old, new = sides
    step = Step(Verb.UPDATED if before else Verb.CREATED, URN, RECORD, before=old, after=new)
    return [f"{risk.kind.label} {risk.what}" for risk in name_risks(Change("prod", (step,)))]


@pytest.mark.parametrize("kind", ["A", "AAAA", "CNAME", "MX", "SRV"])
def test_a_name_that_leads_elsewhere_is_told_with_how_long_it_takes(kind: str) -> None:
    assert told(kind, ["old"], ["new"]) == [
        "INTERRUPTS leads to new, not to old; some are told the old one for 300 s"
    ]


def test_one_more_address_and_one_that_is_not_known_yet_are_no_risk() -> None:
    assert told("A", ["192.0.2.1"], ["192.0.2.1", "192.0.2.2"]) == []
    assert told("A", ["192.0.2.1"], [UNKNOWN]) == []
    assert told("A", [], ["192.0.2.1"]) == []


def test_names_that_are_handed_to_others_are_told() -> None:
    what = "hands its names to ns2.example.net: whoever has these answers for them"
    assert told("NS", ["ns1.example.net"], ["ns1.example.net", "ns2.example.net"]) == [f"ACCESS {what}"]
    assert told("NS", [], ["ns2.example.net"]) == [f"ACCESS {what}"]
    assert told("NS", ["ns1.example.net", "ns2.example.net"], ["ns1.example.net"]) == []


SENDERS = "WEAKER lets more senders pass for this domain (SPF)"
LET_THROUGH = "WEAKER has mail that is not ours let through (DMARC)"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("v=spf1 include:a -all", "v=spf1 include:a +all", [SENDERS]),
        ("v=spf1 include:a -all", "v=spf1 include:a all", [SENDERS]),
        ("v=spf1 include:a -all", "v=spf1 include:a ~all", [SENDERS]),
        ("v=spf1 include:a -all", "v=spf1 include:a", [SENDERS]),
        ("v=spf1 include:a -all", "site-verification=1", [SENDERS]),
        ("v=spf1 include:a ~all", "v=spf1 include:a -all", []),
        ("v=spf1 include:a -all", "v=spf1 include:a include:b -all", []),
        ("v=DMARC1; p=reject", "v=DMARC1; p=none", [LET_THROUGH]),
        ("v=DMARC1; p=quarantine", "v=DMARC1; p=reject", []),
        ("site-verification=1", "site-verification=2", []),
    ],
)
def test_who_may_send_mail_as_the_domain_is_read_from_its_texts(
    before: str, after: str, expected: list[str]
) -> None:
    assert told("TXT", [before], [after]) == expected
