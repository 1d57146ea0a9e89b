"""The controls of Kubernetes' "Pod Security Standards": what each finds wrong with a pod, and in which words.

Order and wording are those of its admission plugin (k8s.io/pod-security-admission); which control counts
where is in rehearsal/kubernetes/pod_security.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

_APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
# Linux capabilities that a container may add, of those that container runtimes give by default.
_CAPABILITIES = frozenset(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID"
    " SYS_CHROOT".split()
)
_PROFILES = ("RuntimeDefault", "Localhost")
_SELINUX_TYPES = {0: ("", "container_t", "container_init_t", "container_kvm_t"), 31: ("container_engine_t",)}
_SYSCTLS = {
    0: "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start"
    " net.ipv4.ping_group_range net.ipv4.tcp_syncookies",
    27: "net.ipv4.ip_local_reserved_ports",
    29: "net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes"
    " net.ipv4.tcp_keepalive_time",
    32: "net.ipv4.tcp_rmem net.ipv4.tcp_wmem",
    37: "net.ipv4.tcp_notsent_lowat net.ipv4.tcp_slow_start_after_idle",
}
_VOLUMES = frozenset(
    "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret".split()
)


@dataclass(frozen=True)
class Pod:
    metadata: Mapping[str, Any]
    spec: Mapping[str, Any]
    minor: int

    @property
    def containers(self) -> Iterator[Mapping[str, Any]]:
        for kind in ("initContainers", "containers", "ephemeralContainers"):
            yield from self.spec.get(kind) or ()

    @property
    def context(self) -> Mapping[str, Any]:
        return self.spec.get("securityContext") or {}

    @property
    def is_windows(self) -> bool:
        return (self.spec.get("os") or {}).get("name") == "windows"

    @property
    def has_users_of_its_own(self) -> bool:
        """User namespaces count from 1.35 on."""
        return self.minor >= 35 and self.spec.get("hostUsers") is False

    def named(self, wrong: Callable[[Mapping[str, Any]], object]) -> list[str]:
        """The names of the containers for which `wrong` is true."""
        return [str(container.get("name")) for container in self.containers if wrong(container)]

    def settings(self, field: str) -> Iterator[tuple[str | None, Any]]:
        """A field of every security context that has it, with the container's name; None for the pod's."""
        if self.context.get(field) is not None:
            yield None, self.context[field]
        for container in self.containers:
            if (value := _context(container).get(field)) is not None:
                yield str(container.get("name")), value


class Found(NamedTuple):
    reason: str
    detail: str = ""


def _context(container: Mapping[str, Any]) -> Mapping[str, Any]:
    return container.get("securityContext") or {}


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


def _counted(word: str, items: Sequence[object]) -> str:
    return word if len(items) == 1 else f"{word}s"


def _containers(names: Sequence[str]) -> str:
    return f"{_counted('container', names)} {_quoted(names)}"


def _setters(names: Sequence[str | None]) -> str:
    """Who has set something: `pod and containers "a", "b"`."""
    containers = [name for name in names if name is not None]
    return " and ".join(
        [*(["pod"] if None in names else []), *([_containers(containers)] if containers else [])]
    )


def app_armor(pod: Pod) -> Found | None:
    wrong = [
        (name, profile["type"])
        for name, profile in pod.settings("appArmorProfile")
        if profile.get("type") not in _PROFILES
    ]
    annotations = sorted(
        f'{key}="{value}"'
        for key, value in (pod.metadata.get("annotations") or {}).items()
        if key.startswith(_APPARMOR_ANNOTATION)
        and not (value in ("", "runtime/default") or value.startswith("localhost/"))
    )
    if not wrong and not annotations:
        return None
    values = [*sorted({value for _, value in wrong}), *annotations]
    setters = [text for text in [_setters([name for name, _ in wrong])] if text]
    setters += [_counted("annotation", annotations)] if annotations else []
    detail = f"{' and '.join(setters)} must not set AppArmor profile type to {_quoted(values)}"
    return Found(_counted("forbidden AppArmor profile", values), detail)


def _added(container: Mapping[str, Any]) -> set[str]:
    return set((_context(container).get("capabilities") or {}).get("add") or ())


def too_many_capabilities(pod: Pod) -> Found | None:
    names = pod.named(lambda container: _added(container) - _CAPABILITIES)
    if not names:
        return None
    added = sorted(set[str]().union(*(_added(one) - _CAPABILITIES for one in pod.containers)))
    detail = f"{_containers(names)} must not include {_quoted(added)} in securityContext.capabilities.add"
    return Found("non-default capabilities", detail)


def host_namespaces(pod: Pod) -> Found | None:
    shared = [f"{name}=true" for name in ("hostNetwork", "hostPID", "hostIPC") if pod.spec.get(name)]
    return Found("host namespaces", ", ".join(shared)) if shared else None


def host_paths(pod: Pod) -> Found | None:
    names = [volume["name"] for volume in pod.spec.get("volumes") or () if volume.get("hostPath") is not None]
    return Found("hostPath volumes", f"{_counted('volume', names)} {_quoted(names)}") if names else None


def _host_ports_of(container: Mapping[str, Any]) -> set[str]:
    return {str(port["hostPort"]) for port in container.get("ports") or () if port.get("hostPort")}


def host_ports(pod: Pod) -> Found | None:
    names = pod.named(_host_ports_of)
    if not names:
        return None
    used = sorted(set[str]().union(*map(_host_ports_of, pod.containers)))
    verb = "uses" if len(names) == 1 else "use"
    return Found("hostPort", f"{_containers(names)} {verb} {_counted('hostPort', used)} {', '.join(used)}")


def _probed_hosts_of(container: Mapping[str, Any]) -> set[str]:
    lifecycle = container.get("lifecycle") or {}
    handlers = [container.get(f"{kind}Probe") for kind in ("liveness", "readiness", "startup")]
    handlers += [lifecycle.get("postStart"), lifecycle.get("preStop")]
    return {
        action["host"]
        for handler in handlers
        for action in ((handler or {}).get("httpGet"), (handler or {}).get("tcpSocket"))
        if action and action.get("host")
    }


def probed_hosts(pod: Pod) -> Found | None:
    names = sorted(pod.named(_probed_hosts_of))
    if not names:
        return None
    hosts = sorted(set[str]().union(*map(_probed_hosts_of, pod.containers)))
    verb, what = "uses" if len(names) == 1 else "use", "probe or lifecycle host"
    return Found(what, f"{_containers(names)} {verb} {_counted(what, hosts)} {_quoted(hosts)}")


def privileged(pod: Pod) -> Found | None:
    names = pod.named(lambda container: _context(container).get("privileged"))
    return (
        Found("privileged", f"{_containers(names)} must not set securityContext.privileged=true")
        if names
        else None
    )


def proc_mount(pod: Pod) -> Found | None:
    wrong = [(name, value) for name, value in pod.settings("procMount") if value != "Default"]
    return _forbidden("procMount", "procMount", wrong)


def _forbidden(what: str, field: str, wrong: Sequence[tuple[str | None, str]]) -> Found | None:
    """Values that a field of a security context may not have, by who sets them."""
    if not wrong:
        return None
    setters = _setters([name for name, _ in wrong])
    values = _quoted(sorted({value for _, value in wrong}))
    return Found(what, f"{setters} must not set securityContext.{field} to {values}")


def proc_mount_unless_users(pod: Pod) -> Found | None:
    return None if pod.has_users_of_its_own else proc_mount(pod)


def selinux(pod: Pod) -> Found | None:
    allowed = {name for since, names in _SELINUX_TYPES.items() if since <= pod.minor for name in names}
    wrong = [
        (name, options)
        for name, options in pod.settings("seLinuxOptions")
        if options.get("type", "") not in allowed or options.get("user") or options.get("role")
    ]
    if not wrong:
        return None
    types = sorted({options.get("type", "") for _, options in wrong} - allowed)
    told = [f"{_counted('type', types)} {_quoted(types)}"] if types else []
    told += [
        f"{field} may not be set" for field in ("user", "role") if any(one.get(field) for _, one in wrong)
    ]
    setters = _setters([name for name, _ in wrong])
    return Found(
        "seLinuxOptions", f"{setters} set forbidden securityContext.seLinuxOptions: {'; '.join(told)}"
    )


def seccomp(pod: Pod) -> Found | None:
    wrong = [
        (name, profile.get("type", ""))
        for name, profile in pod.settings("seccompProfile")
        if profile.get("type") not in _PROFILES
    ]
    return _forbidden("seccompProfile", "seccompProfile.type", wrong)


def seccomp_required(pod: Pod) -> Found | None:
    if pod.is_windows:
        return None
    if found := seccomp(pod):
        return found
    if pod.context.get("seccompProfile"):
        return None
    names = pod.named(lambda container: not _context(container).get("seccompProfile"))
    detail = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return Found("seccompProfile", f"pod or {_containers(names)} {detail}") if names else None


def sysctls(pod: Pod) -> Found | None:
    allowed = {name for since, names in _SYSCTLS.items() if since <= pod.minor for name in names.split()}
    names = [one["name"] for one in pod.context.get("sysctls") or () if one["name"] not in allowed]
    return Found("forbidden sysctls", ", ".join(names)) if names else None


def windows_host(pod: Pod) -> Found | None:
    names = [name for name, options in pod.settings("windowsOptions") if options.get("hostProcess")]
    if not names:
        return None
    return Found(
        "hostProcess", f"{_setters(names)} must not set securityContext.windowsOptions.hostProcess=true"
    )


def escalation(pod: Pod) -> Found | None:
    names = pod.named(lambda container: _context(container).get("allowPrivilegeEscalation") is not False)
    if pod.is_windows or not names:
        return None
    detail = f"{_containers(names)} must set securityContext.allowPrivilegeEscalation=false"
    return Found("allowPrivilegeEscalation != false", detail)


def capabilities(pod: Pod) -> Found | None:
    if pod.is_windows:
        return None
    keeping = pod.named(
        lambda one: "ALL" not in ((_context(one).get("capabilities") or {}).get("drop") or ())
    )
    adding = pod.named(lambda one: _added(one) - {"NET_BIND_SERVICE"})
    told = []
    if keeping:
        told.append(f'{_containers(keeping)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        added = sorted(set[str]().union(*map(_added, pod.containers)) - {"NET_BIND_SERVICE"})
        where = "in securityContext.capabilities.add"
        told.append(f"{_containers(adding)} must not include {_quoted(added)} {where}")
    return Found("unrestricted capabilities", "; ".join(told)) if told else None


def volumes(pod: Pod) -> Found | None:
    # One without a type is an emptyDir.
    kinds = {
        volume["name"]: next(iter(volume.keys() - {"name"}))
        for volume in pod.spec.get("volumes") or ()
        if volume.keys() - {"name"} - _VOLUMES
    }
    if not kinds:
        return None
    names, used = list(kinds), sorted(set(kinds.values()))
    verb = "uses" if len(names) == 1 else "use"
    detail = f"{_counted('volume', names)} {_quoted(names)} {verb} {_counted('restricted volume type', used)}"
    return Found("restricted volume types", f"{detail} {_quoted(used)}")


def non_root(pod: Pod) -> Found | None:
    if pod.has_users_of_its_own:
        return None
    refusing = [name for name, value in pod.settings("runAsNonRoot") if value is False]
    if refusing:
        return Found(
            "runAsNonRoot != true", f"{_setters(refusing)} must not set securityContext.runAsNonRoot=false"
        )
    names = pod.named(lambda container: _context(container).get("runAsNonRoot") is None)
    if pod.context.get("runAsNonRoot") or not names:
        return None
    detail = f"pod or {_containers(names)} must set securityContext.runAsNonRoot=true"
    return Found("runAsNonRoot != true", detail)


def root_user(pod: Pod) -> Found | None:
    names = [name for name, value in pod.settings("runAsUser") if value == 0]
    if pod.has_users_of_its_own or not names:
        return None
    return Found("runAsUser=0", f"{_setters(names)} must not set runAsUser=0")
