"""The generated parts of the documentation: what is built, and which promises are kept.

`docs/contract.yaml` lists the contract's rows with the resources that keep them;
everything else is taken from the deployed graph of each environment and from the tests' own markers
(`@pytest.mark.contract("DB-1")`), so a document cannot claim what is not there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml

from commands.files import write_atomically
from commands.markdown import table
from documentation.alarms_page import alarms_page
from documentation.application_page import application_page
from documentation.configuration_page import configuration_page
from documentation.contract_page import contract_page
from documentation.dashboard_picture import dashboard_picture
from documentation.graph import GENERATED, DocumentationError, Graph
from documentation.recovery_inputs import with_inputs
from documentation.recovery_rights import with_rights
from documentation.rehearsal_page import rehearsal_page
from documentation.secret_parts import with_secret_parts
from infra.alarm_catalogue import Limits, catalogue
from infra.configuration.file_names import DEFAULT_FILE
from infra.configuration.files import read_environment
from infra.monitoring.alarm import Alarm
from rehearsal.console import Terminal
from rehearsal.systems import name_of, systems_of
from rehearsal.throwaway import throwaway_session
from rehearsal.workspace.workspace import ENVIRONMENTS


def write_documentation(root: Path, engine: Path) -> list[Path]:
    """Deploys every environment and writes the generated pages of `docs/`.

    Raises:
        DocumentationError: a row names a resource that no environment has, or has no test.
    """
    default, *others = systems_of(root)
    graphs = [graph_of(root, default, environment, engine) for environment in ENVIRONMENTS]
    prod = next(graph for graph in graphs if graph.environment == "prod")
    prods = [prod, *(graph_of(root, other, "prod", engine) for other in others)]
    recovery = root / "docs" / "recovery.md"
    rows = yaml.safe_load((root / "docs" / "contract.yaml").read_text(encoding="utf-8"))
    secrets = root / "docs" / "secrets.md"
    written = {
        root / "docs" / "contract.md": contract_page(rows, graphs, prods, tests_by_row(root)),
        root / "docs" / "topology.md": topology_page(graphs),
        root / "docs" / "alarms.md": alarms_page(
            prods, [alarm for system in (default, *others) for alarm in _catalogue(root, str(system))]
        ),
        root / "docs" / "application.md": application_page(_catalogue(root, DEFAULT_FILE)),
        root / "docs" / "rehearsal.md": rehearsal_page(),
        root / "docs" / "dashboard.svg": dashboard_picture(prod),
        root / "docs" / "configuration.md": configuration_page(),
        secrets: with_secret_parts(secrets.read_text(encoding="utf-8")),
        recovery: with_inputs(with_rights(recovery.read_text(encoding="utf-8"))),
    }
    for path, text in written.items():
        write_atomically(path, text)
    return list(written)


def _catalogue(root: Path, system: str) -> tuple[Alarm, ...]:
    """The alarms of a system's prod, whatever day it is."""
    configuration = read_environment(root, "prod", today=date.min, system_file=system)
    return catalogue(Limits.of(configuration))


def graph_of(root: Path, system: Path, environment: str, engine: Path) -> Graph:
    """The graph of an environment, deployed into a throw-away embedded AWS."""
    name = name_of(system)
    with (
        throwaway_session(root, environment, engine, system=system) as session,
        Terminal().progress(f"up {environment} of {name}") as progress,
    ):
        session.up(progress)
        return Graph(name, environment, tuple(session.export()["deployment"]["resources"]))


def tests_by_row(root: Path) -> dict[str, list[str]]:
    """The tests that prove each contract row; collected in a process of their own, as pytest does."""
    command = [sys.executable, "-m", "documentation.contract_tests"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DocumentationError(f"the tests cannot be collected:\n{done.stderr.strip()}")
    return dict(json.loads(done.stdout))


def topology_page(graphs: list[Graph]) -> str:
    """A diagram of each environment, and what every area consists of."""
    parts = ["# What gets built", "", "Taken from the deployed graph of each environment."]
    for graph in graphs:
        parts += ["", f"## {graph.environment}", "", "```mermaid", *_diagram(graph), "```", ""]
        parts += table(("area", "resources"), _areas(graph))
    return GENERATED + "\n".join(parts) + "\n"


def _areas(graph: Graph) -> Iterator[tuple[str, str]]:
    for area, types in graph.areas().items():
        yield area, ", ".join(f"{count} {_short(kind)}" for kind, count in sorted(types.items()))


def _diagram(graph: Graph) -> list[str]:
    counts = {area: sum(types.values()) for area, types in graph.areas().items()}
    nodes = [
        f'  {area}["{area}<br>{count} resource{"" if count == 1 else "s"}"]' for area, count in counts.items()
    ]
    edges = _without_shortcuts(graph.dependencies())
    return ["flowchart TD", *nodes, *(f"  {needed} --> {needing}" for needed, needing in sorted(edges))]


def _without_shortcuts(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Leaves an arrow out where a longer way says the same: the picture stays readable."""

    def reachable(start: str, end: str, without: tuple[str, str]) -> bool:
        seen, todo = set(), [start]
        while todo:
            here = todo.pop()
            nexts = [b for a, b in pairs if a == here and (a, b) != without and b not in seen]
            if end in nexts:
                return True
            seen.update(nexts)
            todo.extend(nexts)
        return False

    return {pair for pair in pairs if not reachable(pair[0], pair[1], pair)}


def _short(resource_type: str) -> str:
    package, module, name = resource_type.split(":")
    return f"{package} {name}" if package != "aws" else f"{module.split('/')[0]} {name}"
