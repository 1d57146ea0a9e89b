"""Refusals of what AWS lets a new account do only after a person has asked: each says what to do."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi


@dataclass(frozen=True)
class Unopened:
    """Something that a new account may not do yet.

    Args:
        name: in a word.
        refusal: what AWS's words have in them.
        remedy: what a person does.
    """

    name: str
    refusal: str
    remedy: str


# aws-solutions/workload-discovery-on-aws#12 and aws-samples/aws-cdk-examples#279: no API tells it before.
CLOUDFRONT = Unopened(
    "cloudfront",
    "account must be verified",
    "AWS has not verified this account for CloudFront yet. Open a case with AWS Support (account and "
    "billing), give it the words above, and run the same command again when it is answered.",
)

# Billing user guide, "Grant access to your billing information and tools": of an account that AWS
# Organizations has made it is open (CreateAccount, IamUserAccessToBilling).
BILLING = Unopened(
    "billing",
    "AccessDenied",
    "Roles of this account may not see its bills, whatever their policies say. Its root user opens that: "
    'Account, "IAM user and role access to Billing information"; then run the same command again.',
)


def told_what_to_do(unopened: Unopened) -> pulumi.ResourceHookBinding:
    """A hook of the engine that adds to AWS's refusal what to do (Pulumi, "Error hooks"). It repeats nothing.

    Args:
        unopened: what may be refused.
    """

    async def tell(failure: pulumi.ErrorHookArgs) -> bool:
        if failure.failed_operation == "create" and unopened.refusal in failure.errors[0]:
            pulumi.log.error(f"{unopened.remedy} (docs/real-account.md)")
        return False

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"unopened-{unopened.name}", tell)])
