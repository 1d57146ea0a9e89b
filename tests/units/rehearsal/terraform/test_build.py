"""The provider is built with the services in use, and with all that they need."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.engine.binary import Unavailable
from rehearsal.terraform.build import COMMAND, copy_part, only_clients, only_services, services, with_imported

LISTED = f"""package sdkv2

import (
	"context"

	"{COMMAND}/internal/conns"
	"{COMMAND}/internal/service/amp"
	tflambda "{COMMAND}/internal/service/lambda"
	"{COMMAND}/internal/service/s3"
)

func servicePackages(ctx context.Context) []conns.ServicePackage {{
	v := []conns.ServicePackage{{
		amp.ServicePackage(ctx),
		tflambda.ServicePackage(ctx),
		s3.ServicePackage(ctx),
	}}
	return v
}}
"""

CLIENTS = """package conns

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/amp"
	lambda_sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func (c *AWSClient) AMPClient(ctx context.Context) *amp.Client {
	return client[*amp.Client](ctx)
}

func (c *AWSClient) LambdaClient(ctx context.Context) *lambda_sdk.Client {
	return client[*lambda_sdk.Client](ctx)
}

func (c *AWSClient) S3Client(ctx context.Context) *s3.Client {
	return client[*s3.Client](ctx)
}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    files = {
        "main.go": "package main\n",
        "internal/provider/sdkv2/service_packages_gen.go": LISTED,
        "internal/conns/awsclient_gen.go": CLIENTS,
        "internal/conns/awsclient.go": "package conns\n",
        "internal/acctest/checks.go": "c.AMPClient(ctx)",
        "internal/service/amp/workspace.go": "c.AMPClient(ctx)",
        "internal/service/lambda/function.go": f'import "{COMMAND}/internal/service/s3"\nc.LambdaClient(ctx)',
        "internal/service/lambda/function_test.go": "c.AMPClient(ctx)",
        "internal/service/s3/bucket.go": "c.S3Client(ctx)",
        "website/docs/index.md": "",
    }
    for name, text in files.items():
        file = tmp_path / "source" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "source"


def test_only_the_services_that_are_wanted_are_listed() -> None:
    kept = only_services(LISTED, frozenset({"lambda"}))
    assert "tflambda.ServicePackage(ctx)" in kept
    assert "internal/conns" in kept
    assert "amp" not in kept
    assert "s3" not in kept


def test_only_clients_that_are_called_are_made_and_imported() -> None:
    kept = only_clients(CLIENTS, frozenset({"LambdaClient"}))
    assert "func (c *AWSClient) LambdaClient" in kept
    assert 'lambda_sdk "github.com' in kept
    assert "amp" not in kept
    assert '"context"' in kept


def test_what_a_service_imports_comes_with_it(source: Path) -> None:
    assert with_imported(source, ["lambda"]) == {"lambda", "s3"}


def test_a_copy_has_what_is_needed_and_no_tests(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "part"
    copy_part(source, target, ["lambda"])
    clients = (target / "internal/conns/awsclient_gen.go").read_text(encoding="utf-8")
    assert "LambdaClient" in clients
    assert "S3Client" in clients, "lambda imports the package of s3, which calls it"
    assert "AMPClient" not in clients
    assert not (target / "internal/service/lambda/function_test.go").exists()
    assert not (target / "website").exists()
    assert (target / "main.go").exists()


def test_a_service_that_the_provider_does_not_have_is_told(source: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"services\.txt names lamda, and the provider has no such service"):
        copy_part(source, tmp_path / "part", ["lamda"])


def test_the_list_is_in_order_and_names_none_twice() -> None:
    assert list(services()) == sorted(set(services()))
