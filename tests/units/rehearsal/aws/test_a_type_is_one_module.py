"""A type of AWS becomes real with one module of `rehearsal/aws/services`, of a service that nothing names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from documentation.rehearsal_page import rehearsal_page
from rehearsal.aws import services
from rehearsal.inventory import Standing, standing_of
from tests.support.aws_round_trip import REGION, Life, WatchedCloud

TOKEN = "aws:ses/emailIdentity:EmailIdentity"
MODULE = f'''
from rehearsal.aws.mapping import Call, ResourceMapping

QUESTIONS = {{"ses": "list_identities"}}
MAPPINGS = (
    ResourceMapping(
        token="{TOKEN}",
        service="ses",
        create=Call("verify_email_identity"),
        id="{{email}}",
        import_id="{{email}}",
        read=Call("get_identity_verification_attributes", {{"Identities": ["{{id}}"]}}),
        found=lambda answer, context: answer["VerificationAttributes"].get(context.id),
        delete=Call("delete_identity", {{"Identity": "{{id}}"}}),
        names={{"email": "EmailAddress"}},
    ),
)
'''


def _forget() -> None:
    """What was found is kept for the whole process."""
    services.all_mappings.cache_clear()
    services.all_recorded.cache_clear()


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package with one module more."""
    (tmp_path / "ses.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(tmp_path)])
    _forget()
    yield
    sys.modules.pop(f"{services.__name__}.ses", None)
    monkeypatch.undo()
    _forget()


def test_without_it_the_type_is_recorded() -> None:
    assert standing_of(TOKEN) is Standing.RECORDED
    assert "ses" not in services.questions()


@pytest.mark.usefixtures("added")
def test_it_is_really_made_read_and_removed(life: Life, cloud: WatchedCloud) -> None:
    assert standing_of(TOKEN) is Standing.REAL
    made = life.create(TOKEN, {"email": "people@triangle.example"})
    assert cloud.call("ses", REGION, "list_identities")["Identities"] == ["people@triangle.example"]
    life.imports(made)
    life.ends(made)


@pytest.mark.usefixtures("added")
def test_the_page_names_it_and_its_service_is_got_ready() -> None:
    assert f"| `{TOKEN}` |" in rehearsal_page()
    assert services.questions()["ses"] == "list_identities"
