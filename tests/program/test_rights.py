"""Everybody may make the calls that they make, and nobody may do what they never do.

The calls are in `rights`: those of functions and commands as their tests have recorded them, those
of AWS's services with the page of its documentation. Each is asked of all policies of the graph, as by AWS.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from rights.calls import Call, with_implied
from rights.evaluation import Principal, Request
from rights.graph import Graph
from rights.people import calls_of_people, deploy_trust
from rights.pods import calls_of_pods
from rights.table import answers, calls, unused
from tests.support.cluster_rights import readable_secrets, unreadable_objects
from tests.support.graph_of import graph_of
from tests.support.recorder import ROOT, Recording
from tests.support.recordings import SYSTEMS

ENVIRONMENTS = ("dev", "staging", "prod")
# Every environment, and every system in the one that has most.
GRAPHS = [
    *(("triangle", environment) for environment in ENVIRONMENTS),
    *((system, "prod") for system in SYSTEMS if system != "triangle"),
]


@pytest.mark.contract("SEC-1", "SEC-2", "K8S-3")
@pytest.mark.parametrize(("system", "environment"), GRAPHS)
def test_everybody_may_make_the_calls_that_they_make(system: str, environment: str) -> None:
    found = answers(graph_of(system, environment))
    assert len(found) > 400
    assert [str(answer) for answer in found if not answer.decision.allowed] == []


@pytest.mark.contract("SEC-1")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_granted_and_never_used_was_looked_at(environment: str, snapshot: SnapshotAssertion) -> None:
    graph = graph_of("triangle", environment)
    found = answers(graph)
    assert unused(graph, found) == snapshot(name=environment)
    if graph.outside is not None:
        assert unused(graph.outside, found) == snapshot(name="backup account")


# The agent in the cluster makes groups beside those that are declared (CloudWatchAgentServerPolicy).
MAKES_GROUPS = {"observability"}


@pytest.mark.contract("OBS-1")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_nobody_brings_back_a_log_group_that_was_removed(environment: str) -> None:
    # A line that is written after its group has gone makes the group anew, without key and end, and the next
    # deployment is refused, because it is there (terraform-aws-modules/terraform-aws-vpc#550).
    graph = graph_of("triangle", environment)
    groups = [each.arn for each in graph.of("aws:cloudwatch/logGroup:LogGroup")]
    makers = {
        role.name
        for role in graph.of("aws:iam/role:Role")
        for group in groups
        if graph.decide(Request(graph.principal(role), "logs:CreateLogGroup", group)).allowed
    }
    assert makers - MAKES_GROUPS == set()


@pytest.mark.contract("SEC-1", "DR-3")
def test_a_new_value_of_a_secret_is_encrypted_in_both_regions(prod: Recording) -> None:
    kinds = {
        (call.action, call.keys.get("kms:ViaService"))
        for call in calls(graph_of("triangle", "prod"))
        if call.actor == "function rotate-database" and call.action.startswith("kms:")
    }
    assert ("kms:GenerateDataKey", "secretsmanager.us-west-2.amazonaws.com") in kinds
    there = "secretsmanager.us-east-2.amazonaws.com"
    assert {("kms:GenerateDataKey", there), ("kms:Encrypt", there)} <= kinds


def _verdicts(graph: Graph, call: Call) -> list[bool]:
    return [
        graph.decide(each.request, each.identity, each.trust).allowed for each in with_implied(graph, call)
    ]


@pytest.mark.contract("SEC-1", "K8S-3")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_pod_may_what_only_anothers_does(environment: str) -> None:
    graph = graph_of("triangle", environment)
    made = list(calls_of_pods(graph))
    pods = {call.actor: call.principal for call in made}
    for actor, principal in pods.items():
        own = {(call.action, call.resource) for call in made if call.actor == actor}
        for call in made:
            if (call.action, call.resource) not in own:
                other = replace(call, principal=principal)
                assert not graph.decide(other.request).allowed, f"{actor} may {call}"


@pytest.mark.contract("SEC-1", "SEC-6")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_who_may_everything_in_the_account_still_reads_no_secret(environment: str) -> None:
    graph = graph_of("triangle", environment)
    readings = [call for call in calls_of_people(graph) if call.action == "secretsmanager:GetSecretValue"]
    assert readings
    stranger = Principal("AWS", f"arn:aws:iam::{graph.account}:role/stranger", graph.account)
    for call in readings:
        assert graph.decide(call.request, call.identity).allowed
        other = replace(call, principal=stranger)
        assert not graph.decide(other.request, other.identity).allowed


@pytest.mark.contract("SEC-7")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_ci_takes_the_deploy_role_though_it_came_after_it_and_no_other_role(environment: str) -> None:
    graph = graph_of("triangle", environment)
    (taking, *_) = [call for call in calls(graph) if call.actor == "CI"]
    assert _verdicts(graph, taking) == [True]
    other = replace(taking, resource=f"arn:aws:iam::{graph.account}:role/administrator")
    assert _verdicts(graph, other) == [False]
    # Whoever else is in the account is not trusted by it.
    stranger = Principal("AWS", f"arn:aws:iam::{graph.account}:role/stranger", graph.account)
    administrator = graph.policy_at("arn:aws:iam::aws:policy/AdministratorAccess")
    assert _verdicts(graph, replace(taking, principal=stranger, identity=(administrator,))) == [False]


@pytest.mark.contract("SEC-7")
def test_a_service_of_another_account_takes_no_role_that_asks_for_ours(prod: Recording) -> None:
    graph = graph_of("triangle", "prod")
    asking = [
        call for call in calls(graph) if call.action == "sts:AssumeRole" and "aws:SourceAccount" in call.keys
    ]
    assert {call.actor for call in asking} >= {"scheduler.amazonaws.com", "vpc-flow-logs.amazonaws.com"}
    for call in asking:
        foreign = replace(call, keys={**call.keys, "aws:SourceAccount": "444455556666"})
        assert _verdicts(graph, foreign) == [False]


@pytest.mark.contract("SEC-7")
def test_the_readme_shows_the_trust_that_is_evaluated() -> None:
    text = " ".join((ROOT / "docs" / "real-account.md").read_text(encoding="utf-8").split())
    (statement,) = deploy_trust("ACCOUNT", "GITHUB_ROLE")["Statement"]
    assert json.dumps(statement) in text


@pytest.mark.contract("SEC-7", "SEC-6")
@pytest.mark.parametrize(("system", "environment"), GRAPHS)
def test_cis_role_that_looks_reads_all_that_a_refresh_reads_and_no_secret(
    system: str, environment: str
) -> None:
    graph = graph_of(system, environment)
    made = [call for call in calls_of_people(graph) if call.actor.startswith("read-only")]
    actors = {call.actor for call in made}
    runs = {f"read-only runs {name}" for name in ("check", "prices", "restore_tests")}
    assert actors == {"read-only opens the state", "read-only refreshes", *runs}
    refreshed = [call for call in made if call.actor == "read-only refreshes"]
    assert len(refreshed) > 400
    assert not [call for call in made if call.action == "secretsmanager:GetSecretValue"]
    # So a version of a secret has to stay out of it: nobody lets this role read one.
    reader = refreshed[0]
    for secret in graph.of("aws:secretsmanager/secret:Secret"):
        reading = replace(reader, action="secretsmanager:GetSecretValue", resource=secret.arn)
        assert _verdicts(graph, reading)[0] is False


@pytest.mark.contract("SEC-7")
def test_a_right_that_the_role_that_looks_lacks_is_seen() -> None:
    graph = graph_of("triangle", "prod")
    opened = next(call for call in calls(graph) if call.actor == "read-only opens the state")
    (managed, of_state) = opened.identity
    for lacking, service in (((of_state,), "lambda"), ((managed,), "kms")):
        refused = {
            call.action.partition(":")[0]
            for call in calls_of_people(graph)
            if call.actor.startswith("read-only")
            if not graph.decide(call.request, lacking, call.trust).allowed
        }
        assert service in refused


@pytest.mark.contract("K8S-1", "SEC-6")
@pytest.mark.parametrize(("system", "environment"), GRAPHS)
def test_who_only_looks_reads_every_kind_in_the_cluster_that_is_declared(
    system: str, environment: str
) -> None:
    graph = graph_of(system, environment)
    assert unreadable_objects(graph, "read-only") == []
    assert not readable_secrets(graph, "read-only")
    # EKS's View policy alone, as people on call have it, shows neither rights nor custom resources.
    assert "nodepools.karpenter.sh" in unreadable_objects(graph, "on-call")
    assert "roles.rbac.authorization.k8s.io" in unreadable_objects(graph, "on-call")
