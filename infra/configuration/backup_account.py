"""Another account that backups are copied to, so that they outlive this one."""

from __future__ import annotations

from infra.configuration.environments import Environment, those
from infra.configuration.keys import Varies
from infra.configuration.kinds import Text
from infra.configuration.validation import Reader

# Where it copies snapshots back to: a vault of the environment.
RESTORE = "restore"
# Whoever copies snapshots back passes this role of the backup account to AWS Backup.
COPY_ROLE = "copy-back"
# Whoever delegates the domain to another zone takes this role of the backup account.
DELEGATION_ROLE = "delegate"

_ANOTHER = "another account than `account`"


def _only_with_copies(environment: Environment) -> str:
    if environment.standard.recovery_copies:
        return ""
    return f"nothing here: only {those(lambda each: each.recovery_copies)} is copied"


BACKUP_ACCOUNT = Text(
    "backupAccount",
    meaning="an AWS account of the same organization that database, files, secrets, images and the engine's"
    " state are copied to, in `region`: what is needed when `account` is emptied or closed"
    " (docs/recovery.md). Its stack, `backup_account/`, comes first",
    pattern=r"\d{12}",
    words="an account id of 12 digits",
    default="",
    default_words="nothing leaves the account",
    nothing=Varies(_only_with_copies),
    rules=(_ANOTHER,),
    example="123456789013",
)


def read_backup_account(root: Reader, environment: Environment, account: str) -> str:
    """The key `backupAccount`; empty where nothing leaves the account.

    Args:
        root: the stack file.
        environment: whose file it is.
        account: its own; empty where it is wrong, and nothing is compared with it.
    """
    found = BACKUP_ACCOUNT.of(environment).read(root)
    if found and found == account:
        root.problem(BACKUP_ACCOUNT.name, found, _ANOTHER)
    return found
