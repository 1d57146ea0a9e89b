"""The authority that signs the certificates of the databases: its own certificate, known for each region.

Without it a client encrypts and does not know for whom. No image has it: RDS signs with private authorities.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

# The authority that is asked for; RDS would take its default of the day.
CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"

FILE = f"{CERTIFICATE_AUTHORITY}.pem"
WHERE_AWS_HAS_THEM = "https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem"

_ENTRY = re.compile(
    r"^# (?P<region>[a-z0-9-]+), valid until [0-9-]+\n"
    r"(?P<certificate>-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n)",
    re.MULTILINE,
)


@cache
def database_certificates() -> Mapping[str, str]:
    """The authority's certificate of each region, as PEM."""
    text = Path(__file__).with_name(FILE).read_text(encoding="ascii")
    return {entry["region"]: entry["certificate"] for entry in _ENTRY.finditer(text)}
