"""A Kubernetes control plane on loopback: etcd, the API server, and the controllers that admission needs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from rehearsal.apiserver.client import Client
from rehearsal.apiserver.programs import Programs
from rehearsal.datastores.processes import (
    LOOPBACK,
    Process,
    free_port,
    listens,
    make_folder,
    reachable,
    temporary_folder,
)

# What EKS has on in every platform version of 1.35 (EKS user guide, "View Amazon EKS platform versions for
# each Kubernetes version").
ADMISSION = (
    "NodeRestriction",
    "ExtendedResourceToleration",
    "NamespaceLifecycle",
    "LimitRanger",
    "ServiceAccount",
    "TaintNodesByCondition",
    "PodSecurity",
    "Priority",
    "DefaultTolerationSeconds",
    "DefaultStorageClass",
    "StorageObjectInUseProtection",
    "PersistentVolumeClaimResize",
    "RuntimeClass",
    "CertificateApproval",
    "CertificateSigning",
    "CertificateSubjectRestriction",
    "DefaultIngressClass",
    "MutatingAdmissionWebhook",
    "ValidatingAdmissionWebhook",
    "ResourceQuota",
)

# Namespaces' own service accounts and certificates, quotas' limits in their status, and the rules of the
# aggregated roles `view` and `edit` are made by controllers. Those that make pods are left out: what is not
# there cannot run, and the pods are asked about one by one.
CONTROLLERS = (
    "clusterrole-aggregation-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
)

_ISSUER = "https://kubernetes.default.svc"


@contextmanager
def control_plane(programs: Programs) -> Iterator[Client]:
    """A server without an object of ours, while it lasts; gone afterwards, however this process ends.

    Raises:
        NoServer: a program does not start.
    """
    with temporary_folder() as folder, ExitStack() as running:
        store = free_port()
        etcd = _etcd(programs, folder, store)
        running.callback(etcd.stop)
        token = secrets.token_hex(16)
        port, server = free_port(), make_folder(folder / "server")
        # Read by the server's user as well, which is nobody else's.
        _write(server / "tokens.csv", f"{token},administrator,administrator,system:masters\n")
        _write_keys(server)
        process, client = _api_server(programs, folder, port, token, store)
        running.callback(process.stop)
        running.callback(client.close)
        controllers = _controllers(programs, folder, port, token)
        running.callback(controllers.stop)
        yield client


def _etcd(programs: Programs, folder: Path, port: int) -> Process:
    data = make_folder(folder / "etcd")
    command: list[str | Path] = [
        reachable(programs.etcd, folder),
        f"--data-dir={data}",
        f"--listen-client-urls=http://{LOOPBACK}:{port}",
        f"--advertise-client-urls=http://{LOOPBACK}:{port}",
        f"--listen-peer-urls=http://{LOOPBACK}:{free_port()}",
        # Nothing of it outlives the process.
        "--unsafe-no-fsync",
        "--log-level=error",
    ]
    return Process.start(command, folder / "etcd.log", lambda: listens(port))


def _api_server(
    programs: Programs, folder: Path, port: int, token: str, store: int
) -> tuple[Process, Client]:
    server = folder / "server"
    certificate = server / "apiserver.crt"
    command: list[str | Path] = [
        reachable(programs.api_server, folder),
        f"--etcd-servers=http://{LOOPBACK}:{store}",
        f"--secure-port={port}",
        f"--bind-address={LOOPBACK}",
        f"--advertise-address={LOOPBACK}",
        # The Service of the API itself would have an address of loopback, which no endpoint may have.
        "--endpoint-reconciler-type=none",
        f"--cert-dir={server}",
        f"--token-auth-file={server / 'tokens.csv'}",
        f"--service-account-issuer={_ISSUER}",
        f"--service-account-key-file={server / 'public.pem'}",
        f"--service-account-signing-key-file={server / 'private.pem'}",
        "--service-cluster-ip-range=172.20.0.0/16",
        "--authorization-mode=Node,RBAC",
        f"--enable-admission-plugins={','.join(ADMISSION)}",
        # Whether a pod may be privileged is for pod security to say, as on EKS.
        "--allow-privileged=true",
    ]
    clients: list[Client] = []

    def ready() -> None:
        listens(port)
        clients[:] = clients or [Client(port, token, str(certificate))]
        answer = clients[0].request("GET", "/readyz")
        if answer.refusal is not None:
            raise OSError(answer.refusal)

    return Process.start(command, folder / "apiserver.log", ready), clients[0]


def _controllers(programs: Programs, folder: Path, port: int, token: str) -> Process:
    server = folder / "server"
    kubeconfig = server / "kubeconfig"
    _write(kubeconfig, _kubeconfig(port, server / "apiserver.crt", token))
    command: list[str | Path] = [
        reachable(programs.controllers, folder),
        f"--kubeconfig={kubeconfig}",
        f"--controllers={','.join(CONTROLLERS)}",
        f"--root-ca-file={server / 'apiserver.crt'}",
        "--leader-elect=false",
        # Nobody asks it anything.
        "--secure-port=0",
    ]
    return Process.start(command, folder / "controllers.log", lambda: None)


def _kubeconfig(port: int, certificate: Path, token: str) -> str:
    cluster = {"server": f"https://{LOOPBACK}:{port}", "certificate-authority": str(certificate)}
    # YAML, of which JSON is a part.
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "clusters": [{"name": "here", "cluster": cluster}],
            "users": [{"name": "here", "user": {"token": token}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}],
        }
    )


def _write_keys(folder: Path) -> None:
    """Those that sign the tokens of service accounts."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    _write(folder / "private.pem", private.decode())
    _write(folder / "public.pem", public.decode())


def _write(file: Path, text: str) -> None:
    """A file that the server's user can read, in a folder that is closed to others."""
    file.write_text(text, encoding="utf-8")
    file.chmod(0o644)
