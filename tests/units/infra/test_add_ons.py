"""Which versions of EKS's add-ons AWS is known to take, and what is said of the others."""

from __future__ import annotations

from types import MappingProxyType

import pulumi
import pytest

from infra.configuration import add_ons, load_configuration
from infra.configuration.add_ons import ADD_ON_VERSIONS, METRICS_SERVER, OBSERVABILITY, Fit, fit_of, offered
from infra.configuration.cluster_settings import CLUSTER_VERSIONS
from infra.configuration.validation import ConfigurationError
from tests.support.recorder import TODAY, record, stack_file, system_file


@pytest.mark.parametrize("kubernetes", CLUSTER_VERSIONS)
@pytest.mark.parametrize(("add_on", "version"), ADD_ON_VERSIONS.items())
def test_what_the_cluster_gets_is_known_to_fit_every_version(
    add_on: str, version: str, kubernetes: str
) -> None:
    assert fit_of(add_on, version, kubernetes) is Fit.FITS


@pytest.mark.parametrize(
    ("add_on", "version", "kubernetes", "fit"),
    [
        (OBSERVABILITY, "v6.5.0-eksbuild.1", "1.36", Fit.FITS),
        (OBSERVABILITY, "v6.3.0-eksbuild.1", "1.36", Fit.REFUSED),
        (OBSERVABILITY, "v6.4.0-eksbuild.2", "1.36", Fit.REFUSED),
        (OBSERVABILITY, "v6.10.0-eksbuild.1", "1.36", Fit.UNKNOWN),  # newer than the listing
        (OBSERVABILITY, "v6.3.0-eksbuild.1", "1.35", Fit.UNKNOWN),  # nobody has listed that
        (OBSERVABILITY, "6.3", "1.36", Fit.UNKNOWN),
        (METRICS_SERVER, "v0.8.0-eksbuild.1", "1.35", Fit.UNKNOWN),
        ("coredns", "v1.13.2-eksbuild.4", "1.35", Fit.UNKNOWN),
    ],
)
def test_what_is_not_known_is_neither_taken_nor_refused(
    add_on: str, version: str, kubernetes: str, fit: Fit
) -> None:
    assert fit_of(add_on, version, kubernetes) is fit


def test_what_is_offered_begins_with_the_newest() -> None:
    assert offered(METRICS_SERVER, "1.35")[:2] == ("v0.9.0-eksbuild.11", "v0.9.0-eksbuild.7")


def pinned(monkeypatch: pytest.MonkeyPatch, add_on: str, version: str) -> None:
    monkeypatch.setattr(add_ons, "ADD_ON_VERSIONS", MappingProxyType({**ADD_ON_VERSIONS, add_on: version}))


def test_the_stack_file_is_refused_for_an_add_on_that_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    pinned(monkeypatch, OBSERVABILITY, "v6.3.0-eksbuild.1")
    stack = stack_file("prod")
    load_configuration("prod", stack, system_file(), today=TODAY)
    stack = {**stack, "cluster": {**stack["cluster"], "version": "1.36"}}
    with pytest.raises(ConfigurationError) as refused:
        load_configuration("prod", stack, system_file(), today=TODAY)
    (problem,) = refused.value.problems
    assert problem.key == "cluster.version"
    assert problem.allowed == f"a version of Kubernetes that AWS takes {OBSERVABILITY} v6.3.0-eksbuild.1 for"
    assert "Put v6.6.0-eksbuild.1 or v6.5.0-eksbuild.1 or v6.4.0-eksbuild.1 into" in problem.advice


def test_the_program_says_of_which_add_on_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    record("dev", {})
    assert not [line for line in said if "add-on" in line]
    pinned(monkeypatch, METRICS_SERVER, "v0.8.0-eksbuild.1")
    record("dev", {})
    (line,) = [line for line in said if "add-on" in line]
    assert "not known here whether the add-on metrics-server v0.8.0-eksbuild.1 fits Kubernetes 1.35" in line
    assert "--addon-name metrics-server --kubernetes-version 1.35" in line
