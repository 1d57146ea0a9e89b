"""The embedded AWS itself: moto in this process, called through boto3, kept in a journal.

Calls are made one at a time: moto's backends are plain dictionaries, and the journal's order must
be the order in which things happened. A call takes about a millisecond. moto is loaded, and the journal
carried out, when the first one comes, which together take a second and more: a preview makes none.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import threading
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Self

import typer
from botocore import xform_name

from rehearsal.aws.accounts import ACROSS_ACCOUNTS, STARTED
from rehearsal.aws.moto_fixes import repair_moto
from rehearsal.aws.reach import Attempt, Reach
from rehearsal.aws.requests import Answer, Request, Requests
from rehearsal.providers.provider import ProviderError
from rehearsal.workspace.journal import CLIENTS, Entry, Journal, JournalError, decode

# Operations with these first words change nothing (AWS's own naming), so the journal leaves them out.
READING = ("describe_", "get_", "batch_get_", "list_", "head_", "lookup_", "search_")

# moto reads these from the environment. A thousand machine images that nobody starts take a second
# to load, in every region.
_MOTO_SETTINGS = {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}

# By service, region and account; moto answers or does not answer them as sessions come and go.
_CLIENTS: dict[tuple[str, str, str], Any] = {}


class NotBroughtBack(ProviderError):
    """What the journal holds cannot be carried out again: nobody knows what the embedded AWS was."""


class Cloud:
    """One account's AWS in all regions.

    `account` is the twelve-digit id that the stack is configured for: what AWS would answer to
    GetCallerIdentity. `journal` is carried out before the first call is.
    """

    def __init__(self, account: str, journal: Journal | None = None) -> None:
        self.account = account
        self._journal = journal or Journal()
        self._lock = threading.RLock()
        self._changes = 0
        self._created: dict[str, str] = {}
        self._orphans: dict[str, str] = {}
        self._started = False
        self._mock: Any = None
        self.failure: NotBroughtBack | None = None
        self._pending: list[Entry] | None = None
        self._requests: Requests | None = None
        self.before_call: Callable[[str, str], None] | None = None
        self.reach = Reach()

    @property
    def unreachable(self) -> set[str]:
        """The regions that do not answer; put one in to switch it off, take it out to switch it on again."""
        return self.reach.unreachable

    @property
    def attempts(self) -> list[Attempt]:
        """What was asked of regions that do not answer."""
        return self.reach.attempts

    @property
    def is_back(self) -> bool:
        """Whether there is anything of it in moto: from the first call to the stop."""
        return self._mock is not None

    def start(self) -> None:
        """From here on there are answers; what comes before the first is done when it is asked for."""
        self._started = True
        STARTED[self.account] = self

    def bring_back(self) -> None:
        """Starts moto empty and carries out what the journal holds, unless that has been done.

        Raises:
            NotBroughtBack: the journal holds what cannot be carried out; `failure` from then on.
        """
        with self._lock:
            if self.failure is not None:
                raise self.failure
            if self._started and self._mock is None:
                try:
                    self._start_moto()
                    self._carry_out(self._journal)
                except (NotBroughtBack, JournalError) as error:
                    self.failure = NotBroughtBack(str(error))
                    raise self.failure from error

    def _start_moto(self) -> None:
        from rehearsal.aws.moto_speed import quicken_moto

        os.environ.update(_MOTO_SETTINGS)
        _fill_backends_alike()
        repair_moto()
        quicken_moto()
        from moto import mock_aws

        # moto would run functions in containers; here they are made and read, and answer nothing.
        self._mock = mock_aws(
            config={"iam": {"load_aws_managed_policies": True}, "lambda": {"use_docker": False}}
        )
        self._mock.start(reset=False)
        self._forget_account()

    def _carry_out(self, journal: Journal) -> None:
        for entry in journal.entries():
            if entry.get("kind") == "aws":
                self._replay(entry)
            elif entry.get("kind") == CLIENTS:
                self._repeat(entry)
            elif entry.get("kind") == "created":
                self._created[entry["urn"]] = entry["id"]
            elif entry.get("kind") in ACROSS_ACCOUNTS:
                self._take_up(entry)

    def stop(self) -> None:
        """Stops moto; what happened stays in the journal."""
        with self._lock:
            self._started, self.failure = False, None
            if STARTED.get(self.account) is self:
                del STARTED[self.account]
            if self._mock is not None:
                self._mock.stop(remove_data=False)
                self._forget_account()
                self._mock = None
        self._journal.close()

    def __enter__(self) -> Self:
        self.start()
        self.bring_back()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def call(self, service: str, region: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer of one AWS operation (`describe_subnets`); raises `botocore.exceptions.ClientError`,
        `EndpointConnectionError` where the region does not answer, or `NotBroughtBack`."""
        if self.before_call is not None:
            self.before_call(service, operation)
        self.reach.check(service, region, operation)
        with self._lock:
            self.bring_back()
            if operation.startswith(READING):
                return self._send(service, region, operation, parameters)
            self._changes += 1
            answer = self._change(service, region, operation, parameters)
            self._keep(
                {
                    "kind": "aws",
                    "seed": self._changes,
                    "service": service,
                    "region": region,
                    "operation": operation,
                    "parameters": parameters,
                }
            )
            return answer

    def answer(self, request: Request) -> Answer:
        """The answer to a client's request over HTTP; what it has changed is kept as other changes are.

        Raises `EndpointConnectionError` where the region does not answer, or `NotBroughtBack`.
        """
        self.reach.check(request.service, request.region, xform_name(str(request)))
        with self._lock:
            self.bring_back()
            if not request.changes(READING):
                return self._ask(request)
            self._changes += 1
            self._seed(self._changes)
            answer = self._ask(request)
            if answer.succeeded:
                sent = {"variables": request.variables, "body": request.body}
                self._keep({"kind": CLIENTS, "seed": self._changes, **sent})
            return answer

    def take_up(self, entry: Entry) -> None:
        """Carries out what no call of this account says: what has come out of another one, or gone there.

        The journal keeps it, since the other account may not be there when this one comes back.
        """
        from moto.moto_api._internal import mock_random

        # It happens within a call of the other account, whose identifiers have to stay what they are.
        state = mock_random.getstate()
        try:
            with self._lock:
                self.bring_back()
                self._take_up(entry)
                self._keep(entry)
        finally:
            mock_random.setstate(state)

    def _take_up(self, entry: Entry) -> None:
        copies = importlib.import_module("rehearsal.aws.moto_backup_copies")
        copies.take_up(self.account, decode(entry))

    def creating(self, urn: str) -> _Creation:
        """Everything called inside is journaled together with the id that the resource got."""
        return _Creation(self, urn)

    def expect_orphans(self, known: Mapping[str, str]) -> None:
        """After a session was killed: what was made, but never reached the state (`known`: URN to id).

        Making such a resource again takes over the one that is there, as AWS itself does for a
        repeated request with the same client token, so that nothing is made twice. Raises `NotBroughtBack`.
        """
        self.bring_back()
        self._orphans = {urn: made for urn, made in self._created.items() if known.get(urn) != made}

    def take_orphan(self, urn: str) -> str | None:
        """The id of the resource that a killed session made for `urn`, once."""
        return self._orphans.pop(urn, None)

    def client(self, service: str, region: str) -> Any:
        """A boto3 client; making one costs some 20 ms, so they are kept for the whole process."""
        key = (service, region, self.account)
        with self._lock:
            self.bring_back()  # moto answers those clients alone that are made behind its import
            if key not in _CLIENTS:
                _CLIENTS[key] = self._make_client(service, region)
            return _CLIENTS[key]

    def _make_client(self, service: str, region: str) -> Any:
        if service == "eks":
            # moto makes up the clusters' endpoint when this module is imported, once for all.
            self._seed(0)
            importlib.import_module("moto.eks.models")
        from rehearsal.aws.moto_speed import make_client

        return make_client(service, region, self.account)

    def prepare(self, region: str, questions: Mapping[str, str]) -> None:
        """Asks each service its question in the background: until the engine asks there is time.

        A service's first answer takes long: its client and model, moto's routes, and what every account
        has (IAM's 1500 managed policies).
        """

        def ask() -> None:
            for service, operation in questions.items():
                with self._lock, contextlib.suppress(NotBroughtBack):  # told when the engine asks
                    if not self._started:
                        return
                    self._send(service, region, operation, {})

        threading.Thread(target=ask, daemon=True).start()

    def _change(
        self, service: str, region: str, operation: str, parameters: dict[str, Any]
    ) -> dict[str, Any]:
        """The change that `_changes` counts: the same count gives the same identifiers, on a replay too."""
        client = self.client(service, region)
        self._seed(self._changes)
        # botocore would make these up itself, at random; moto takes some of them for identifiers.
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        tokens = {
            member: str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.account}/{self._changes}/{member}"))
            for member in model.idempotent_members
        }
        return self._send(service, region, operation, tokens | parameters)

    def _send(self, service: str, region: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self.client(service, region), operation)(**parameters)
        answer.pop("ResponseMetadata", None)
        return answer

    def _forget_account(self) -> None:
        """moto is one for the whole process; another session's account must keep what it has."""
        from moto.core.base_backend import BackendDict

        in_use: list[Any] = list(BackendDict._instances)  # type: ignore[misc]
        for backend in in_use:
            backend.pop(self.account, None)
            # Bucket names are everybody's: S3 keeps whose each is beside the accounts.
            owners = getattr(backend, "bucket_accounts", {})
            for name in [name for name, owner in owners.items() if self.account in owner]:
                del owners[name]

    def _seed(self, number: int) -> None:
        # All of moto's identifiers come from this one generator; seeding it for each change makes a
        # replayed journal give every resource the identifier that it had.
        from moto.moto_api._internal import mock_random

        mock_random.seed(f"{self.account}/{number}")

    def _replay(self, entry: Entry) -> None:
        from botocore.exceptions import ClientError

        self._changes = entry["seed"]
        try:
            self._change(entry["service"], entry["region"], entry["operation"], decode(entry["parameters"]))
        except ClientError as error:
            raise NotBroughtBack(
                f"the embedded AWS cannot be brought back: {entry['operation']} failed on replay: {error}"
            ) from error

    def _repeat(self, entry: Entry) -> None:
        """Brings back what a client has changed. What hung on the time of day, as a message's receipt does,
        may be refused now: it is told, and everything else stands."""
        self._changes = entry["seed"]
        self._seed(self._changes)
        request = Request(entry["variables"], decode(entry["body"]))
        try:
            answer = self._ask(request)
            refused = "" if answer.succeeded else answer.status
        except Exception as error:  # noqa: BLE001  # moto's own mistake
            refused = f"{type(error).__name__}: {error}"
        if refused:
            typer.echo(f"warning: a client's {request} could not be repeated: {refused}", err=True)

    def _ask(self, request: Request) -> Answer:
        if self._requests is None:
            self._requests = Requests(self.account)
        return self._requests.send(request)

    def _keep(self, entry: Entry) -> None:
        if self._pending is not None:
            self._pending.append(entry)
        else:
            self._journal.append([entry])


@cache
def _fill_backends_alike() -> None:
    """Has moto fill each new backend (default VPC, managed policies) from a seed of its own.

    Backends come into being when they are first asked for, which may be in the middle of a change;
    then the identifiers that the change gives out would depend on what had been asked before it.
    """
    from moto.core.base_backend import AccountSpecificBackend
    from moto.moto_api._internal import mock_random

    original = AccountSpecificBackend.__getitem__

    def fill(backends: Any, region: str) -> Any:
        if backends.get("aws" if region == "global" else region) is not None:
            return original(backends, region)
        state = mock_random.getstate()
        mock_random.seed(f"{backends.account_id}/{backends.service_name}/{region}")
        try:
            return original(backends, region)
        finally:
            mock_random.setstate(state)

    AccountSpecificBackend.__getitem__ = fill  # type: ignore[method-assign]


class _Creation:
    """See `Cloud.creating`; `made(id)` names the resource as soon as the cloud has it."""

    def __init__(self, cloud: Cloud, urn: str) -> None:
        self._cloud = cloud
        self._urn = urn

    def __enter__(self) -> _Creation:
        self._cloud._lock.acquire()
        self._cloud._pending = []
        return self

    def made(self, identifier: str) -> None:
        """From here on the resource exists under `identifier`."""
        cloud = self._cloud
        assert cloud._pending is not None
        cloud._created[self._urn] = identifier
        cloud._pending.append({"kind": "created", "urn": self._urn, "id": identifier})
        self._flush()

    def _flush(self) -> None:
        pending, self._cloud._pending = self._cloud._pending, None
        if pending:
            self._cloud._journal.append(pending)

    def __exit__(self, *exception: object) -> None:
        try:
            self._flush()
        finally:
            self._cloud._lock.release()
