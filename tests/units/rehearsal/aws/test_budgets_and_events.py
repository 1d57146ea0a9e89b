"""Budgets, and subscriptions to RDS's events: the whole life of each."""

from __future__ import annotations

from tests.support.aws_round_trip import ACCOUNT, REGION, Life

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:sev-2"


def test_a_budget_is_recorded(life: Life) -> None:
    inputs = {"name": "main", "budgetType": "COST", "timeUnit": "MONTHLY", "limitAmount": "500"}
    budget = life.create("aws:budgets/budget:Budget", {**inputs, "limitUnit": "USD"})
    assert budget.id == f"{ACCOUNT}:main"
    assert budget.outputs["arn"] == f"arn:aws:budgets::{ACCOUNT}:budget/main"


def test_a_subscription_to_events_lives(life: Life) -> None:
    inputs = {
        "name": "database",
        "snsTopic": TOPIC,
        "sourceType": "db-instance",
        "sourceIds": ["main"],
        "eventCategories": ["low storage"],
    }
    subscription = life.create("aws:rds/eventSubscription:EventSubscription", inputs)
    subscription = life.changes_to(subscription, {"eventCategories": ["failure", "low storage"]})
    subscription = life.changes_to(subscription, {"enabled": False})
    life.imports(subscription)
    life.ends(subscription)
