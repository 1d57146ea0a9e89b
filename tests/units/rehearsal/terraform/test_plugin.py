"""A provider is started, configured and asked as Terraform would, and its process ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.providers.provider import UNKNOWN
from rehearsal.terraform.plugin import Plugin, PluginError, Refused, running

ROOT = Path(__file__).resolve().parents[4]
CONFIG = {"id": None, "name": "a", "region": None}


@pytest.fixture(scope="module")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("provider") / "terraform-provider-fake"
    program = Path(__file__).with_name("fake_provider.py")
    file.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "{program}"\n', encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.fixture(scope="module")
def plugin(binary: Path) -> Iterator[Plugin]:
    with running(binary, {"region": "us-west-2"}) as found:
        yield found


def test_it_says_what_it_has(plugin: Plugin) -> None:
    assert plugin.knows("aws_bucket")
    assert not plugin.knows("aws_pond")
    assert plugin.schema("aws_bucket").attributes["id"].computed
    assert not plugin.schema("aws_bucket").attributes["id"].settable


def test_an_error_is_told_with_its_place_and_a_warning_is_none(plugin: Plugin) -> None:
    plugin.validate("aws_bucket", CONFIG)
    with pytest.raises(Refused, match=r"^name: Not valid: it is taken$"):
        plugin.validate("aws_bucket", {**CONFIG, "name": "taken"})


def test_a_creation_has_what_only_aws_can_tell(plugin: Plugin) -> None:
    plan = plugin.plan("aws_bucket", None, CONFIG, CONFIG)
    assert plan.state == {**CONFIG, "id": UNKNOWN}
    assert plan.replaces == ()


def test_only_a_path_whose_value_changes_makes_a_new_resource(plugin: Plugin) -> None:
    prior = {"id": "a", "name": "a", "region": "us-west-2"}
    renamed, moved = {**prior, "name": "b"}, {**prior, "region": "us-east-2"}
    assert plugin.plan("aws_bucket", prior, renamed, renamed).replaces == ()
    assert plugin.plan("aws_bucket", prior, moved, moved).replaces == ("region",)


def test_a_resource_is_read_from_the_aws_that_is_named(binary: Path) -> None:
    with running(binary, {"region": "us-west-2"}, "http://127.0.0.1:4566") as plugin:
        found = plugin.read("aws_bucket", CONFIG)
        assert found == {**CONFIG, "region": "http://127.0.0.1:4566 http://127.0.0.1:4566"}


def test_what_is_gone_and_what_cannot_be_read_are_two_answers(plugin: Plugin) -> None:
    assert plugin.read("aws_bucket", {**CONFIG, "name": "gone"}) is None
    with pytest.raises(Refused, match="no answer"):
        plugin.read("aws_bucket", {**CONFIG, "name": "refused"})


def test_a_configuration_that_it_refuses_is_an_error_for_people(binary: Path) -> None:
    with pytest.raises(PluginError, match="no such region"), running(binary, {"region": "moon"}):
        pass


def test_a_program_that_is_no_plugin_is_told(tmp_path: Path) -> None:
    file = tmp_path / "something"
    file.write_text("#!/bin/sh\necho hello\n", encoding="utf-8")
    file.chmod(0o755)
    with pytest.raises(PluginError, match="something does not start as a plugin"), running(file, {}):
        pass
