"""What people are told of a run: how long, why, and what is interrupted when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from timing.engine_step import EngineStep
from timing.facts import Times
from timing.forecast import Forecast
from timing.graph import Graph, Resource, graph_of
from timing.interruptions import notices
from timing.operations import Kind, Phase, Run, change, creation
from timing.picture import picture
from timing.recorded import graph_of_plan, run_of
from timing.words import duration, range_of_time

INSTANCE, REDIS = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"
DEPLOYMENT, CLUSTER = "kubernetes:apps/v1:Deployment", "aws:eks/cluster:Cluster"
IN_PROD = {"applyImmediately": False, "maintenanceWindow": "sun:04:00-sun:05:00", "multiAz": True}


def step(operation: str, urn: str, changed: Iterable[str] = (), **states: dict[str, Any]) -> EngineStep:
    """A step of an event log."""
    return EngineStep(operation, urn, "", dict.fromkeys(changed, "update"), **states)


def urn(type: str, name: str) -> str:
    return f"urn:pulumi:prod::p::groundwork:data:Part${type}::{name}"


def graph(*made: tuple[str, str, dict[str, Any]], **needs: str) -> Graph:
    urns = {name: urn(type, name) for type, name, _ in made}
    return {
        urns[name]: Resource(
            urns[name],
            type,
            inputs,
            needs=frozenset(urns[other] for other in needs.get(name, "").split()),
        )
        for type, name, inputs in made
    }


def updated(type: str, name: str, before: dict[str, Any], **after: Any) -> Run:
    old, new = graph((type, name, before)), graph((type, name, {**before, **after}))
    return change(old, new, {urn(type, name): list(after)})


def test_the_sentence_names_what_decides_and_says_when_services_run() -> None:
    run = creation(
        graph(
            (CLUSTER, "cluster", {}),
            (DEPLOYMENT, "api", {}),
            (INSTANCE, "database", {"multiAz": True}),
            (INSTANCE, "far", {"replicateSourceDb": "arn"}),
            api="cluster",
            far="database",
        )
    )
    # By hand: cluster 620 + pods 150 = 770 s; database 840 + replica 1200 = 2040 s, slow 1030 + 2400.
    assert Forecast(run).sentence() == (
        "about 34 min on AWS (slow case 57 min): RDS instance database 14 min, then cross-region replica "
        "far 20 min; the services run after 13 min (slow case 20 min)"
    )


def test_nothing_to_do_is_not_worth_a_word() -> None:
    there = graph((INSTANCE, "database", IN_PROD))
    assert Forecast(change(there, there, {})).lines() == []


def test_waiting_for_a_worker_is_said_because_it_is_ours_to_change() -> None:
    run = creation(graph((CLUSTER, "one", {}), (CLUSTER, "two", {})))
    assert "; 10 min of it waiting for one of the engine's 1 workers" in Forecast(run, workers=1).sentence()
    assert "waiting" not in Forecast(run, workers=2).sentence()


def test_another_tier_of_prod_fails_over_in_the_maintenance_window() -> None:
    run = updated(INSTANCE, "database", {**IN_PROD, "instanceClass": "db.m7g.large"}, instanceClass="db.x")
    said, interruption = Forecast(run).lines()
    assert said == "about 60 s on AWS (slow case 3 min): RDS instance database 60 s"
    assert interruption == (
        "interruption: RDS instance database: connections break once, it fails over to its standby, "
        "60 s to 2 min; Sunday 04:00 UTC"
    )


def test_the_same_without_a_standby_and_at_once_is_an_outage_now() -> None:
    run = updated(INSTANCE, "database", {"applyImmediately": True, "multiAz": False}, instanceClass="db.x")
    (notice,) = notices(run.operations)
    assert (notice.what, notice.when) == ("is not reachable while it restarts", "now")
    assert notice.lasts == Times(300, 600)


@pytest.mark.parametrize(
    ("type", "before", "after", "when"),
    [
        (INSTANCE, IN_PROD, {"backupRetentionPeriod": 7}, "Sunday 04:00 UTC"),
        (INSTANCE, {**IN_PROD, "backupRetentionPeriod": 7}, {"backupRetentionPeriod": 35}, None),
        (INSTANCE, IN_PROD, {"port": 5433}, "now"),
        (INSTANCE, IN_PROD, {"parameterGroupName": "other"}, "at the next restart"),
        (INSTANCE, IN_PROD, {"performanceInsightsRetentionPeriod": 731}, None),
        (INSTANCE, {**IN_PROD, "maintenanceWindow": None}, {"engineVersion": "18"},
         "in its maintenance window"),
        (REDIS, {"applyImmediately": True}, {"nodeType": "cache.m7g.large"}, "now"),
        (REDIS, {"applyImmediately": False, "maintenanceWindow": "sun:05:00-sun:06:00"}, {"nodeType": "x"},
         "Sunday 05:00 UTC"),
        (CLUSTER, {"version": "1.34"}, {"version": "1.35"}, "now"),
        (CLUSTER, {}, {"enabledClusterLogTypes": []}, None),
    ],
)  # fmt: skip
def test_when_people_notice(
    type: str, before: dict[str, Any], after: dict[str, Any], when: str | None
) -> None:
    found = [notice.when for notice in notices(updated(type, "main", before, **after).operations)]
    assert found == ([when] if when else [])


def test_a_static_parameter_waits_for_the_next_restart_and_a_dynamic_one_for_nothing() -> None:
    group = "aws:rds/parameterGroup:ParameterGroup"

    def parameters(method: str, value: str) -> list[dict[str, str]]:
        return [{"name": "max_connections", "value": value, "applyMethod": method}]

    for method, expected in (("pending-reboot", ["at the next restart"]), ("immediate", [])):
        run = updated(
            group, "database", {"parameters": parameters(method, "1")}, parameters=parameters(method, "2")
        )
        assert [notice.when for notice in notices(run.operations)] == expected


def test_services_that_are_released_together_are_one_line() -> None:
    old = graph(*((DEPLOYMENT, name, {"spec": {"template": "a"}}) for name in ("api", "worker")))
    new = graph(*((DEPLOYMENT, name, {"spec": {"template": "b"}}) for name in ("api", "worker")))
    (notice,) = notices(change(old, new, {key: ["spec"] for key in old}).operations)
    assert notice.who == ("Deployment api", "Deployment worker")
    assert notice.lasts is None


def test_what_is_replaced_says_what_is_lost() -> None:
    there = graph((REDIS, "queue", {}))
    (notice,) = notices(change(there, there, {}, there).operations)
    assert notice.what == "is replaced: what it holds is lost"


def test_the_engines_steps_become_operations() -> None:
    key, table, old = urn(INSTANCE, "database"), urn(DEPLOYMENT, "api"), urn(REDIS, "cache")
    before = graph((INSTANCE, "database", {}), (REDIS, "cache", {}))
    after = graph((INSTANCE, "database", {}), (DEPLOYMENT, "api", {}))
    steps = [
        step("same", "urn:other"),
        step(
            "update",
            key,
            ["parameters[0].value", "tags.x"],
            old={"inputs": {"a": 1}},
            new={"inputs": {"a": 2}},
        ),
        step("create", table, new={"inputs": {"spec": {}}}),
        step("delete", old, old={"inputs": {"port": 1}}),
    ]
    run = run_of(steps, after, before)
    assert [(op.kind, op.resource.urn, op.phase) for op in run.operations] == [
        (Kind.UPDATE, key, Phase.DECLARED),
        (Kind.CREATE, table, Phase.DECLARED),
        (Kind.DELETE, old, Phase.AT_THE_END),
    ]
    update = run.operations[0]
    assert update.changed == frozenset({"parameters", "tags"})
    assert (update.before, update.resource.inputs) == ({"a": 1}, {"a": 2})


@pytest.mark.parametrize(
    ("order", "phase"),
    [
        (("create-replacement", "replace", "delete-replaced"), Phase.AT_THE_END),
        (("delete-replaced", "replace", "create-replacement"), Phase.REPLACED_FIRST),
    ],
)
def test_the_engines_order_tells_how_something_is_replaced(order: tuple[str, ...], phase: Phase) -> None:
    there = graph((REDIS, "cache", {}))
    (key,) = there
    run = run_of([step(operation, key) for operation in order], there, there)
    (removal,) = [op for op in run.operations if op.kind is Kind.DELETE]
    assert (removal.phase, len(run.operations)) == (phase, 2)


def test_what_is_kept_when_it_leaves_the_program_takes_no_time() -> None:
    there = graph((REDIS, "cache", {}))
    (key,) = there
    run = run_of([step("delete", key, old={"retainOnDelete": True})], {}, there)
    assert run.operations == ()


def test_a_state_and_a_plan_give_the_same_graph_but_for_inputs() -> None:
    record = {
        "type": INSTANCE,
        "dependencies": ["urn:key"],
        "parent": "urn:parent",
        "provider": "urn:provider::id",
        "propertyDependencies": {"kmsKeyId": ["urn:key"], "port": []},
    }
    (made,) = graph_of([{**record, "urn": "urn:a", "inputs": {"port": 1}}]).values()
    (planned,) = graph_of_plan({"resourcePlans": {"urn:a": {"goal": record}, "urn:gone": {}}}).values()
    assert made.needs == planned.needs == {"urn:key", "urn:parent", "urn:provider"}
    assert made.references["kmsKeyId"] == planned.references["kmsKeyId"] == {"urn:key"}
    assert made.inputs == {"port": 1}


def test_what_is_only_waiting_to_be_deleted_has_left_the_graph() -> None:
    record = {"urn": "urn:a", "type": INSTANCE}
    assert not graph_of([{**record, "delete": True}, {**record, "pendingReplacement": True}])


def test_the_picture_has_a_bar_for_each_long_step_and_marks_the_critical_path() -> None:
    run = creation(
        graph(
            (CLUSTER, "cluster", {}),
            (INSTANCE, "database", {}),
            ("aws:iam/role:Role", "r&d", {}),
            (DEPLOYMENT, "a<b", {}),
            **{"a<b": "cluster"},
        )
    )
    drawn = picture(Forecast(run), "dev & co")
    assert drawn.startswith("<svg ")
    assert drawn.count('rx="2"') == 3  # not the role's second
    assert drawn.count('<rect class="c" x="') - 1 == 2  # cluster and pods; one more in the legend
    assert "dev &amp; co" in drawn
    assert "Deployment a&lt;b" in drawn


@pytest.mark.parametrize(
    ("seconds", "words"), [(3, "10 s"), (44, "40 s"), (90, "1.5 min"), (120, "2 min"), (840, "14 min")]
)
def test_durations_are_said_as_exactly_as_they_are_known(seconds: int, words: str) -> None:
    assert duration(seconds) == words


def test_a_range_names_its_unit_once() -> None:
    assert range_of_time(Times(300, 600)) == "5 to 10 min"
    assert range_of_time(Times(60, 120)) == "60 s to 2 min"
    assert range_of_time(Times(60, 60)) == "60 s"
