"""AWS types that the embedded AWS really makes, and how: one module for each service."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from typing import Any

from rehearsal.aws.mapping import ResourceMapping
from rehearsal.aws.recorded import RecordedType

# Asked first: what takes longest for its first answer, and what the engine needs first.
_FIRST = ("iam", "ec2")


@lru_cache(maxsize=1)
def all_mappings() -> dict[str, ResourceMapping]:
    """Every type that is really created, by token."""
    return {mapping.token: mapping for module in _modules() for mapping in getattr(module, "MAPPINGS", ())}


@lru_cache(maxsize=1)
def all_recorded() -> dict[str, RecordedType]:
    """Every type that is known to be recorded only, by token."""
    return {entry.token: entry for module in _modules() for entry in getattr(module, "RECORDED", ())}


def questions() -> dict[str, str]:
    """A question for each service that has one that it answers without being told anything (WAF has none)."""
    found = {name: each for module in _modules() for name, each in getattr(module, "QUESTIONS", {}).items()}
    return {name: found[name] for name in (*_FIRST, *found)}


def _modules() -> list[Any]:
    """This package's own: each may offer MAPPINGS, the QUESTIONS that their services are got ready with, and
    RECORDED for types that moto has no API for."""
    return [importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)]


def mapping_of(token: str) -> ResourceMapping | None:
    """How `token` is really made; None when it is only recorded."""
    return all_mappings().get(token)


def recorded_of(token: str) -> RecordedType | None:
    """What is known about a recorded type; None when nobody has described it yet."""
    return all_recorded().get(token)


def autoname_of(token: str) -> str | None:
    """The property that gets a generated name when the program gives none."""
    mapping, recorded = mapping_of(token), recorded_of(token)
    known = mapping or recorded
    return known.autoname if known is not None else None


def fit_name(token: str, name: str) -> str:
    """`name` within the letters that the type takes: buckets are lower case."""
    return name.lower() if token.startswith(("aws:s3/", "aws:elasticache/", "aws:rds/")) else name
