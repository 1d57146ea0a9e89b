"""Retries of what AWS refuses for now: it works on the same object, or has not heard of a right yet."""

from __future__ import annotations

import asyncio

import pulumi

# RDS's error code when an instance is neither `available` nor `storage-optimization`: a backup in its daily
# window, maintenance, another change (CreateDBSnapshot in RDS's API reference).
_BUSY = "InvalidDBInstanceState"

# EKS asks KMS whether the cluster's role may use the key, and IAM's answer is not there yet. The provider
# repeats a creation for other news of IAM and not for this (hashicorp/terraform-provider-aws#49247).
_NOT_YET_ALLOWED = "Access denied to KMS key"

# That a bucket keeps versions is known everywhere after a quarter of an hour at most (S3 user guide,
# "Enabling versioning on buckets"). Others had to deploy twice (terraform-aws-modules/terraform-aws-s3-bucket
# #172, aws/aws-sdk#106): the provider repeats this for the bucket that is copied, and not for its copy.
NO_VERSIONS_YET = "Destination bucket must have versioning enabled"

# The engine asks a hundred times at most, so this is how long the daily backup may take: more than an hour
# and a half, with a window of half an hour.
SECONDS_UNTIL_NEXT_ATTEMPT = 60

# Together two minutes, as long as the provider waits for IAM: who is refused then lacks the right.
SECONDS_UNTIL_KNOWN = 15
ATTEMPTS_UNTIL_KNOWN = 8

# That quarter of an hour.
ATTEMPTS_UNTIL_VERSIONED = 60


def created_when_free(name: str) -> pulumi.ResourceHookBinding:
    """A hook of the engine that has it repeat a creation which RDS refuses for now (Pulumi, "Error hooks").

    The provider asks once, so that a release at 02:10 would end there. Any other refusal stands.

    Args:
        name: of the resource in the program; an engine knows each hook by a name of its own.
    """
    return _repeated(f"{name}-when-free", _BUSY, SECONDS_UNTIL_NEXT_ATTEMPT)


def created_when_allowed(name: str) -> pulumi.ResourceHookBinding:
    """A hook that has the engine repeat the creation of a cluster whose role was made a moment ago.

    Args:
        name: as above; that of the recovery region's cluster is another one.
    """
    return _repeated(f"{name}-when-allowed", _NOT_YET_ALLOWED, SECONDS_UNTIL_KNOWN, ATTEMPTS_UNTIL_KNOWN)


def created_when_versioned(name: str) -> pulumi.ResourceHookBinding:
    """A hook that has the engine repeat the creation of a replication whose copy began to keep versions a
    moment ago.

    Args:
        name: as above.
    """
    return _repeated(f"{name}-when-versioned", NO_VERSIONS_YET, SECONDS_UNTIL_KNOWN, ATTEMPTS_UNTIL_VERSIONED)


def _repeated(name: str, refusal: str, seconds: int, most: int | None = None) -> pulumi.ResourceHookBinding:
    async def again(failure: pulumi.ErrorHookArgs) -> bool:
        # The newest error comes first, and each attempt has left one.
        repeat = failure.failed_operation == "create" and refusal in failure.errors[0]
        repeat = repeat and (most is None or len(failure.errors) < most)
        if repeat:
            await asyncio.sleep(seconds)
        return repeat

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(name, again)])
