"""The environment's budget for a month, and who hears when it is exceeded."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import budgets

from infra.foundations.new_account import BILLING, told_what_to_do
from infra.naming import Naming

# Percent of the budget: what has been spent, and what the month will have cost by AWS's forecast.
SPENT = 100
FORECAST = 100


@dataclass(frozen=True)
class BudgetArgs:
    """What the environment may cost.

    Args:
        amount: US dollars a month.
        topic: is told of more, spent or forecast (SEV-4).
    """

    naming: Naming
    amount: int
    topic: pulumi.Input[str]


class Budget(pulumi.ComponentResource):
    """A monthly budget of the account, which has this environment alone. Keeps ALM-17."""

    def __init__(self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:budget:Budget", name, None, opts)
        budgets.Budget(
            "month",
            name=args.naming.prefix,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(args.amount),
            limit_unit="USD",
            notifications=[
                budgets.BudgetNotificationArgs(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=threshold,
                    threshold_type="PERCENTAGE",
                    subscriber_sns_topic_arns=[args.topic],
                )
                for kind, threshold in (("ACTUAL", SPENT), ("FORECASTED", FORECAST))
            ],
            opts=pulumi.ResourceOptions(parent=self, hooks=told_what_to_do(BILLING)),
        )
        self.register_outputs({})
