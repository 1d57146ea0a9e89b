"""Recordings as graphs of `timing`, and the runs of the engine that every environment goes through."""

from __future__ import annotations

from tests.support.engine_values import uncovered
from tests.support.recorder import Recording
from timing.graph import Graph, Resource
from timing.operations import Run, change, creation, destruction

# A new version of a service has others of these: their names and contents follow from it, and AWS and
# Kubernetes change neither in place.
RELEASED = ("aws:rds/snapshot:Snapshot", "kubernetes:batch/v1:Job", "random:index/randomId:RandomId")


def graph_of(recording: Recording) -> Graph:
    """A recording as the engine's state would have it."""
    return {
        resource.urn: Resource(
            urn=resource.urn,
            type=resource.type,
            inputs={name: uncovered(value) for name, value in resource.inputs.items()},
            needs=frozenset({*resource.depends_on, resource.parent, resource.provider_urn} - {""}),
            references=resource.references,
            replaced_first=resource.delete_before_replace,
        )
        for resource in recording.resources
    }


def runs(recording: Recording) -> dict[str, Run]:
    """The worst of everything that can happen to an environment.

    A change of tier, of a version of Kubernetes, of a retention… changes some resources in place: whatever it
    is, no more can overlap than when all of them change at once.
    """
    graph = graph_of(recording)
    released = [urn for urn, resource in graph.items() if resource.type in RELEASED]
    replaced_first = [urn for urn, resource in graph.items() if resource.replaced_first]
    everything = {urn: list(resource.inputs) for urn, resource in graph.items()}
    return {
        "creation": creation(graph),
        "a change of everything": change(graph, graph, everything),
        "a release together with a change of everything else": change(graph, graph, everything, released),
        "a replacement of all that is removed first": change(graph, graph, everything, replaced_first),
        "destruction": destruction(graph),
    }
