"""The program that `pulumi up` runs in the backup account: one stack for each environment copied there.

Both files of the environment say all of it; this project has no settings of its own.
"""

import sys
from datetime import date
from pathlib import Path

import pulumi

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from infra.backup_account_platform import declare_backup_account  # noqa: E402  # found through the line above
from infra.configuration.file_names import NAMESPACE, SYSTEM_FILE_KEY  # noqa: E402  # found through it
from infra.configuration.files import read_environment  # noqa: E402
from infra.configuration.validation import ConfigurationError  # noqa: E402

try:
    configuration = read_environment(
        ROOT,
        pulumi.get_stack(),
        today=date.min,  # nothing here ends on a day
        system_file=pulumi.Config(NAMESPACE.rstrip(":")).get(SYSTEM_FILE_KEY),
    )
except ConfigurationError as error:
    raise pulumi.RunError(str(error)) from None

declare_backup_account(configuration)
