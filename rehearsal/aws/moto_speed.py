"""Shortcuts for calls of moto through boto3; the answers stay the same.

A deployment makes hundreds of calls, all in one process with the program and the other providers. A
third of each call's time goes into what nobody here looks at: signatures, user agents, and lists that
moto draws up again for each request although they never change. Tried with moto 5.2; another version
is left as it is, only slower.
"""

from __future__ import annotations

import importlib.metadata
from functools import cache
from types import SimpleNamespace
from typing import Any

from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from rehearsal.program.sdk_speed import share_service_models

TRIED_WITH = ("5.2.",)

# What moto takes from a signature: who calls (anybody) and, from the scope, which region.
_SCOPE = "AWS4-HMAC-SHA256 Credential=embedded/20000101/{region}/{service}/aws4_request, Signature=none"

_REQUEST = "0" * 52


def make_client(service: str, region: str, account: str) -> Any:
    """A client that calls in the name of `account`: one attempt, parameters checked, nothing signed."""
    config = Config(
        signature_version=UNSIGNED,
        user_agent="rehearsal",
        retries={"total_max_attempts": 1},
        parameter_validation=True,
        s3={"addressing_style": "path"},
    )
    client = _session().client(service, region_name=region, config=config)
    scope = _SCOPE.format(region=region, service=service)

    def name_caller(request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = account
        request.headers["Authorization"] = scope

    client.meta.events.register("before-sign", name_caller)
    client._endpoint.http_session = _Nowhere()
    return client


class NoAnswer(BotoCoreError):  # type: ignore[misc]
    """moto does not know this request."""

    fmt = "the embedded AWS has no answer to {method} {url}"


class _Nowhere:
    """Where requests go that moto leaves: never out of this machine."""

    def send(self, request: Any) -> Any:
        raise NoAnswer(method=request.method, url=request.url)

    def close(self) -> None:
        """Nothing is open."""


@cache
def _session() -> Any:
    import boto3

    share_service_models()
    return boto3.session.Session(aws_access_key_id="embedded", aws_secret_access_key="embedded")


@cache
def quicken_moto() -> None:
    """Replaces what moto does over and over again, once in a process."""
    if importlib.metadata.version("moto").startswith(TRIED_WITH):
        _quicken_requests()
        _quicken_keys()
        _quicken_managed_policies()


def _quicken_requests() -> None:
    import moto.backends
    import moto.core.responses
    from moto.core.base_backend import BaseBackend

    # moto's own server looks twice for each request at a hundred folders: which services there are.
    backends: Any = moto.backends
    services = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    responses: Any = moto.core.responses
    responses.method_names_from_class = cache(responses.method_names_from_class)
    # A made-up number of 52 letters for each request, in its answer, where nobody looks.
    responses.gen_amzn_requestid_long = _name_request
    addresses = BaseBackend.urls.fget  # type: ignore[attr-defined]
    known: dict[type, Any] = {}

    def urls(backend: Any) -> Any:
        # They follow from the class alone, as far as the settings used here go.
        if type(backend) not in known:
            known[type(backend)] = addresses(backend)
        return known[type(backend)]

    BaseBackend.urls = property(urls)  # type: ignore[assignment, method-assign]


def _name_request(headers: dict[str, Any] | None = None) -> str:
    if headers is not None:
        headers["x-amzn-requestid"] = _REQUEST
    return _REQUEST


def _quicken_keys() -> None:
    """A key pair takes 70 ms: certificates have one between them, KMS makes it when it is used."""
    import cryptography.x509
    import moto.acm.models
    import moto.kms.models
    from cryptography.hazmat.primitives.asymmetric import rsa

    keys: Any = moto.kms.models
    keys.generate_private_key = lambda spec, make=keys.generate_private_key: _MadeWhenUsed(make, spec)
    one_key_pair = SimpleNamespace(generate_private_key=cache(rsa.generate_private_key))
    asymmetric = SimpleNamespace(asymmetric=SimpleNamespace(rsa=one_key_pair))
    certificates: Any = moto.acm.models
    certificates.cryptography = SimpleNamespace(
        x509=cryptography.x509, hazmat=SimpleNamespace(primitives=asymmetric)
    )
    check = cache(lambda private_key: validate(SimpleNamespace(key=private_key)))
    validate = certificates.CertBundle.validate_pk
    certificates.CertBundle.validate_pk = lambda bundle: check(bundle.key)


class _MadeWhenUsed:
    """The RSA key pair of a KMS key, which most keys never need."""

    def __init__(self, make: Any, spec: str) -> None:
        self._make = cache(lambda: make(spec))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._make(), name)


def _quicken_managed_policies() -> None:
    """AWS's own policies, 1500 documents, are read once in a process; each account gets copies."""
    import moto.iam.models

    backends: Any = moto.iam.models.IAMBackend
    make = backends._init_aws_policies
    read: dict[str, list[Any]] = {}

    def copies(backend: Any) -> list[Any]:
        if backend.region_name not in read:
            read[backend.region_name] = make(backend)
        return [_copied(policy, backend.account_id) for policy in read[backend.region_name]]

    backends._init_aws_policies = copies


def _copied(policy: Any, account: str) -> Any:
    """A policy of AWS's in another account; moto's class would keep a list of all that were ever made."""
    made = object.__new__(type(policy))
    made.__dict__ = {**vars(policy), "account_id": account, "tags": {}, "versions": [*policy.versions]}
    return made
