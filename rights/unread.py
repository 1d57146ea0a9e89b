"""The type of which nobody who looks for drift reads anything: versions of secrets, each of which is a value.

The provider reads a version by GetSecretValue (terraform-provider-aws,
internal/service/secretsmanager/secret_version.go), and the entries' policies leave that to their readers.
"""

from __future__ import annotations

NOT_LOOKED_AT = "aws:secretsmanager/secretVersion:SecretVersion"
