"""ALM-16: who is told of an alarm, and what keeps a page away."""

from __future__ import annotations

import pytest

from tests.support.cloudwatch.alarm import MetricAlarm
from tests.support.cloudwatch.composite import CompositeAlarm
from tests.support.cloudwatch.evaluation import State
from tests.support.engine_values import Secret
from tests.support.recorder import Recording, record
from tests.support.recordings import recording_of

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
NAMED = ((ALARM, "name"), (COMPOSITE, "alarmName"))
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"


@pytest.mark.contract("ALM-16")
def test_what_breaks_as_one_pages_once(prod: Recording) -> None:
    """The database is gone: connections fail, users get errors, jobs fail, the worker falls behind."""
    symptoms = ["application-connectivity-critical", "load-balancer-errors-critical"]
    symptoms += ["load-balancer-errors-warning", "load-balancer-latency-critical"]
    symptoms += ["service-worker-failed-jobs", "service-worker-lag"]
    states = {f"triangle-prod-{name}": State.ALARM for name in [*symptoms, "database-connections-critical"]}
    assert len([name for name in symptoms if "alarmActions" in prod.one(ALARM, name).inputs]) == 0
    assert _pages(prod, states) == ["sev-1"]


@pytest.mark.contract("ALM-16")
def test_a_lesser_incident_by_itself_pages_at_its_own_severity(prod: Recording) -> None:
    assert _pages(prod, {"triangle-prod-service-worker-lag": State.ALARM}) == ["sev-2"]


@pytest.mark.contract("ALM-1", "ALM-16")
def test_an_outage_pages_at_once_and_what_may_become_one_waits_for_it(each: Recording) -> None:
    waits = {
        name: composite.inputs["actionsSuppressor"]["waitPeriod"]
        for name, composite in each.of(COMPOSITE).items()
        if "actionsSuppressor" in composite.inputs
    }
    assert {seconds for name, seconds in waits.items() if name.endswith("sev-1")} == {1}
    # Errors of a critical rate are an outage after two minutes.
    assert waits["service-sev-2"] == 120


@pytest.mark.contract("ALM-13", "ALM-14", "ALM-16")
@pytest.mark.parametrize(
    ("standing", "new"),
    [
        ("operations-recovery-not-ready", "backup-failed"),
        ("operations-restore-test-overdue", "backup-failed"),
        ("operations-restore-test-overdue", "operations-secrets-snapshot-failed"),
        ("operations-secrets-snapshot-overdue", "backup-overdue"),
        ("application-dead-letters", "service-worker-heartbeat"),
        ("service-worker-failed-jobs", "service-worker-lag"),
        ("payments-failures-in-a-row", "load-balancer-errors-warning"),
    ],
)
def test_what_may_stand_for_days_keeps_no_other_page_away(standing: str, new: str) -> None:
    prod = recording_of("prod")
    before = _pages(prod, {f"triangle-prod-{standing}": State.ALARM})
    assert before == ["sev-2"]
    assert _pages(prod, {f"triangle-prod-{name}": State.ALARM for name in (standing, new)}) == 2 * before


@pytest.mark.contract("K8S-7", "ALM-16")
def test_nobody_is_paged_for_an_outage_during_maintenance(prod: Recording) -> None:
    symptoms = ["application-connectivity-critical", "database-cpu-critical", "maintenance-on"]
    assert _pages(prod, {f"triangle-prod-{name}": State.ALARM for name in symptoms}) == []


@pytest.mark.contract("ALM-11", "ALM-13", "ALM-16")
@pytest.mark.parametrize("cause", ["maintenance-on", "load-balancer-errors-critical"])
@pytest.mark.parametrize(
    ("symptom", "page"),
    [
        ("queue-1-evictions", "sev-1"),
        ("backup-failed", "sev-2"),
        ("operations-secrets-snapshot-failed", "sev-2"),
    ],
)
def test_what_may_be_over_before_an_outage_or_maintenance_is_told_at_once(
    prod: Recording, cause: str, symptom: str, page: str
) -> None:
    """Each is on for a minute or an hour; kept quiet for longer, nobody would ever hear of it."""
    alone = _pages(prod, {f"triangle-prod-{cause}": State.ALARM})
    both = _pages(prod, {f"triangle-prod-{name}": State.ALARM for name in (cause, symptom)})
    assert both == sorted([*alone, page])


def _pages(recording: Recording, states: dict[str, State]) -> list[str]:
    """The topics that composite alarms tell while metric alarms are in these states."""
    composites = [CompositeAlarm(each.inputs) for each in recording.of(COMPOSITE).values()]
    known = dict(states)
    for _ in composites:  # they look at each other; after as many rounds nothing changes any more
        known |= {each.inputs["alarmName"]: each.state(known) for each in composites}
    return sorted(arn.split(":")[-1] for each in composites for arn in each.destinations(known))


def test_cloudwatch_takes_the_rules(each: Recording) -> None:
    # PutCompositeAlarm: at most 100 alarms in a rule of at most 10,240 characters.
    for composite in each.of(COMPOSITE).values():
        assert len(composite.inputs["alarmRule"]) <= 10_240
        assert len(CompositeAlarm(composite.inputs).children) <= 100


@pytest.mark.contract("ALM-16")
def test_a_rule_is_about_alarms_that_are_there_before_it(each: Recording) -> None:
    urns = {resource.inputs[key]: resource.urn for kind, key in NAMED for resource in each.of(kind).values()}
    for composite in each.of(COMPOSITE).values():
        needed = {urns[child] for child in CompositeAlarm(composite.inputs).children}
        assert needed <= composite.depends_on


@pytest.mark.contract("K8S-7", "ALM-3")
def test_nobody_is_paged_from_outside_during_maintenance() -> None:
    recording = record("prod", {"maintenance": {"enabled": True, "message": "Back at ten"}})
    asked = [name for name in recording.of(ALARM) if name.startswith("endpoint-")]
    assert asked
    assert not any(MetricAlarm(recording.one(ALARM, name).inputs).destinations(State.ALARM) for name in asked)


@pytest.mark.contract("ALM-16")
def test_alarms_reach_people_in_staging_and_prod(like_prod: Recording) -> None:
    assert all(alarm.inputs["actionsEnabled"] for alarm in like_prod.of(ALARM).values())


@pytest.mark.contract("ALM-16")
def test_severe_alarms_page_and_all_are_written_to_the_channel(paged: Recording) -> None:
    ways = {
        name: (subscription.inputs["topic"].split(":")[-1], subscription.inputs["protocol"])
        for name, subscription in paged.of(SUBSCRIPTION).items()
    }
    pages = {topic for topic, protocol in ways.values() if protocol == "https"}
    assert pages == {"sev-1", "sev-2", "global-sev-1"}
    assert ways["recovery/sev-2-pagerduty"] == ("sev-2", "https")
    assert {f"sev-{number}-slack" for number in (1, 2, 3, 4)} <= set(ways)


@pytest.mark.contract("ALM-16")
def test_addresses_of_pagers_are_secrets(paged: Recording) -> None:
    subscriptions = paged.of(SUBSCRIPTION)
    secret = [s for name, s in subscriptions.items() if name.endswith(("-pagerduty", "-slack"))]
    # Two pages and four tickets here, one page and two tickets of us-east-1, one of each of the replica.
    assert len(secret) == 11
    assert all(isinstance(subscription.inputs["endpoint"], Secret) for subscription in secret)


@pytest.mark.contract("ALM-16")
def test_a_page_that_cannot_be_delivered_is_told_by_mail(paged: Recording) -> None:
    ways = [paged.one(SUBSCRIPTION, f"{place}undelivered").inputs for place in ("", "global-", "recovery/")]
    watched = {
        alarm.inputs["dimensions"]["TopicName"]
        for name, alarm in paged.of(ALARM).items()
        if name.endswith("undelivered")
    }
    assert {(way["protocol"], way["endpoint"]) for way in ways} == {("email", "platform@triangle.example")}
    topics = {topic.inputs["name"] for topic in paged.of("aws:sns/topic:Topic").values()}
    assert watched == {name for name in topics if "-sev-" in name}


@pytest.mark.contract("ALM-16")
def test_somebody_is_told_before_a_pager_is_set_up(prod: Recording) -> None:
    told = {s.inputs["topic"] for s in prod.of(SUBSCRIPTION).values()}
    topics = {
        each.outputs["arn"]
        for name, each in prod.of("aws:sns/topic:Topic").items()
        if not name.startswith("escalation-")
    }
    assert told == topics


@pytest.mark.contract("ALM-16")
def test_cloudwatch_may_publish_to_encrypted_topics(each: Recording) -> None:
    for name, topic in each.of("aws:sns/topic:Topic").items():
        keys = {
            "global-": ("us-east-1", "notifications-global"),
            "recovery/": ("us-east-2", "recovery/notifications"),
        }
        found = [value for start, value in keys.items() if name.startswith(start)]
        region, key = found[0] if found else ("us-west-2", "notifications")
        policy = each.one("aws:kms/key:Key", key).plain("policy")
        assert topic.inputs["kmsMasterKeyId"] == each.one("aws:kms/key:Key", key).outputs["arn"]
        assert "cloudwatch.amazonaws.com" in policy
        assert f"arn:aws:cloudwatch:{region}:" in policy


@pytest.mark.contract("ALM-16")
def test_a_pager_confirms_its_subscription_by_itself(paged: Recording) -> None:
    """As PagerDuty's endpoint does (the provider's `endpointAutoConfirms`): nobody else could."""
    subscriptions = [one.inputs for one in paged.of(SUBSCRIPTION).values()]
    pagers = [one for one in subscriptions if one["protocol"] == "https"]
    assert pagers
    assert all(pager["endpointAutoConfirms"] is True for pager in pagers)
