"""What is wrong with a command's words is told at once: nobody needs credentials to learn of a slip."""

from __future__ import annotations

import shlex

import pytest
from typer.testing import CliRunner

from operations.cli import app


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("AWS was asked")

    monkeypatch.setattr("operations.environments.connect", connect)
    monkeypatch.setattr("operations.deployment.engine.Engine.preview", connect)
    monkeypatch.setattr("operations.recovery.pulumi.Pulumi.export", connect)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "ledger --env prd",
            "there is no environment 'prd'; there are: dev, staging, prod. Did you mean prod?",
        ),
        ("promote --from stagin --to prod", "Did you mean staging?"),
        ("watch --env prod --since yesterday", "--since: found yesterday; allowed: a time with its zone"),
        ("smoke --env prod --connect nowhere", "--connect: found nowhere; allowed: HOST:PORT"),
        ("deploy --env prod --plan nowhere.json", "nowhere.json: No such file or directory"),
        (
            "emergency --env prod --reason broken --second ''",
            "REASON: found broken; allowed: what is broken",
        ),
        ("emergency --env prod --reason broken --second ''", "SECOND: found nobody; allowed: somebody else"),
        ("bootstrap --env prod", "REGION: found nothing; allowed: a region for the engine's state"),
        ("bootstrap --env prod --region eu-centrl-1", "Did you mean eu-central-1?"),
        ("bootstrap --env prod --region us-west-2", "that is neither us-west-2 nor us-east-2"),
        ("purge --env prod index.html", "PATHS: found index.html; allowed: paths that begin with /"),
        ("secret set --env dev sentry-dns", "Did you mean sentry-dsn?"),
        (
            "recover database --env prod --to 14:30",
            "--to: found '14:30'; allowed: latest, or a time with its",
        ),
        ("recover account --env prod --to 2026-11-28T14:30", "allowed: latest, or a time with its zone"),
        ("recover plan --env prod --to yesterday", "allowed: latest, or a time with its zone"),
        ("recover plan --env prod --of regoin", "found regoin; allowed: one of database, region, deployment"),
        ("recover plan --env prod --of regoin", "Did you mean region?"),
        ("recover region --env prod --to mars", "--to: found mars; allowed: us-east-2, where copies wait"),
        ("parity --from prod --to prod", "found prod and prod; allowed: two environments"),
        ("parity --from staging --to prod --save docs", "docs: Is a directory. Name a file"),
        ("plan --env prod --output Makefile/here", "Makefile: Not a directory. Name another place"),
        ("compare --env prod --output docs", "docs: Is a directory. Name a file: OUTPUT=docs/NAME"),
        ("drifted --env prod --output docs", "docs: Is a directory. Name a file: OUTPUT=docs/NAME"),
        ("recover plan --env prod --output docs", "docs: Is a directory. Name a file: OUTPUT=docs/NAME"),
        ("gate --env prod --wait 90", "found 90; allowed: a number from 0 to 60."),
    ],
)
def test_wrong_words_are_told_before_aws_is_asked(words: str, expected: str) -> None:
    result = CliRunner().invoke(app, shlex.split(words))
    assert (result.exit_code, expected in result.output) == (2, True), result.output
