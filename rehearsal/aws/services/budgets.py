"""AWS Budgets."""

from __future__ import annotations

from rehearsal.aws.mapping import ResourceMapping
from rehearsal.aws.recorded import RecordedType

MAPPINGS: tuple[ResourceMapping, ...] = ()
RECORDED = (
    RecordedType(
        token="aws:budgets/budget:Budget",
        id="{account}:{name}",
        why="moto has neither UpdateBudget nor a budget's tags",
        model="budgets.create_budget",
        outputs={"arn": "arn:aws:budgets::{account}:budget/{name}", "accountId": "{account}"},
        autoname="name",
        names={
            "name": "BudgetName",
            "budgetType": "BudgetType",
            "timeUnit": "TimeUnit",
            "notifications": "NotificationsWithSubscribers",
        },
    ),
)
