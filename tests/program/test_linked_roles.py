"""An empty account: no service is asked for the first thing before the role that it works with is there."""

from __future__ import annotations

from operations.bootstrap.linked_roles import REFUSED_WITHOUT
from tests.support.recorder import Recording

# Packages of pulumi-aws whose services make the role that they work with themselves, before they answer, or
# have none (IAM user guide, "AWS services that work with IAM"); no report of another one was found. A package
# that is new here: look there, and for what its first request is answered in an account without the role.
MADE_IN_TIME = frozenset(
    (
        *(
            "accessanalyzer",
            "acm",
            "backup",
            "budgets",
            "cloudfront",
            "cloudtrail",
            "cloudwatch",
            "codebuild",
        ),
        *("ec2", "ecr", "eks", "guardduty", "iam", "kms", "lambda", "lb", "route53", "s3", "scheduler"),
        *("secretsmanager", "sns", "vpc", "wafv2"),
    )
)


def test_what_is_refused_without_its_role_bootstrap_has_made(each: Recording) -> None:
    packages = {
        it.type.split(":")[1].partition("/")[0] for it in each.resources if it.type.startswith("aws:")
    }
    refused = {service.partition(".")[0] for service in REFUSED_WITHOUT}
    assert packages - MADE_IN_TIME == refused


def test_what_a_new_account_may_not_do_yet_says_what_to_do(each: Recording) -> None:
    for distribution in each.of("aws:cloudfront/distribution:Distribution").values():
        assert distribution.error_hooks == ("unopened-cloudfront",)
    assert each.one("aws:budgets/budget:Budget", "month").error_hooks == ("unopened-billing",)
