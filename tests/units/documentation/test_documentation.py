"""The documentation claims nothing that is not there."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from documentation.contract_page import contract_page
from documentation.graph import DocumentationError, Graph
from documentation.pages import topology_page
from tests.support.checkout import ROOT

PREFIX = "urn:pulumi:prod::groundwork::groundwork"
VPC = f"{PREFIX}:network:Network$aws:ec2/vpc:Vpc::main"
KEY = f"{PREFIX}:keys:Keys$aws:kms/key:Key::data"
BUCKET = f"{PREFIX}:storage:Storage$aws:s3/bucket:Bucket::photos"


def resource(urn: str, *dependencies: str) -> dict[str, Any]:
    resource_type = urn.split("::")[2].rsplit("$", maxsplit=1)[-1]
    return {"urn": urn, "type": resource_type, "dependencies": list(dependencies)}


GRAPH = Graph("triangle", "prod", (resource(KEY), resource(VPC, KEY), resource(BUCKET, VPC, KEY)))
ROW = {"id": "NET-1", "promise": "a network", "resources": ["aws:ec2/vpc:Vpc", "aws:ec2/vpc:Vpc main"]}


def test_a_row_shows_what_keeps_it_and_what_proves_it() -> None:
    page = contract_page([ROW], [GRAPH], [GRAPH], {"NET-1": ["tests/program/test_network.py::test_zones"]})
    assert "- `aws:ec2/vpc:Vpc` 1\n- `aws:ec2/vpc:Vpc main` 1" in page
    assert "[test_zones](../tests/program/test_network.py)" in page


def test_a_row_says_which_systems_it_is_kept_in() -> None:
    other = Graph("node", "prod", (resource(KEY),))
    page = contract_page([ROW], [GRAPH], [GRAPH, other], {"NET-1": ["a::b"]})
    assert "| row | promise | triangle | node |" in page
    assert "| [NET-1](#net-1) | a network | ✓ |  |" in page


def test_a_row_may_be_kept_by_all_resources_of_a_type_but_one() -> None:
    assert GRAPH.count("aws:ec2/vpc:Vpc !main") == 0
    assert GRAPH.count("aws:ec2/vpc:Vpc !other") == GRAPH.count("aws:ec2/vpc:Vpc") == 1


def test_a_row_of_the_application_names_the_hook() -> None:
    row = {**ROW, "application": "it publishes its lag"}
    page = contract_page([row], [GRAPH], [GRAPH], {"NET-1": ["a::b"]})
    assert "The application's part: it publishes its lag." in page


def test_a_row_whose_resource_is_nowhere_is_refused() -> None:
    row = {**ROW, "resources": ["aws:ec2/vpc:Vpc other"]}
    with pytest.raises(DocumentationError, match="which no environment has"):
        contract_page([row], [GRAPH], [GRAPH], {"NET-1": ["a::b"]})


def test_a_row_without_a_test_is_refused() -> None:
    with pytest.raises(DocumentationError, match="NET-1 has no test"):
        contract_page([ROW], [GRAPH], [GRAPH], {})


def test_the_picture_has_an_arrow_for_each_need_but_no_shortcuts() -> None:
    page = topology_page([GRAPH])
    assert "  Keys --> Network" in page
    assert "  Network --> Storage" in page
    assert "  Keys --> Storage" not in page


def test_every_row_that_is_claimed_is_in_the_committed_page() -> None:
    rows = yaml.safe_load((ROOT / "docs" / "contract.yaml").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
    assert [row["id"] for row in rows if f"\n## {row['id']}\n" not in page] == []


def test_the_contracts_page_names_only_tests_that_exist() -> None:
    page = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\[(test_\w+)\]\(\.\./(tests/[\w/]+\.py)\)", page))
    assert len(links) > 100
    gone = [
        f"{file}::{name}"
        for name, file in sorted(links)
        if not (ROOT / file).is_file() or f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert gone == [], "write the page anew: make docs"
