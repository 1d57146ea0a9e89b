"""`make prices` asks AWS's price list for the regions of the stack files, and writes what it has said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner

from costs import price_list
from operations.cli import app
from tests.support.checkout import ROOT
from tests.support.json_output import check_output
from tests.units.costs.test_price_list import product, request

RUN = CliRunner()
REGIONS = ["us-east-2", "us-west-2"]  # of the stack files, by hand
PREFIX = {"us-east-2": "USE2", "us-west-2": "USW2"}
_UNITS = {"hour": "Hrs", "gigabyte and month": "GB-Mo", "month": "Keys"}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    target = ROOT / "costs" / "data" / "price_list.json"
    monkeypatch.setattr(price_list, "FILE", tmp_path / target.relative_to(ROOT))
    (tmp_path / "costs" / "data").mkdir(parents=True)
    monkeypatch.setattr("operations.checkout.ROOT", tmp_path)
    return price_list.FILE


@pytest.fixture
def list_of_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Answers as AWS would, and holds each request against botocore's model of it."""
    client = boto3.client("pricing", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    monkeypatch.setattr("boto3.Session.client", lambda *_, **__: client)
    with Stubber(client) as stubber:
        yield stubber


def answer(stubber: Stubber, *, without: str = "") -> None:
    for each in price_list.questions():
        for region in REGIONS:
            found = product(f"{PREFIX[region]}-{each.usage}", 0.5, _UNITS[each.unit.value])
            products = [] if each.what == without else [found]
            stubber.add_response("get_products", {"PriceList": products}, request(region, each))


def rows(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_every_item_is_asked_for_in_both_regions_and_written(
    file: Path, list_of_aws: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.prices_command._regions", lambda: REGIONS)
    answer(list_of_aws, without="EKS cluster")
    done = RUN.invoke(app, ["prices", "--json"])
    assert done.exit_code == 0, done.output
    list_of_aws.assert_no_pending_responses()
    said = json.loads(done.stdout)
    check_output("prices", said)
    missing = [(each["what"], each["region"]) for each in said["prices"] if each["dollars"] is None]
    assert missing == [("EKS cluster", region) for region in REGIONS]
    assert {(row["what"], row["region"]) for row in rows(file)} == {
        (each.what, region) for each in price_list.questions() for region in REGIONS
    } - set(missing)


def test_the_regions_are_those_of_the_stack_files() -> None:
    from operations.prices_command import _regions

    assert _regions() == REGIONS


def test_a_person_sees_what_the_list_does_not_have(
    file: Path, list_of_aws: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.prices_command._regions", lambda: REGIONS)
    answer(list_of_aws, without="NAT gateway")
    done = RUN.invoke(app, ["prices"], terminal_width=120)
    assert done.exit_code == 0, done.output
    assert "not in the list" in done.output
    assert "costs/data/price_list.json has them now; commit it." in done.output


def test_nothing_is_written_when_aws_refuses(
    file: Path, list_of_aws: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.prices_command._regions", lambda: REGIONS)
    file.write_text("[]\n", encoding="utf-8")
    list_of_aws.add_client_error("get_products", "AccessDeniedException", "is not authorized to perform")
    done = RUN.invoke(app, ["prices"])
    assert done.exit_code == 1
    assert "AccessDeniedException" in done.output
    assert rows(file) == []


def test_without_credentials_it_says_what_to_take(file: Path) -> None:
    done = RUN.invoke(app, ["prices", "--profile", "nobody"])
    assert done.exit_code == 1
    assert "The config profile (nobody) could not be found. Take an account's credentials" in done.output
    assert not file.exists()
