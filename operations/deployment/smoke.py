"""Smoke checks: whether a system that was just deployed answers, safely, in the versions that are meant.

Runbook 001, Environment promotion flow, 2; 002, Standard Deployment, 4 and 5; 003, Verify deployment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.configuration import Configuration
from infra.configuration.service import Service
from infra.edge.sites import HSTS_SECONDS, Site, sites
from operations.console import OperationFailed
from operations.deployment.findings import Finding, State, judged
from operations.deployment.web import Address, Answer, ask, ask_in_the_clear
from operations.environments import Connection
from operations.kubernetes_api import KubernetesApi, NotThereError

# ACM renews 60 days before the end (its user guide, "Managed certificate renewal"): three weeks are late.
CERTIFICATE_DAYS = 21
_REDIRECTS = (301, 302, 307, 308)
_NOBODY = "no pod runs behind the embedded AWS, and nothing answers for its CDN"
_ROLLOUT = "`kubectl describe deployment` and its pods' logs say why; `make rollback` goes back"

# What infra/edge/cache_policies.py adds to every answer, and what it has to be.
_HEADERS: Mapping[str, Callable[[str], bool]] = {
    "strict-transport-security": lambda value: _seconds(value) >= HSTS_SECONDS,
    "x-content-type-options": lambda value: value.lower() == "nosniff",
    "content-security-policy": bool,
    "x-frame-options": lambda value: value.upper() in ("DENY", "SAMEORIGIN"),
    "referrer-policy": bool,
}


class Smoke:
    """The checks of one environment.

    Args:
        configuration: as its files say.
        connection: to its account.
        address: where its hosts are asked; None for where DNS says.
        outside: only what can be asked from the internet: the cluster's API is left out.
    """

    def __init__(
        self,
        configuration: Configuration,
        connection: Connection,
        address: Address | None = None,
        *,
        outside: bool = False,
    ) -> None:
        self._configuration, self._connection = configuration, connection
        self._address, self._outside = address, outside
        system = configuration.system
        frontend = system.frontend.host if system.frontend else None
        self._sites = sites(system.services, frontend, configuration.domain)
        # Behind an embedded AWS nothing answers, unless somebody says what stands for it.
        self._silent = connection.endpoint_url is not None and address is None

    @property
    def checks(self) -> list[Callable[[], Iterator[Finding]]]:
        """All of them, to be called one after the other."""
        checks: list[Callable[[], Iterator[Finding]]] = [self._distributions]
        checks += [partial(self._site, site) for site in self._sites]
        if not self._outside:
            checks.append(self._versions)
        return checks

    def _distributions(self) -> Iterator[Finding]:
        advice = "`pulumi up` makes it; CloudFront takes some minutes for a change"
        try:
            there = _by_host(self._connection.client("cloudfront"))
        except (BotoCoreError, ClientError) as error:
            yield Finding("CDN", self._configuration.domain, State.FAILS, str(error), "take credentials")
            return
        for site in self._sites:
            found = there.get(site.host)
            if found is None:
                yield Finding("CDN", site.host, State.FAILS, "no distribution has this host", advice)
            else:
                good = bool(found["Enabled"]) and found["Status"] == "Deployed"
                words = f"{found['Id']} {found['Status']}{'' if found['Enabled'] else ', switched off'}"
                yield judged("CDN", site.host, good, words, advice)

    def _site(self, site: Site) -> Iterator[Finding]:
        asked = [(service.name, path) for service in site.services for path in _health_paths(service)]
        if site.frontend:
            asked.append(("frontend", "/"))
        if self._silent:
            yield Finding("TLS, headers, redirect", site.host, State.NOT_CHECKED, _NOBODY)
            for name, path in asked:
                yield Finding("answer", f"{name} {site.host}{path}", State.NOT_CHECKED, _NOBODY)
            return
        answers = {path: ask(site.host, path, self._address) for _, path in asked}
        for name, path in asked:
            yield _answered(name, f"{site.host}{path}", answers[path])
        first = next(iter(answers.values()))
        if first.problem:
            return
        yield _tls(site.host, first)
        yield _headers(site.host, first)
        if self._address is not None:
            text = "asked at another address than DNS has: not through the CDN"
            yield Finding("through the CDN, redirect", site.host, State.NOT_CHECKED, text)
            return
        yield _through_cdn(site.host, first)
        yield _redirect(site.host)

    def _versions(self) -> Iterator[Finding]:
        """What the cluster runs of each service."""
        try:
            api = KubernetesApi(self._connection, self._configuration.naming.prefix)
            for name in self._configuration.system.services:
                yield from self._version(api, name)
        except OperationFailed as error:
            advice = (
                "take credentials and a network of `cluster.apiAccess`, or OUTSIDE=1 leaves the cluster out"
            )
            yield Finding("version", "all services", State.FAILS, str(error), advice)

    def _version(self, api: KubernetesApi, name: str) -> Iterator[Finding]:
        namespace = self._configuration.system.name
        wanted = self._configuration.images[name]
        try:
            found = api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
        except NotThereError:
            yield Finding("version", name, State.FAILS, "there is no such Deployment", "`pulumi up` makes it")
            return
        images = [each["image"] for each in found["spec"]["template"]["spec"]["containers"]]
        good = any(image.endswith((f"@{wanted}", f":{wanted}")) for image in images)
        has = ", ".join(image.rpartition("/")[2] for image in images)
        yield judged("version", name, good, has, f"meant is {wanted}: has the deployment ended?")
        if self._connection.endpoint_url is not None:
            yield Finding("pods", name, State.NOT_CHECKED, _NOBODY)
            return
        yield _rolled_out(name, found)


def _by_host(client: Any) -> dict[str, dict[str, Any]]:
    return {
        host: distribution
        for page in client.get_paginator("list_distributions").paginate()
        for distribution in page["DistributionList"].get("Items") or []
        for host in distribution["Aliases"].get("Items") or []
    }


def _health_paths(service: Service) -> list[str]:
    """The readiness path, which leads to it from outside, and the liveness path where that does too."""
    paths = [service.health.ready]
    patterns = service.route.paths if service.route else ()
    if any(fnmatchcase(service.health.live, pattern) for pattern in patterns):
        paths.insert(0, service.health.live)
    return list(dict.fromkeys(paths))


def _answered(name: str, address: str, answer: Answer) -> Finding:
    found = answer.problem or f"HTTP {answer.status}"
    advice = "look at the service's log and pods; 502 to 504 are the load balancer's own"
    return judged("answer", f"{name} {address}", answer.status == 200, found, advice)


def _tls(host: str, answer: Answer) -> Finding:
    ends = answer.certificate_ends
    left = (ends - datetime.now(UTC)) if ends else timedelta()
    good = answer.protocol in ("TLSv1.2", "TLSv1.3") and left >= timedelta(days=CERTIFICATE_DAYS)
    found = f"{answer.protocol}, certificate for {left.days} days"
    return judged("TLS", host, good, found, "ACM renews certificates as long as their DNS records stand")


def _headers(host: str, answer: Answer) -> Finding:
    wrong = [name for name, holds in _HEADERS.items() if not holds(answer.headers.get(name, ""))]
    words = ", ".join(f"{name}: {answer.headers.get(name) or 'missing'}" for name in wrong)
    return judged("headers", host, not wrong, words or "all there", "see infra/edge/cache_policies.py")


def _through_cdn(host: str, answer: Answer) -> Finding:
    via = answer.headers.get("via", "")
    good = "cloudfront" in via.lower() and "x-amz-cf-id" in answer.headers
    found = "through CloudFront" if good else f"via: {via or 'missing'}"
    return judged("through the CDN", host, good, found, "the domain has to point to the distribution")


def _redirect(host: str) -> Finding:
    answer = ask_in_the_clear(host, "/")
    there = answer.headers.get("location", "")
    good = answer.status in _REDIRECTS and there.startswith("https://")
    found = answer.problem or f"HTTP {answer.status} {there}".strip()
    return judged("redirect to https", host, good, found, "the distribution redirects; is it asked at all?")


def _rolled_out(name: str, deployment: Mapping[str, Any]) -> Finding:
    """Kubernetes' own rule (`kubectl rollout status`): seen, all pods new, all of them available."""
    status, wanted = deployment.get("status", {}), deployment["spec"].get("replicas", 1)
    seen = status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    good = seen and updated >= wanted and available >= wanted and status.get("replicas", 0) <= updated
    return judged("pods", name, good, f"{available} of {wanted} available, {updated} new", _ROLLOUT)


def _seconds(value: str) -> int:
    found = re.search(r"max-age=(\d+)", value)
    return int(found[1]) if found else 0
