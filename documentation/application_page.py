"""`docs/application.md`: what the platform gives to a service, and what it expects of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from commands.markdown import table
from documentation.graph import GENERATED
from infra.configuration.platform_variables import ALWAYS, DATABASE, OTHERS, REDIS, RESTORE_TEST
from infra.configuration.pod_lifecycle import (
    FAILURE_THRESHOLD,
    GRACE_SECONDS,
    LEAVE_SECONDS,
    PROBE_PERIOD_SECONDS,
    PROBE_TIMEOUT_SECONDS,
    PROGRESS_DEADLINE_SECONDS,
    STARTUP_ATTEMPTS,
    STARTUP_PERIOD_SECONDS,
)
from infra.kubernetes import pods
from infra.monitoring.alarm import Alarm
from infra.monitoring.application_metrics import METRICS, NAMESPACE, ApplicationMetric
from infra.monitoring.service_log import EVENTS, FIELDS, INVALID_SIGNATURE_EVENT, Line

# A moment for the examples, in milliseconds.
_TIMESTAMP = 1_790_000_000_000
_EXAMPLES = {"Environment": "prod", "Service": "worker", "Queue": "webhooks"}


def application_page(catalogue: Iterable[Alarm]) -> str:
    """The page; `catalogue` has the alarms, to name those that look at each metric."""
    lines = [
        "# For the people who write the applications",
        "",
        "What a service of the system file is given, and what it has to do so that the platform can keep its",
        "promises. A log file is checked with",
        "",
        "    python -m operations check-logs FILE --service NAME",
        "",
        "which says which alarms could never fire with it.",
        "",
        *_given(),
        "",
        *_expected(),
        "",
        *_restore_test(),
        "",
        *_log(),
        "",
        *_metrics(list(catalogue)),
    ]
    return GENERATED + "\n".join(lines) + "\n"


def _given() -> list[str]:
    rows = [
        *_variables(ALWAYS, "every service"),
        *_variables(DATABASE, "`database: true`"),
        *_variables(REDIS, "`redis: true`"),
        *_variables(RESTORE_TEST, "the weekly restore test"),
        *((name, who, meaning) for name, (who, meaning) in OTHERS.items()),
    ]
    return [
        "## What it is given",
        "",
        "Environment variables, beside its own `variables` and `secrets`:",
        "",
        *table(("variable", "who gets it", "what it holds"), [(f"`{name}`", *rest) for name, *rest in rows]),
        "",
        "A variable does not change while a process lives. When a secret does, the pods are replaced one",
        "after the other; old and new value are both valid until long after that.",
        "",
        "Beside the variables a pod has:",
        "",
        "- an identity in AWS of its own, which the SDKs find by themselves (EKS Pod Identity): it reads and",
        "  writes the service's `buckets` and nothing else. There are no keys to configure;",
        f"- user {pods.USER}, without any privilege, and a root file system that cannot be written;",
        "- `/tmp`, empty at each start. What is written there is gone with the pod;",
        "- the network: other services that are `exposed` (`http://<service>`), the database and Redis where",
        "  it says so, AWS's APIs, and the internet on port 443 and the ports of `egress`.",
    ]


def _variables(described: Mapping[str, str], who: str) -> Iterator[tuple[str, str, str]]:
    for name, meaning in described.items():
        yield name, who, meaning


def _expected() -> list[str]:
    startup = STARTUP_ATTEMPTS * STARTUP_PERIOD_SECONDS
    deadline = PROGRESS_DEADLINE_SECONDS // 60
    failed = FAILURE_THRESHOLD * PROBE_PERIOD_SECONDS
    return [
        "## What it has to do",
        "",
        *table(
            ("what", "how", "otherwise"),
            [
                (
                    "listen on `PORT`",
                    "on all addresses, HTTP without TLS; workers too, for the probes alone",
                    "the pod never becomes ready",
                ),
                (
                    "answer `health.live`",
                    f"2xx within {PROBE_TIMEOUT_SECONDS} s, at the latest {startup} s after the start",
                    f"after {FAILURE_THRESHOLD} failures ({failed} s) the container is restarted",
                ),
                (
                    "answer `health.ready`",
                    "2xx when requests can be served; with a `route` it is asked from the internet as well",
                    f"no requests after {FAILURE_THRESHOLD} failures; a release fails in {deadline} min",
                ),
                (
                    "end on SIGTERM",
                    f"finish what is under way within {GRACE_SECONDS - LEAVE_SECONDS} s",
                    "what is under way is cut off",
                ),
                (
                    "keep no state",
                    "sessions in Redis, files in buckets",
                    "it is lost with each release: there are always several pods",
                ),
                (
                    "migrate forwards",
                    "the release before serves while it runs, and after a rollback; it knows of no feature",
                    "errors during each release; a rollback that does not help",
                ),
                (
                    "write its log to standard output",
                    "one JSON object a line, at most 32 KiB",
                    "longer lines never arrive; in others no field is found",
                ),
            ],
        ),
        "",
        "`health.live` asks the process alone: a database that is away is no reason to restart it.",
        f"SIGTERM comes {LEAVE_SECONDS} s after a pod has begun to leave: until then it gets requests.",
    ]


def _restore_test() -> list[str]:
    minutes = PROGRESS_DEADLINE_SECONDS // 60
    return [
        "## What it says of a restored database",
        "",
        "Once a week the database is restored beside the one that serves. With `restoreTest` in the system",
        "file the application says whether it can work with what has come back: a service is started against",
        "it until it is ready (`readiness`), or a command runs against it (`command`), or the command when",
        "the service is ready. Both are containers of one Job:",
        "",
        "- They have the service's image and plain variables, `RESTORE_TEST`, which is `true`, and",
        "  `DATABASE_URL`, which leads to the restored database, as a user of its own that may do there what",
        "  the service may do at home.",
        "- They have none of the service's `secrets`, no Redis, no buckets and no identity in AWS, and reach",
        "  nothing but that database: no queue, no payment, no mail. They have to start without them.",
        "- They may write: the database is removed afterwards.",
        f"- The service has {minutes} min until `health.ready` answers 2xx or 3xx. Where `RESTORE_TEST` is",
        "  `true` that asks the database alone: there is no Redis to ask. And nothing begins by itself then,",
        "  no queue and no clock. One that ends before it is ready fails the test: it is not started again.",
        "- The command ends with 0 when all is well. With anything else, or when all of it takes longer than",
        "  `deadline`, the restore test fails and pages. What the probe was told and the end of what was",
        "  written, some 180 characters, are in the record: the last lines say what is wrong, and name",
        "  nobody.",
    ]


def _log() -> list[str]:
    request = {name: field.example for name, field in FIELDS.items() if field.line is not Line.EVENT}
    event = {
        **{name: field.example for name, field in FIELDS.items() if field.line is Line.EVERY},
        "event": INVALID_SIGNATURE_EVENT,
        "message": "a webhook's signature is wrong",
        "level": "warn",
        "provider": "stripe",
    }
    return [
        "## Its log",
        "",
        *table(
            ("field", "kind", "on", "what it holds"),
            [
                (f"`{name}`", field.kind, field.line, field.meaning.replace("|", "\\|"))
                for name, field in FIELDS.items()
            ],
        ),
        "",
        "A number in quotes is text, which no filter counts. For example:",
        "",
        *_json_lines([request, event]),
        "",
        "Events that are counted, or that the saved queries ask for:",
        "",
        *table(
            ("event", "further fields"),
            [(f"`{name}`", ", ".join(f"`{each}`" for each in further)) for name, further in EVENTS.items()],
        ),
        "",
        "E-mail addresses, card numbers, addresses and credentials are masked in CloudWatch; better, they",
        "are never written.",
    ]


def _metrics(catalogue: Sequence[Alarm]) -> list[str]:
    lines = [
        "## Its metrics",
        "",
        f"Metrics of the namespace `{NAMESPACE}` are lines of the same log, in CloudWatch's embedded metric",
        "format: no call, no permission, no agent to talk to. CloudWatch knows a metric by its dimensions:",
        "one more, or one less, is another metric that no alarm looks at. `Environment` is the variable",
        "ENVIRONMENT.",
    ]
    for name, metric in METRICS.items():
        alarms = [alarm for alarm in catalogue if _looks_at(alarm, name)]
        lines += [
            "",
            f"### {name}",
            "",
            f"{metric.meaning[0].upper()}{metric.meaning[1:]}.",
            "",
            *table(
                ("unit", "dimensions", "published", "by"),
                [(metric.unit, ", ".join(metric.all_dimensions), metric.rhythm, metric.publisher)],
            ),
            "",
            *_json_lines([example(name, metric)]),
            "",
            *(f"- {alarm.row}, {alarm.severity}: {alarm.condition}" for alarm in alarms),
        ]
    return lines


def _looks_at(alarm: Alarm, metric: str) -> bool:
    return any(each.namespace == NAMESPACE and each.metric == metric for each in alarm.measures.values())


def example(name: str, metric: ApplicationMetric) -> dict[str, object]:
    """A line that publishes a metric."""
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(metric.all_dimensions)],
        "Metrics": [{"Name": name, "Unit": metric.unit}],
    }
    return {
        "_aws": {"Timestamp": _TIMESTAMP, "CloudWatchMetrics": [directive]},
        **{dimension: _EXAMPLES[dimension] for dimension in metric.all_dimensions},
        name: 1,
    }


def _json_lines(lines: Iterable[Mapping[str, object]]) -> list[str]:
    return ["```json", *(json.dumps(line) for line in lines), "```"]
