"""Properties that protect, keep, encrypt or watch, and the direction in which each becomes weaker: data."""

from __future__ import annotations

from preview.weakenings.data import OF_DATA
from preview.weakenings.deleted import PROTECTS
from preview.weakenings.network import OF_NETWORK
from preview.weakenings.pods import OF_PODS
from preview.weakenings.watching import OF_WATCHING
from preview.weakenings.weakening import Weakening

WEAKENINGS = (*OF_DATA, *OF_NETWORK, *OF_WATCHING, *OF_PODS)

__all__ = ["PROTECTS", "WEAKENINGS", "Weakening"]
