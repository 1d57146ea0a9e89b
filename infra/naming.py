"""Names and ARNs that are known before anything exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class RegionRole(StrEnum):
    """What an environment has a region of AWS for."""

    HOME = "home"  # it runs there
    RECOVERY = "recovery"  # copies wait there; it is built there again when home is lost
    GLOBAL = "global"  # what belongs to no region is there: CloudFront's parts, Route 53's metrics


class Place(StrEnum):
    """Where an environment can run: in the region of its first day, or in the one that it is recovered in.

    A place is the same for good; which of the two an environment runs in, a recovery changes.
    """

    HOME = "home"
    RECOVERY = "recovery"

    @property
    def other(self) -> Place:
        """The place that takes over when this one is lost."""
        return Place.RECOVERY if self is Place.HOME else Place.HOME


def generation_suffix(generation: int) -> str:
    """What names end with that belong to a generation of the database; the first one's with nothing."""
    return "" if generation == 1 else f"-{generation}"


def bucket_arn(physical_name: str) -> str:
    """The ARN of a bucket; S3's have neither region nor account."""
    return f"arn:aws:s3:::{physical_name}"


GLOBAL_REGION = "us-east-1"  # AWS's choice, for every account


@dataclass(frozen=True)
class Naming:
    """Physical names of one environment, for where AWS wants them unique or people look for them.

    The names of resources in the program never come from here: a URN means the same in every stack.

    Args:
        system: the system's name.
        environment: the environment's.
        account: AWS's id of the account.
        region: the region that is spoken of.
        recovery_region: where copies of what is in it wait.
        place: which of the environment's two places the region is.
        backup_account: AWS's id of the account that copies go to; empty where none leave this one.
    """

    system: str
    environment: str
    account: str
    region: str
    recovery_region: str
    place: Place = Place.HOME
    backup_account: str = ""

    @property
    def prefix(self) -> str:
        """`triangle-prod`."""
        return f"{self.system}-{self.environment}"

    def named(self, part: str) -> str:
        """`triangle-prod-<part>`."""
        return f"{self.prefix}-{part}"

    def role(self, part: str) -> str:
        """The name of an IAM role of what stands in each place: roles have no region, so that of the
        recovery region is told by it (`triangle-prod-<part>-us-east-2`).
        """
        return self.named(f"{part}-{self.region}" if self.place is Place.RECOVERY else part)

    @property
    def trail(self) -> str:
        """CloudTrail's trail: one of all regions has its name in each of them ("shadow trail"), so that of
        the recovery region is told by it.
        """
        return f"{self.prefix}-{self.region}" if self.place is Place.RECOVERY else self.prefix

    def database(self, generation: int) -> str:
        """An instance of PostgreSQL: `triangle-prod`, and `triangle-prod-2` for one that was restored.

        Its replica in the other region is called the same, so that it can take its place one day.
        """
        return f"{self.prefix}{generation_suffix(generation)}"

    def bucket(self, part: str, region: str | None = None) -> str:
        """A bucket's name: S3's are unique in the whole world, and another region needs other ones."""
        return f"{self.prefix}-{part}-{self.account}-{region or self.region}"

    def secret(self, name: str) -> str:
        """`triangle/prod/<name>`: the environment is part of it, so a role of another has no way in."""
        return f"{self.system}/{self.environment}/{name}"

    def function_role(self, function: str) -> str:
        """The IAM role of a Lambda function, known before it exists: secrets name it as their reader."""
        return self.named(f"function-{function}")

    def arn(self, service: str, resource: str, region: str | None = None) -> str:
        """The ARN of a resource of this account in its region."""
        return f"arn:aws:{service}:{region or self.region}:{self.account}:{resource}"

    def alias_arn(self, key: str) -> str:
        """The ARN of a KMS key's alias, known before the key exists; KMS takes it from other accounts too."""
        return self.arn("kms", f"alias/{self.named(key)}")

    @property
    def vault_arn(self) -> str:
        """The ARN of AWS Backup's vault."""
        return self.arn("backup", f"backup-vault:{self.prefix}")

    @property
    def restore_vault_arn(self) -> str:
        """The ARN of the vault that the backup account copies back to."""
        return f"{self.vault_arn}-restore"

    @property
    def deployment_role(self) -> str:
        """The IAM role that CI takes, known before it exists."""
        return self.named("github")

    def identity_provider_arn(self, issuer: str) -> str:
        """The ARN of an identity provider of OpenID Connect."""
        return f"arn:aws:iam::{self.account}:oidc-provider/{issuer}"

    def role_arn(self, name: str) -> str:
        """The ARN of an IAM role; roles have no region."""
        return f"arn:aws:iam::{self.account}:role/{name}"

    @property
    def regions(self) -> Mapping[RegionRole, str]:
        """The environment's regions by what it has them for."""
        return {
            RegionRole.HOME: self.region,
            RegionRole.RECOVERY: self.recovery_region,
            RegionRole.GLOBAL: GLOBAL_REGION,
        }

    @property
    def in_recovery_region(self) -> Naming:
        """The same environment, seen from the region that its copies are in."""
        return replace(self, region=self.recovery_region, recovery_region=self.region, place=self.place.other)

    @property
    def in_home(self) -> Naming:
        """The same environment, seen from the region of its first day."""
        return self if self.place is Place.HOME else self.in_recovery_region

    @property
    def in_backup_account(self) -> Naming | None:
        """The names of its copies in the other account, which home alone has; None where there are none."""
        if not self.backup_account or self.place is not Place.HOME:
            return None
        return replace(self, account=self.backup_account, backup_account="")

    @property
    def root_arn(self) -> str:
        """The account itself as a principal: what its IAM policies allow."""
        return f"arn:aws:iam::{self.account}:root"
