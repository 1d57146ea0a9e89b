"""The certificates that clients of a database trust."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from infra.configuration import load_configuration, settings
from infra.configuration.database_certificates import CERTIFICATE_AUTHORITY, database_certificates
from infra.configuration.regions import USABLE
from infra.configuration.validation import ConfigurationError
from tests.support.recorder import TODAY, stack_file, system_file


def test_each_certificate_is_the_authority_of_its_region() -> None:
    assert CERTIFICATE_AUTHORITY == "rds-ca-rsa2048-g1"
    for region, pem in database_certificates().items():
        certificate = x509.load_pem_x509_certificate(pem.encode())
        (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        assert name.value == f"Amazon RDS {region} Root CA RSA2048 G1"
        assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        certificate.verify_directly_issued_by(certificate)


def test_none_of_them_ends_while_this_program_is_used() -> None:
    for pem in database_certificates().values():
        certificate = x509.load_pem_x509_certificate(pem.encode())
        assert certificate.not_valid_after_utc > datetime(2060, 1, 1, tzinfo=UTC)


def test_every_region_that_a_stack_file_can_name_has_one() -> None:
    assert set(USABLE) <= database_certificates().keys()


def test_tls_libraries_take_them() -> None:
    context = ssl.create_default_context(cadata="".join(database_certificates().values()))
    assert len(context.get_ca_certs()) == len(database_certificates())


@pytest.mark.parametrize("key", ["region", "recoveryRegion"])
def test_a_region_without_one_is_refused_with_the_place_where_it_is(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {name: pem for name, pem in database_certificates().items() if name != "eu-west-3"}
    monkeypatch.setattr(settings, "database_certificates", lambda: known)
    stack: dict[str, Any] = {**stack_file("dev"), key: "eu-west-3"}
    with pytest.raises(ConfigurationError, match=rf"{key}: found .*eu-west-3-bundle\.pem"):
        load_configuration("dev", stack, system_file(), today=TODAY)
