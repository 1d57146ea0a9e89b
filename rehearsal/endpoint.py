"""`make serve`: the embedded AWS on a loopback port, for the AWS CLI, boto3 or an application."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rehearsal.console import Terminal
from rehearsal.deploy import outputs_of
from rehearsal.inventory import Inventory
from rehearsal.session import Session
from rehearsal.workspace import Workspace, WorkspaceError


class PortInUse(WorkspaceError):
    """Something else listens on the port."""


def serve_environment(
    root: Path, environment: str, engine: Path, workspace: Workspace, *, port: int, system: Path | None = None
) -> None:
    """Deploys, then answers AWS calls on 127.0.0.1:`port` until Ctrl-C.

    What clients change is gone when the server stops: only deployments are kept in the journal.
    """
    check_port(port)
    terminal = Terminal()
    with Session(root, environment, engine, workspace, checkpoints=False, system=system) as session:
        with terminal.progress(f"up {environment}") as progress:
            session.up(progress)
        state = session.export()
        terminal.inventory(Inventory.of(state))
        terminal.outputs(outputs_of(state))
        region = str(session.region)
        server = make_server(port, session.cloud.account)
        terminal.out.print(f"\nThe embedded AWS of {environment} answers on http://127.0.0.1:{port}. Paste:")
        terminal.out.print(
            "  export AWS_ACCESS_KEY_ID=embedded AWS_SECRET_ACCESS_KEY=embedded "
            f"AWS_DEFAULT_REGION={region}\n"
            f"  aws --endpoint-url http://127.0.0.1:{port} rds describe-db-instances",
            markup=False,
        )
        terminal.out.print("Ctrl-C stops it.")
        _stop_on_signals()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            terminal.say("stopped")
        finally:
            server.server_close()


def check_port(port: int) -> None:
    """Raises PortInUse when `port` on the loopback address is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortInUse(
                f"port {port} on 127.0.0.1 is in use ({error.strerror}). "
                f"Stop what listens there or take another: make serve PORT={port + 1}"
            ) from None


def make_server(port: int, account: str) -> Any:
    """moto's own server application on a loopback port, for one account."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server as make_werkzeug_server

    application = _in_account(DomainDispatcherApplication(create_backend_app), account)
    _quiet_requests()
    return make_werkzeug_server("127.0.0.1", port, application, threaded=True)


def _in_account(application: Callable[..., Any], account: str) -> Callable[..., Any]:
    """Every caller is the environment's account: moto would take its default one."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        return application(environ, start_response)

    return call


def _stop_on_signals() -> None:
    """Ctrl-C and a plain `kill` end the server alike, also where a shell has put it in the background."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def _quiet_requests() -> None:
    import logging

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
