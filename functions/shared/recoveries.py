"""Where the backups bucket has what recoveries write: their records, and which one is under way."""

from __future__ import annotations

FOLDER = "recoveries/"
CURRENT = f"{FOLDER}current.json"
