"""The simulation on tiny graphs, with times worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from timing.facts import Times
from timing.graph import Graph, Resource
from timing.operations import Operation, Run, change, creation, destruction
from timing.simulation import Step, simulate

THING = "aws:test/thing:Thing"
STACK = "urn:pulumi:dev::p::"


def urn(name: str, type: str = THING) -> str:
    return f"{STACK}{type}::{name}"


def graph(**needs: str) -> Graph:
    """Resources by name, each with the names of what it needs; `_` begins a component's name."""
    found = {}
    for name, needed in needs.items():
        type = "groundwork:test:Component" if name.startswith("_") else THING
        wanted = [other for other in needed.split() if other]
        urns = [urn(o, "groundwork:test:Component" if o.startswith("_") else THING) for o in wanted]
        found[urn(name, type)] = Resource(urn(name, type), type, needs=frozenset(urns))
    return found


def played(run: Run, seconds: Mapping[str, int], workers: int = 16) -> dict[str, tuple[float, float]]:
    """When each operation began and ended, by `create NAME`."""
    return {
        f"{step.operation.kind} {step.operation.resource.name}": (step.start, step.finish)
        for step in steps(run, seconds, workers).values()
        if step.operation is not None and not step.operation.resource.name.startswith("_")
    }


def steps(run: Run, seconds: Mapping[str, int], workers: int = 16) -> dict[str, Step]:
    def times(operation: Operation) -> Times:
        usual = seconds[operation.resource.name]
        return Times(usual, 3 * usual)

    return simulate(run, workers=workers, times=times)


def test_what_needs_nothing_begins_at_once_and_the_rest_when_all_that_it_needs_is_there() -> None:
    run = creation(graph(network="", key="", database="network key", alarm="database"))
    assert played(run, {"network": 10, "key": 4, "database": 100, "alarm": 1}) == {
        "create network": (0, 10),
        "create key": (0, 4),
        "create database": (10, 110),
        "create alarm": (110, 111),
    }


def test_a_component_takes_no_time_and_no_worker_but_its_children_wait_for_what_it_waits_for() -> None:
    run = creation(graph(key="", _network="key", vpc="_network"))
    assert played(run, {"key": 7, "vpc": 3}, workers=1) == {"create key": (0, 7), "create vpc": (7, 10)}


def test_one_worker_does_one_thing_after_the_other() -> None:
    run = creation(graph(a="", b="", c="a"))
    found = steps(run, {"a": 5, "b": 5, "c": 5}, workers=1)
    times = {step.operation.resource.name: step for step in found.values() if step.operation}
    assert [(times[name].start, times[name].finish) for name in "abc"] == [(0, 5), (5, 10), (10, 15)]
    # `c` was ready when `a` was there, and then only a worker was missing.
    assert (times["b"].queued, times["c"].queued) == (5, 5)
    assert times["c"].after == f"made {urn('a')}"


def test_a_new_one_is_made_before_the_old_one_goes_when_all_else_is_done() -> None:
    old = graph(snapshot="", job="snapshot", other="")
    run = change(old, old, {urn("other"): ["size"]}, [urn("snapshot"), urn("job")])
    seconds = {"snapshot": 10, "job": 5, "other": 100}
    found = [
        (str(step.operation.kind), step.operation.resource.name, step.start, step.finish)
        for step in steps(run, seconds).values()
        if step.operation is not None
    ]
    assert sorted(found, key=lambda each: each[2:]) == [
        ("create", "snapshot", 0, 10),
        ("update", "other", 0, 100),
        ("create", "job", 10, 15),
        # In waves: what needs the other one goes first.
        ("delete", "job", 100, 105),
        ("delete", "snapshot", 105, 115),
    ]


def test_what_is_replaced_first_goes_right_before_the_new_one_and_what_needs_it_before_that() -> None:
    old = {
        key: replace(resource, replaced_first=True)
        for key, resource in graph(key="", lock="key", user="lock").items()
    }
    run = change(old, old, {urn("key"): ["policy"]}, [urn("lock"), urn("user")])
    assert played(run, {"key": 10, "lock": 3, "user": 2}) == {
        "update key": (0, 10),
        "delete user": (10, 12),
        "delete lock": (12, 15),
        "create lock": (15, 18),
        "create user": (18, 20),
    }


def test_everything_goes_in_waves_that_wait_for_their_slowest() -> None:
    run = destruction(graph(network="", database="network", alarm="database", bucket=""))
    # The alarm; then the database; then, with its dependents gone, the network. The bucket, which nothing
    # needs and which needs nothing, is in the last wave: the engine orders from the other end.
    assert played(run, {"network": 1, "database": 60, "alarm": 2, "bucket": 30}) == {
        "delete alarm": (0, 2),
        "delete database": (2, 62),
        "delete network": (62, 63),
        "delete bucket": (62, 92),
    }


def test_what_stays_as_it_is_takes_no_time_and_keeps_the_order() -> None:
    old = graph(key="", database="key", alarm="database")
    new = {**old, **graph(replica="database")}
    run = change(old, new, {urn("key"): ["policy"]})
    assert played(run, {"key": 10, "replica": 50}) == {"update key": (0, 10), "create replica": (10, 60)}


def test_the_providers_own_lock_makes_metric_filters_of_a_log_group_take_turns() -> None:
    type = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
    filters = {
        urn(name, type): Resource(urn(name, type), type, inputs={"logGroupName": group})
        for name, group in (("one", "api"), ("two", "api"), ("three", "worker"))
    }
    assert played(creation(filters), {"one": 5, "two": 5, "three": 5}) == {
        "create one": (0, 5),
        "create two": (5, 10),
        "create three": (0, 5),
    }


def test_the_slow_case_has_the_slow_times() -> None:
    run = creation(graph(a="", b="a"))
    found = simulate(run, slow=True, times=lambda operation: Times(1, 30))
    assert max(step.finish for step in found.values()) == 60
