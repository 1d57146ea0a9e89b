"""The ports that the parts of the platform meet at, each written once."""

from __future__ import annotations

HTTPS = 443
POSTGRESQL = 5432
REDIS = 6379
