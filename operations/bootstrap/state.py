"""The store of the engine's state: a bucket, and the key of the secrets in it, outside both regions."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.naming import Naming, bucket_arn
from operations.bootstrap.part import Found, Part, State

_BLOCKED = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}


class StateStore:
    """The bucket and the key of an environment's state.

    Args:
        naming: of the environment.
        region: where they are: a third one, so that no region's loss takes the state along.
        clients: of boto3, by service, in that region.
    """

    def __init__(self, naming: Naming, region: str, clients: Callable[[str], Any]) -> None:
        self.region = region
        self.bucket = naming.bucket("state", region)
        self.alias = f"alias/{naming.named('state')}"
        self.s3, self._kms = clients("s3"), clients("kms")

    def parts(self) -> list[Part]:
        """Both."""
        return [
            Part(f"KMS key {self.alias} in {self.region}", self._look_at_key, self._make_key),
            Part(f"S3 bucket {self.bucket}", self._look_at_bucket, self._make_bucket),
        ]

    @property
    def arn(self) -> str:
        """The bucket's."""
        return bucket_arn(self.bucket)

    @property
    def login(self) -> str:
        """What `pulumi login` takes."""
        return f"s3://{self.bucket}?region={self.region}"

    @property
    def secrets_provider(self) -> str:
        """What `pulumi stack init --secrets-provider` takes."""
        return f"awskms://{self.alias}?region={self.region}"

    def key_arn(self) -> str:
        """The key's; empty while there is none."""
        with contextlib.suppress(self._kms.exceptions.NotFoundException):
            return str(self._kms.describe_key(KeyId=self.alias)["KeyMetadata"]["Arn"])
        return ""

    def _look_at_key(self) -> Found:
        arn = self.key_arn()
        if not arn:
            return Found(State.MISSING, "with yearly rotation; encrypts the secrets in the state")
        if not self._kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]:
            return Found(State.DIFFERS, "it is not rotated")
        return Found(State.THERE)

    def _make_key(self) -> None:
        arn = self.key_arn()
        if not arn:
            made = self._kms.create_key(Description="Secrets in Pulumi's state")["KeyMetadata"]
            arn = made["Arn"]
            self._kms.create_alias(AliasName=self.alias, TargetKeyId=arn)
        self._kms.enable_key_rotation(KeyId=arn)

    def _look_at_bucket(self) -> Found:
        try:
            self.s3.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
                return Found(State.MISSING, "with versions, encrypted, by TLS alone, closed to the public")
            raise
        wrong = [name for name, holds in self._settings().items() if not holds]
        return Found(State.DIFFERS, f"not there: {', '.join(wrong)}") if wrong else Found(State.THERE)

    def _settings(self) -> Mapping[str, bool]:
        versions = self.s3.get_bucket_versioning(Bucket=self.bucket).get("Status") == "Enabled"
        blocked = policy = None
        with contextlib.suppress(ClientError):
            found = self.s3.get_public_access_block(Bucket=self.bucket)
            blocked = found["PublicAccessBlockConfiguration"]
        with contextlib.suppress(ClientError):
            policy = json.loads(self.s3.get_bucket_policy(Bucket=self.bucket)["Policy"])
        return {
            "versions": versions,
            "the key": self._is_encrypted(),
            "public access block": blocked == _BLOCKED,
            "TLS alone": policy == self._policy(),
        }

    def _make_bucket(self) -> None:
        place = {"LocationConstraint": self.region}
        with contextlib.suppress(self.s3.exceptions.BucketAlreadyOwnedByYou):
            # us-east-1 is the one region that has no such constraint (S3 API reference, CreateBucket).
            more = {} if self.region == "us-east-1" else {"CreateBucketConfiguration": place}
            self.s3.create_bucket(Bucket=self.bucket, **more)
        self.s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})
        self.s3.put_bucket_encryption(
            Bucket=self.bucket, ServerSideEncryptionConfiguration={"Rules": [self._encryption()]}
        )
        self.s3.put_public_access_block(Bucket=self.bucket, PublicAccessBlockConfiguration=_BLOCKED)
        self.s3.put_bucket_policy(Bucket=self.bucket, Policy=json.dumps(self._policy()))

    def _is_encrypted(self) -> bool:
        with contextlib.suppress(ClientError):
            found = self.s3.get_bucket_encryption(Bucket=self.bucket)["ServerSideEncryptionConfiguration"]
            # AWS tells more of a rule than it is given.
            return any(each.items() >= self._encryption().items() for each in found["Rules"])
        return False

    def _encryption(self) -> dict[str, Any]:
        """With the key of the secrets in it: a copy is encrypted by a key of its account only where the
        original is by one, too (S3 user guide, "What does Amazon S3 replicate?": the same type of it).
        """
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key_arn()}
        return {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}

    def _policy(self) -> dict[str, Any]:
        arn = self.arn
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "TlsAlone",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [arn, f"{arn}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        }
