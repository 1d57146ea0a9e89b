"""The command `prices`: list prices of what the environments may be made of, from AWS's own list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from commands.errors import errors_for_people
from commands.output import show_json
from operations.options import Json, Profile

if TYPE_CHECKING:
    from costs.facts import Price
    from costs.price_list import Question


def prices(profile: Profile = None, json_: Json = False) -> None:
    """Read list prices for the regions of the stack files from AWS, into costs/data/price_list.json.

    Any account's credentials do that may call pricing:GetProducts; ReadOnlyAccess may.

    Exit codes: 0 written; 1 AWS cannot be asked, and nothing is written; 2 wrong input.

    Example: python -m operations prices --profile billing
    """
    with errors_for_people():
        from commands.files import write_atomically
        from costs.price_list import FILE, written
        from operations.recovery_frame import aws_errors

        with aws_errors():
            found = list(_asked(profile))
        known = [price for _, _, price in found if price is not None]
        write_atomically(FILE, written(known))
        if json_:
            show_json({"file": FILE.name, "prices": [_as_json(*each) for each in found]})
        else:
            _show(found)


def _asked(profile: str | None) -> Iterator[tuple[Question, str, Price | None]]:
    import boto3

    from costs.price_list import REGION, ask, questions

    client = boto3.Session(profile_name=profile).client("pricing", REGION)
    today = datetime.now(UTC).date()
    regions = _regions()
    for question in questions():
        for region in regions:
            yield question, region, ask(client, question, region, today)


def _regions() -> list[str]:
    """Where an environment runs or may be recovered."""
    from infra.configuration.environments import Environment
    from operations.checkout import declared

    settings = [declared(environment).settings for environment in Environment]
    return sorted({region for each in settings for region in (each.region, each.recovery_region)})


def _as_json(question: Question, region: str, price: Price | None) -> dict[str, Any]:
    return {
        "what": question.what,
        "region": region,
        "unit": question.unit.value,
        "dollars": None if price is None else price.dollars,
    }


def _show(found: list[tuple[Question, str, Price | None]]) -> None:
    from costs.price_list import FILE
    from operations.checkout import ROOT
    from operations.console import show_table

    rows = [
        (question.what, region, f"{price.dollars:g}" if price else "not in the list", question.unit)
        for question, region, price in found
    ]
    show_table(("what", "region", "US$", "for one"), rows)
    typer.echo(f"{FILE.relative_to(ROOT)} has them now; commit it. `make cost` takes them first.")
