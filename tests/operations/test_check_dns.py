"""S3-4 and the domain: what would be cut is told before the domain points to a new zone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from operations import checkout
from operations.cli import app
from operations.name_servers import NameServers, _servers_of, address
from tests.support.checkout import ROOT
from tests.support.name_server import Running, name_server

DKIM = "v=DKIM1; k=rsa; p=" + "A" * 400
TODAY = {
    ("triangle.example", "A"): ["203.0.113.10"],
    ("triangle.example", "MX"): ["10 Mail.Example.NET."],
    ("triangle.example", "TXT"): ['"v=spf1 include:_spf.example.net -all"'],
    ("_dmarc.triangle.example", "TXT"): ['"v=DMARC1; p=none"'],
    ("google._domainkey.triangle.example", "TXT"): [f'"{DKIM[:200]}" "{DKIM[200:]}"'],
    ("api.triangle.example", "A"): ["203.0.113.11"],
    ("dev.triangle.example", "NS"): ["ns-1.awsdns-01.com.", "ns-2.awsdns-02.net."],
}
DECLARED: dict[str, Any] = {
    "records": [
        {"type": "MX", "values": ["10 mail.example.net"]},
        {"type": "TXT", "values": ["v=spf1 include:_spf.example.net -all"]},
        {"name": "_dmarc", "type": "TXT", "values": ["v=DMARC1; p=none"]},
        {"name": "google._domainkey", "type": "TXT", "values": [DKIM]},
    ],
    "delegations": {"dev": ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"]},
}
Declare = Callable[[dict[str, Any]], None]


@pytest.fixture
def declare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Declare:
    """A checkout whose prod declares these records."""

    def write(dns: dict[str, Any]) -> None:
        for file in (*ROOT.glob("Pulumi*.yaml"), ROOT / "system.yaml"):
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
            if file.name == "Pulumi.prod.yaml":
                content["config"]["groundwork:dns"] = dns
            (tmp_path / file.name).write_text(yaml.safe_dump(content), encoding="utf-8")
        monkeypatch.setattr(checkout, "ROOT", tmp_path)

    return write


def check(*options: str) -> Result:
    return CliRunner().invoke(app, ["check-dns", "--env", "prod", *options])


def states(result: Result) -> dict[tuple[str, str], str]:
    found = json.loads(result.stdout)["records"]
    return {(each["name"].removesuffix("triangle.example"), each["type"]): each["state"] for each in found}


def test_what_nobody_has_declared_would_be_cut(declare: Declare) -> None:
    declare({})
    with name_server(TODAY) as running:
        result = check("--server", running.address, "--json")
    assert result.exit_code == 1
    assert states(result) == {
        ("", "A"): "cut",
        ("", "MX"): "cut",
        ("", "TXT"): "cut",
        ("_dmarc.", "TXT"): "cut",
        ("google._domainkey.", "TXT"): "cut",
        ("dev.", "NS"): "cut",
        ("api.", "A"): "the platform's",
    }


def test_what_is_declared_is_kept_however_it_is_written(declare: Declare) -> None:
    declare(DECLARED)
    known = {key: values for key, values in TODAY.items() if key != ("triangle.example", "A")}
    with name_server(known) as running:
        result = check("--server", running.address, "--json")
    assert set(states(result).values()) == {"kept", "the platform's"}
    assert result.exit_code == 0


def test_another_answer_than_todays_is_no_small_thing(declare: Declare) -> None:
    declare({"records": [{"type": "MX", "values": ["10 other.example.net"]}]})
    with name_server({("triangle.example", "MX"): TODAY["triangle.example", "MX"]}) as running:
        result = check("--server", running.address, "--json")
    assert (result.exit_code, states(result)) == (1, {("", "MX"): "changed"})


def test_what_is_new_cuts_nothing(declare: Declare) -> None:
    declare(DECLARED)
    with name_server({("triangle.example", "CAA"): ['0 issue "amazon.com"']}) as running:
        result = check("--server", running.address, "--json")
    assert (result.exit_code, set(states(result).values())) == (0, {"new", "the platform's"})


def test_people_are_told_what_to_do(declare: Declare) -> None:
    declare({})
    with name_server(TODAY) as running:
        result = check("--server", running.address)
    assert "10 mail.example.net" in result.stdout
    assert (
        "6 of them would be cut or changed when triangle.example points to the zone of prod" in result.stdout
    )
    assert "Declare them in Pulumi.prod.yaml" in result.stdout


def test_a_name_that_nobody_thinks_of_is_asked_for(declare: Declare) -> None:
    declare({})
    with name_server({("legacy.triangle.example", "CNAME"): ["old.example.net."]}) as running:
        assert check("--server", running.address).exit_code == 0
        result = check("--server", running.address, "--name", "legacy", "--json")
    assert (result.exit_code, states(result)) == (1, {("legacy.", "CNAME"): "cut"})


def test_a_wildcard_is_told_once_and_not_at_every_name(declare: Declare) -> None:
    declare({})
    with name_server({("*.triangle.example", "A"): ["203.0.113.9"]}) as running:
        result = check("--server", running.address, "--json")
    assert states(result) == {("*.", "A"): "cut"}


ZONE = """
$TTL 300
@ IN SOA ns.example.net. host.example.net. 1 2 3 4 5
@ IN NS ns.example.net.
legacy IN CNAME old.example.net.
@ IN MX 10 mail.example.net.
"""


def test_a_file_of_the_zone_has_every_name(declare: Declare, tmp_path: Path) -> None:
    declare(DECLARED)
    (tmp_path / "today.zone").write_text(ZONE, encoding="utf-8")
    result = check("--zone-file", str(tmp_path / "today.zone"), "--json")
    found = {key: state for key, state in states(result).items() if state != "new"}
    assert (result.exit_code, found) == (1, {("legacy.", "CNAME"): "cut", ("", "MX"): "kept"})


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--zone-file", "nowhere.zone"], 2, "nowhere.zone: No such file"),
        (["--server", "host:port"], 2, "an address of a name server"),
        (["--env", "qa"], 2, "there is no environment"),
    ],
)
def test_wrong_input_is_told(declare: Declare, options: list[str], code: int, words: str) -> None:
    declare({})
    result = check(*options)
    assert (result.exit_code, words in result.stderr) == (code, True), result.stderr


def test_a_file_that_is_no_zone_is_told(declare: Declare, tmp_path: Path) -> None:
    declare({})
    (tmp_path / "text").write_text("hello world\n", encoding="utf-8")
    result = check("--zone-file", str(tmp_path / "text"))
    assert (result.exit_code, "text: found " in result.stderr) == (2, True)
    assert "allowed: a zone file of triangle.example, as its provider exports it." in result.stderr


def test_silence_is_no_permission(declare: Declare) -> None:
    declare({})
    with name_server({}, refuses=True) as running:
        result = check("--server", running.address)
    assert result.exit_code == 1
    assert "No name server answered" in result.stderr
    assert "REFUSED" in result.stderr


def test_a_second_server_answers_for_the_first(declare: Declare) -> None:
    declare({})
    with name_server({}, refuses=True) as refusing, name_server(TODAY) as answering:
        result = check("--server", refusing.address, "--server", answering.address, "--json")
    assert states(result)["", "MX"] == "cut"


def _resolver(domain: str) -> Any:
    return name_server(
        {
            (domain, "NS"): ["ns-1.example.net."],
            (domain, "SOA"): ["ns-1.example.net. host.example.net. 1 2 3 4 5"],
            ("ns-1.example.net", "A"): ["192.0.2.53"],
        }
    )


@pytest.mark.parametrize("zone", ["triangle.example", "example"])
def test_the_servers_of_today_are_found_by_asking(zone: str) -> None:
    # A domain that has no zone of its own yet is in its parent's.
    running: Running
    with _resolver(zone) as running:
        found = _servers_of("triangle.example", address(running.address))
    assert [str(each) for each in found] == ["192.0.2.53"]


def test_the_servers_that_were_found_are_the_ones_that_are_asked() -> None:
    with _resolver("triangle.example") as running:
        source = NameServers("triangle.example", [], address(running.address))
    assert source.description == "the name servers 192.0.2.53"
