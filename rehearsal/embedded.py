"""The embedded parts of a session: its AWS, its clusters, and the providers in front of them.

All of them write down in one journal what happens to them, and take it up from there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import grpc

from rehearsal.aws.cloud import Cloud, NotBroughtBack
from rehearsal.aws.provider import AwsProvider
from rehearsal.kubernetes import Clusters, Installed, KubernetesProvider
from rehearsal.providers import server
from rehearsal.random import RandomProvider
from rehearsal.workspace.journal import Entry, Journal, JournalError
from rehearsal.workspace.stack_file import StackFile
from rehearsal.workspace.workspace import Workspace, WorkspaceError


class Embedded:
    """One environment's, as its journal says. The AWS comes back when it is first called.

    Args:
        workspace: has the journal.
        stack_file: says the account, and which version its clusters have.
        faults: called before every AWS call with service and operation; it may raise or wait.

    Raises:
        StackFileError: it names no account, and there was one.
        WorkspaceError: the journal is none.
    """

    def __init__(
        self, workspace: Workspace, stack_file: StackFile, faults: Callable[[str, str], None] | None = None
    ) -> None:
        if workspace.has_journal:
            stack_file.check_account()
        self._workspace = workspace
        self.accepted = False
        self.kubernetes_version = self._version_before = stack_file.kubernetes_version
        journal = Journal(workspace.journal)
        happened = _by_kind(journal, workspace)

        def kept(kind: str, name: str) -> Callable[[Any], None]:
            return lambda value: journal.append([{"kind": kind, name: value}])

        self.cloud = Cloud(stack_file.account, journal)
        self.cloud.before_call = faults
        self.clusters = Clusters(kept("kubernetes", "change"), self.cloud.reach.lost_cluster)
        self.clusters.replay(entry["change"] for entry in happened["kubernetes"])
        self.installed = Installed(kept("installed", "change"))
        self.installed.replay(entry["change"] for entry in happened["installed"])
        self.random = RandomProvider(record=kept("random", "made"))
        self.random.replay(entry["made"] for entry in happened["random"])

    @property
    def objects_are_accepted(self) -> bool:
        """Whether objects that stay pass: another version of Kubernetes may refuse what this one took."""
        return self.accepted and self.kubernetes_version == self._version_before

    def serve(self) -> tuple[list[grpc.Server], dict[str, int]]:
        """Starts the providers; their servers, and the port of each package's."""
        aws = AwsProvider(self.cloud, written_down=self.installed.note, is_accepted=lambda: self.accepted)
        kubernetes = KubernetesProvider(
            self.clusters,
            lambda _cluster: self.kubernetes_version,
            installed=self.installed,
            is_accepted=lambda: self.objects_are_accepted,
        )
        running, ports = [], {}
        for provider in (aws, self.random, kubernetes):
            started, ports[provider.package] = server.serve(provider)
            running.append(started)
        return running, ports

    def bring_back(self) -> None:
        """Has the AWS as it was, which otherwise waits for the first call.

        Raises:
            WorkspaceError: its journal cannot be carried out.
        """
        try:
            self.cloud.bring_back()
        except NotBroughtBack as error:
            raise _damaged(error, self._workspace) from error


def _by_kind(journal: Journal, workspace: Workspace) -> Mapping[str, list[Entry]]:
    """What the journal holds, read once for all who take it up again.

    Raises:
        WorkspaceError: it is no journal.
    """
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    try:
        for entry in journal.entries():
            found[str(entry.get("kind"))].append(entry)
    except JournalError as error:
        raise _damaged(error, workspace) from error
    return found


def _damaged(error: Exception, workspace: Workspace) -> WorkspaceError:
    return WorkspaceError(
        f"{error}. It was made by another version of the program or for another account; "
        f"`make reset ENV={workspace.environment}` throws it away."
    )
