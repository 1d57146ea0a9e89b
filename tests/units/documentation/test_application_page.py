"""The page for developers shows lines that are right, and has every variable that pods get."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache

import pytest

from documentation.application_page import application_page
from infra.alarm_catalogue import Limits, catalogue
from infra.configuration.system import load_system
from operations.checkout import declared
from operations.log_lines import read_log
from tests.support.checkout import ROOT
from tests.support.recorder import system_file
from tests.support.recordings import SYSTEMS, system_recording


@cache
def page() -> str:
    return application_page(catalogue(Limits.of(declared("prod"))))


def test_the_committed_page_is_the_one_that_is_written() -> None:
    committed = (ROOT / "docs" / "application.md").read_text(encoding="utf-8")
    assert page() == committed, "write the page anew: make docs"


def test_every_example_of_the_page_is_a_line_as_it_should_be() -> None:
    blocks = re.findall(r"```json\n(.*?)\n```", page(), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    log = read_log(line.encode() for line in lines)
    assert log.objects == len(lines) > 10
    assert not log.mistakes
    assert set(log.counted.values()) >= {1}  # the example of an event is counted


def test_the_page_names_the_alarms_of_each_metric() -> None:
    part = page().partition("### WorkerLag")[2].partition("###")[0]
    assert "| Milliseconds | Environment, Service | every minute | each worker |" in part
    assert "- ALM-6, SEV-2: the oldest job has waited > 15 minutes" in part


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_page_has_every_variable_that_the_platform_gives(system: str) -> None:
    described = "|".join(
        name.strip()
        .replace("<BUCKET>", "[A-Z]+")
        .replace("<NAME>", "[A-Z0-9_]+")
        .replace("<VARIABLE>", r"\w+")
        for names in re.findall(r"^\| `([A-Z<][^`]*)` \|", page(), re.MULTILINE)
        for name in names.split(",")
    )
    file = "system.yaml" if system == "triangle" else f"examples/systems/{system}.yaml"
    services = load_system(system_file(file), date.min).services
    found = system_recording(system, "prod").of("kubernetes:apps/v1:Deployment")
    for name, service in services.items():
        (container,) = found[name].plain("spec")["template"]["spec"]["containers"]
        own = {*service.variables, *service.secrets}
        given = {variable["name"] for variable in container["env"]} - own
        assert "PORT" in given
        assert [each for each in sorted(given) if not re.fullmatch(described, each)] == []


def test_the_examples_are_json_on_one_line_each() -> None:
    for block in re.findall(r"```json\n(.*?)\n```", page(), re.DOTALL):
        for line in block.splitlines():
            assert isinstance(json.loads(line), dict)
