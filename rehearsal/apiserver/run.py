"""One run of `make apiserver`: an environment's clusters, each on an API server of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from rehearsal.apiserver.check import Checked, check_cluster
from rehearsal.apiserver.declared import DeclaredCluster, declared_clusters
from rehearsal.apiserver.definitions import Definition, definitions
from rehearsal.apiserver.programs import check_version, programs, server_version
from rehearsal.apiserver.server import control_plane
from rehearsal.console import Terminal
from rehearsal.engine.progress import Progress
from rehearsal.throwaway import throwaway_session


@dataclass(frozen=True)
class Run:
    """What was given to real servers, and what they say otherwise than the rehearsal.

    Args:
        environment: the stack's name.
        version: of the server.
        clusters: each with its findings.
        definitions: of custom resources, and where they are from.
        seconds: without the deployment into the embedded AWS and what is built once.
    """

    environment: str
    version: str
    clusters: tuple[Checked, ...]
    definitions: tuple[Definition, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Nothing is different, and nothing was left out."""
        return not any(each.findings or each.unchecked for each in self.clusters)

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {
            "environment": self.environment,
            "version": self.version,
            "passed": self.passed,
            "seconds": round(self.seconds, 1),
            "clusters": [each.as_json() for each in self.clusters],
            "definitions": {each.kind: each.source for each in self.definitions},
        }

    def show(self) -> None:
        """The result for people."""
        terminal = Terminal()
        table = Table(box=None, pad_edge=False, header_style="bold")
        columns = ("cluster", "objects", "pods", "questions about rights", "mistakes", "findings")
        for column in columns:
            table.add_column(column, justify="left" if column == "cluster" else "right")
        for each in self.clusters:
            counts = (each.objects, each.pods, each.questions, each.mistakes, len(each.findings))
            table.add_row(each.cluster, *(str(count) for count in counts))
        terminal.out.print(table)
        for each in self.clusters:
            for finding in each.findings:
                terminal.out.print(Text(f"\n{finding.kind.value}  {finding.subject}\n  {finding.text}"))
            for name in each.unchecked:
                terminal.out.print(Text(f"\nnot checked  {name}\n  no definition of its kind can be had"))
        written = [each.kind for each in self.definitions if each.written_here]
        if written:
            said = "Only as strict as EKS's user guide, because AWS publishes no definition"
            terminal.out.print(Text(f"\n{said}: {', '.join(written)}"))
        verdict = "nothing is different" if self.passed else "FAILED: mend what is found"
        line = f"\n{self.environment} on Kubernetes {self.version}, in {self.seconds:.0f} s: {verdict}"
        terminal.out.print(Text(line))


def run(root: Path, environment: str, version: str, engine: Path, *, system: Path | None = None) -> Run:
    """Deploys an environment into a throw-away embedded AWS, and gives its objects to real servers.

    Args:
        root: the checkout.
        environment: the stack's name.
        version: of Kubernetes in its stack file.
        engine: the `pulumi` command.
        system: another system file than the checkout's.

    Raises:
        OtherVersion: the pinned server is not of that version.
        NoApiServer: it cannot be built.
        NoServer: it does not start.
    """
    check_version(version)
    made = programs(dict(os.environ), Progress())
    with (
        throwaway_session(root, environment, engine, system=system) as session,
        Terminal().progress(f"up {environment}") as progress,
    ):
        session.up(progress)
        clusters = declared_clusters(session)
    begun, known = time.monotonic(), definitions(made)
    checked = []
    for cluster in clusters:
        Terminal().say(f"{cluster.name}: {len(cluster.objects)} objects, on an API server")
        with control_plane(made) as client:
            checked.append(check_cluster(client, cluster, known))
    used = _used(known, clusters)
    return Run(environment, server_version(), tuple(checked), used, time.monotonic() - begun)


def _used(known: Sequence[Definition], clusters: Sequence[DeclaredCluster]) -> tuple[Definition, ...]:
    kinds = {f"{each['apiVersion']} {each['kind']}" for cluster in clusters for each in cluster.objects}
    return tuple(definition for definition in known if definition.kind in kinds)
