"""Personal data and credentials that no log may show, by CloudWatch Logs' identifiers.

CloudWatch masks what it finds when it is read; only who may `logs:Unmask` sees it. What it has found is
counted, and written to a log of its own (contract OBS-1).
"""

from __future__ import annotations

import json
from types import MappingProxyType

# Managed identifiers (CloudWatch Logs user guide, "Types of data that you can protect").
MANAGED = (
    "EmailAddress",
    "CreditCardNumber",
    "Address",
    "AwsSecretKey",
    "OpenSshPrivateKey",
    "PkcsPrivateKey",
)

# Credentials of the runbooks' services, which AWS does not know. At most ten for a policy, each with at
# most 200 characters, of which a colon is none: a dot stands for it (user guide, "Custom data identifiers").
CUSTOM = MappingProxyType(
    {
        "BearerToken": r"[Bb]earer [A-Za-z0-9._+/-]{20,500}",
        "JsonWebToken": r"eyJ[A-Za-z0-9_-]{10,200}\.eyJ[A-Za-z0-9_-]{10,1000}",
        "StripeKey": r"[sr]k_[a-z]{4}_[A-Za-z0-9]{16,128}",
        "WebhookSecret": r"whsec_[A-Za-z0-9]{16,128}",
        "PasswordInUrl": r"[a-z]{4,12}.//[A-Za-z0-9_-]{1,64}.[^@/ ]{8,128}@",
        "SentryAddress": r"https.//[0-9a-f]{32}@[a-z0-9.]{1,80}/[0-9]{1,20}",
    }
)


def policy(name: str, findings: str) -> str:
    """A data protection policy: the same identifiers are audited and masked, as AWS demands it.

    Args:
        name: of the policy; a dimension of the metric of findings.
        findings: the log group that findings are written to.
    """
    identifiers = [f"arn:aws:dataprotection::aws:data-identifier/{each}" for each in MANAGED]
    identifiers += list(CUSTOM)
    return json.dumps(
        {
            "Name": name,
            "Version": "2021-06-01",
            "Configuration": {
                "CustomDataIdentifier": [{"Name": each, "Regex": regex} for each, regex in CUSTOM.items()]
            },
            "Statement": [
                {
                    "Sid": "audit",
                    "DataIdentifier": identifiers,
                    "Operation": {
                        "Audit": {"FindingsDestination": {"CloudWatchLogs": {"LogGroup": findings}}}
                    },
                },
                {
                    "Sid": "mask",
                    "DataIdentifier": identifiers,
                    "Operation": {"Deidentify": {"MaskConfig": {}}},
                },
            ],
        }
    )
