"""Places in the backups bucket for recoveries: their records, and which one is under way."""

from __future__ import annotations

FOLDER = "recoveries/"
CURRENT = f"{FOLDER}current.json"
