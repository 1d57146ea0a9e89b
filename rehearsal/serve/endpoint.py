"""`make serve`: the embedded AWS on a loopback port, for the AWS CLI, boto3 or an application."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rehearsal.console import Terminal
from rehearsal.deploy import outputs_of
from rehearsal.drift import Application, Operations
from rehearsal.inventory import Inventory
from rehearsal.kubernetes.api import KubernetesApi
from rehearsal.serve.http_server import Server
from rehearsal.serve.invocations import Invocations
from rehearsal.serve.lambda_runtime import Behind
from rehearsal.serve.local_clients import LocalClients
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace, WorkspaceError

# Those below belong to the system, and nobody else may listen there.
_PORTS = range(1024, 65536)


class PortInUse(WorkspaceError):
    """Something else listens on the port."""


def serve_environment(
    root: Path,
    environment: str,
    engine: Path,
    workspace: Workspace,
    *,
    port: int,
    system: Path | None = None,
    data: bool = False,
) -> None:
    """Deploys, then answers AWS calls on 127.0.0.1:`port` until Ctrl-C.

    What clients change stays in the environment, and is drift until a deployment or a refresh. With `data`
    real servers stand behind the databases; what they hold is gone at the end.
    """
    check_port(port)
    terminal = Terminal()
    with Session(
        root, environment, engine, workspace, checkpoints=False, system=system, data=data
    ) as session:
        with terminal.progress(f"up {environment}") as progress:
            session.up(progress)
        session.bring_cloud_back()
        state = session.export()
        terminal.inventory(Inventory.of(state))
        terminal.outputs(outputs_of(state))
        region = str(session.region)
        clients = Operations(LocalClients(answers(session, root, port), port), session)
        server = make_server(port, clients)
        terminal.out.print(f"\nThe embedded AWS of {environment} answers on http://127.0.0.1:{port}. Paste:")
        terminal.out.print(
            "  export AWS_ACCESS_KEY_ID=embedded AWS_SECRET_ACCESS_KEY=embedded "
            f"AWS_DEFAULT_REGION={region}\n"
            f"  aws --endpoint-url http://127.0.0.1:{port} rds describe-db-instances",
            markup=False,
        )
        if data:
            from rehearsal.datastores.table import show_servers

            show_servers(terminal, session.datastores, port)
        terminal.out.print("Ctrl-C stops it.")
        _stop_on_signals()
        try:
            with clients.announced(port):
                server.serve_forever()
        except KeyboardInterrupt:
            terminal.say("stopped")
        finally:
            server.server_close()


def answers(session: Session, root: Path, port: int) -> KubernetesApi:
    """What a session answers to requests: its AWS in all its protocols, calls of functions, its clusters.

    Args:
        session: with all of them.
        root: the checkout whose functions may run.
        port: of this machine, under which functions reach it.
    """
    from rehearsal.aws.rpc_v2 import speaking_cbor

    behind = session.datastores.behind if session.data else Behind
    called = Invocations(session.cloud, root, ("127.0.0.1", port), behind)
    return KubernetesApi(session.cloud, session.clusters, speaking_cbor(called))


def check_port(port: int) -> None:
    """Raises PortInUse when `port` on the loopback address cannot be had."""
    if port not in _PORTS:
        raise PortInUse(f"port {port}: found no such port; allowed: {_PORTS.start} to {_PORTS.stop - 1}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortInUse(
                f"port {port} on 127.0.0.1 is in use ({error.strerror}). "
                f"Stop what listens there or take another: make serve PORT={min(port + 1, _PORTS.stop - 1)}"
            ) from None


def make_server(port: int, application: Application) -> Server:
    """A server on a loopback port, a thread for each connection."""
    return Server(port, application)


@contextmanager
def serving(port: int, application: Application) -> Iterator[str]:
    """Serves it from a thread of its own, until the end; gives its address."""
    server = make_server(port, application)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _stop_on_signals() -> None:
    """Ctrl-C and a plain `kill` end the server alike, also where a shell has put it in the background."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
