"""The program that `pulumi up` runs: one stack for each environment, named like it."""

import os
from datetime import UTC, datetime

import pulumi

from infra.configuration.day import day
from infra.configuration.stack import read_configuration
from infra.configuration.validation import ConfigurationError
from infra.platform import declare

try:
    configuration = read_configuration(day(os.environ, datetime.now(UTC).date()))
except ConfigurationError as error:
    # Shown as it is: the mistakes are in the files, not in the program.
    raise pulumi.RunError(str(error)) from None

declare(configuration).export()
