"""A kind of bucket is one entry of the catalogue: everything else follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from documentation.buckets_table import buckets_table
from infra.configuration import buckets
from infra.configuration.buckets import BACKUP_ACCOUNT_RULE
from infra.configuration.environments import Environment
from infra.configuration.system import load_system
from infra.configuration.validation import ConfigurationError
from tests.support.policies import allows
from tests.support.recorder import TODAY, Recording, record, record_backup_account, system_file
from tests.support.replication import rule_of

KIND = "lab-results"


@pytest.fixture(scope="module")
def added() -> Iterator[None]:
    """The catalogue with one entry more."""
    documents = next(bucket for bucket in buckets.CATALOGUE if bucket.name == "documents")
    with pytest.MonkeyPatch.context() as patch:
        more = replace(documents, name=KIND, purpose="Results of laboratories")
        patch.setattr(buckets, "CATALOGUE", (*buckets.CATALOGUE, more))
        yield


@pytest.fixture(scope="module")
def prod_with_it(added: None, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    system = system_file()
    system["services"]["api"]["buckets"] = [KIND]
    file: Path = tmp_path_factory.mktemp("kinds") / "system.yaml"
    file.write_text(yaml.safe_dump(system), encoding="utf-8")
    return record("prod", {"systemFile": str(file)})


def _name(recording: Recording, bucket: str) -> str:
    name: str = recording.one("aws:s3/bucket:Bucket", bucket).inputs["bucket"]
    return name


@pytest.mark.contract("S3-1")
def test_it_is_backed_up_every_day(prod_with_it: Recording) -> None:
    chosen = prod_with_it.one("aws:backup/selection:Selection", "buckets").inputs["resources"]
    assert f"arn:aws:s3:::{_name(prod_with_it, KIND)}" in chosen


@pytest.mark.contract("S3-1", "DR-6")
def test_it_is_copied_to_the_recovery_region(prod_with_it: Recording) -> None:
    rule = rule_of(prod_with_it, KIND)
    assert rule["destination"]["bucket"].endswith(f":us-east-2:123456789012:{KIND}")
    assert prod_with_it.one("aws:s3/bucket:Bucket", f"recovery/{KIND}").provider == "aws-recovery"


@pytest.mark.contract("ENV-6")
def test_it_is_copied_to_the_backup_account(prod_with_it: Recording) -> None:
    copied = rule_of(prod_with_it, KIND, BACKUP_ACCOUNT_RULE)["destination"]["bucket"].rpartition(":")[2]
    assert record_backup_account("prod").one("aws:s3/bucket:Bucket", KIND).inputs["bucket"] == copied


@pytest.mark.contract("S3-1")
def test_a_service_that_names_it_reads_and_writes_it(prod_with_it: Recording) -> None:
    policy = prod_with_it.one("aws:iam/rolePolicy:RolePolicy", "service-api").plain("policy")
    for action in ("s3:GetObject", "s3:PutObject"):
        assert allows(policy, action, f"arn:aws:s3:::{_name(prod_with_it, KIND)}/1.pdf")
    pods = prod_with_it.one("kubernetes:apps/v1:Deployment", "api").inputs["spec"]["template"]["spec"]
    variables = {each["name"]: each.get("value") for each in pods["containers"][0]["env"]}
    assert variables["LAB_RESULTS_BUCKET"] == _name(prod_with_it, KIND)


def test_the_system_file_is_told_that_it_is_allowed(added: None) -> None:
    system = system_file()
    system["services"]["api"]["buckets"] = ["attic"]
    with pytest.raises(ConfigurationError, match=f"one of documents, photos, reports, audit, {KIND}"):
        load_system(system, TODAY)


def test_it_is_documented(added: None) -> None:
    (line,) = [line for line in buckets_table() if f"`{KIND}`" in line]
    assert "Results of laboratories | `LAB_RESULTS_BUCKET`" in line
    assert "daily | within 15 minutes, deletions too" in line


@pytest.mark.parametrize("bucket", buckets.CATALOGUE, ids=lambda bucket: bucket.name)
def test_names_fit_into_the_longest_name_of_a_bucket(bucket: buckets.Bucket) -> None:
    # 63 letters: a system of 15, staging, the account of 12 and a region of 14, with a hyphen between each.
    assert len(bucket.name) <= 63 - 15 - max(map(len, Environment)) - 12 - 14 - 4
    assert re.fullmatch(r"[a-z][a-z-]*[a-z]", bucket.name)
