"""Mistakes in the pods that an object asks for."""

from __future__ import annotations

from rehearsal.apiserver.mistakes.changes import Mistake, also, in_container, in_pods, mistakes, put, twice

_WORKLOADS = "CronJob Deployment Job"

_PODS = {
    "shares the node's network": in_pods(put("spec.hostNetwork", True)),
    "sees the node's processes": in_pods(put("spec.hostPID", True)),
    "mounts a folder of the node": in_pods(also("spec.volumes", {"name": "node", "hostPath": {"path": "/"}})),
    "may run as root": in_pods(put("spec.securityContext.runAsNonRoot", False)),
    "has user 0": in_pods(put("spec.securityContext.runAsUser", 0)),
    "has no profile of system calls": in_pods(
        put("spec.securityContext.seccompProfile", {"type": "Unconfined"})
    ),
    "sets a parameter of the kernel": in_pods(
        put("spec.securityContext.sysctls", [{"name": "kernel.msgmax", "value": "1"}])
    ),
    "has a service account that is not there": in_pods(put("spec.serviceAccountName", "nobody")),
    "has a priority that is not there": in_pods(put("spec.priorityClassName", "nothing")),
    "has a runtime that is not there": in_pods(put("spec.runtimeClassName", "nothing")),
    "restarts in a way that is none": in_pods(put("spec.restartPolicy", "Sometimes")),
    "ends before it begins": in_pods(put("spec.terminationGracePeriodSeconds", -1)),
    "may run for no time": in_pods(put("spec.activeDeadlineSeconds", 0)),
    "asks DNS in a way that is none": in_pods(put("spec.dnsPolicy", "Somehow")),
    "has its own DNS and no server": in_pods(put("spec.dnsPolicy", "None")),
    "has a host name with a capital": in_pods(put("spec.hostname", "Web")),
    "is scheduled by a key that is none": in_pods(put("spec.nodeSelector", {"a b": "c"})),
    "tolerates in a way that is none": in_pods(
        also("spec.tolerations", {"key": "a", "operator": "Maybe", "effect": "NoSchedule"})
    ),
    "tolerates that something exists with a value": in_pods(
        also("spec.tolerations", {"key": "a", "operator": "Exists", "value": "b", "effect": "NoSchedule"})
    ),
    "tolerates for a time what evicts nobody": in_pods(
        also(
            "spec.tolerations",
            {"key": "a", "operator": "Exists", "effect": "NoSchedule", "tolerationSeconds": 5},
        )
    ),
    "wants a node by an operator that is none": in_pods(
        put(
            "spec.affinity",
            {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {"matchExpressions": [{"key": "a", "operator": "Is", "values": ["b"]}]}
                        ]
                    }
                }
            },
        )
    ),
    "spreads by nothing": in_pods(put("spec.topologySpreadConstraints.0.topologyKey", "")),
    "spreads with no skew": in_pods(put("spec.topologySpreadConstraints.0.maxSkew", 0)),
    "spreads in a way that is none": in_pods(
        put("spec.topologySpreadConstraints.0.whenUnsatisfiable", "Maybe")
    ),
    "has no container": in_pods(put("spec.containers", [])),
    "has a container twice": in_pods(twice("spec.containers")),
    "has a volume twice": in_pods(twice("spec.volumes")),
    "has a volume of two kinds": in_pods(
        also("spec.volumes", {"name": "both", "emptyDir": {}, "configMap": {"name": "a"}})
    ),
    "has a volume of no name": in_pods(also("spec.volumes", {"name": "", "emptyDir": {}})),
    "has a volume with a capital": in_pods(also("spec.volumes", {"name": "A", "emptyDir": {}})),
    "has a volume of a size that is none": in_pods(
        also("spec.volumes", {"name": "a", "emptyDir": {"sizeLimit": "much"}})
    ),
    "has a secret of no name": in_pods(also("spec.volumes", {"name": "a", "secret": {}})),
    "has a driver without a name": in_pods(also("spec.volumes", {"name": "a", "csi": {"readOnly": True}})),
    "has a label that is none": in_pods(put("metadata.labels", {"a b": "c"})),
    "has a field that nobody knows": in_pods(put("spec.anything", 1)),
    "pulls with a secret of no name": in_pods(also("spec.imagePullSecrets", {"name": "A b"})),
    "has a gate that is none": in_pods(also("spec.readinessGates", {"conditionType": "a b"})),
}
_CONTAINERS = {
    "is privileged": in_container(put("securityContext.privileged", True)),
    "may get more rights": in_container(put("securityContext.allowPrivilegeEscalation", True)),
    "keeps capabilities": in_container(put("securityContext.capabilities", {})),
    "adds a capability": in_container(put("securityContext.capabilities.add", ["NET_ADMIN"])),
    "has a user below 0": in_container(put("securityContext.runAsUser", -1)),
    "has no name": in_container(put("name", None)),
    "has a name with a capital": in_container(put("name", "Web")),
    "has no image": in_container(put("image", None)),
    "has an image of no name": in_container(put("image", "")),
    "has an image with a space": in_container(put("image", "a b")),
    "pulls in a way that is none": in_container(put("imagePullPolicy", "Sometimes")),
    "has a port too high": in_container(also("ports", {"containerPort": 70000})),
    "has a port's name that is too long": in_container(
        also("ports", {"containerPort": 99, "name": "a" * 16})
    ),
    "has a port's name with a capital": in_container(also("ports", {"containerPort": 99, "name": "Web"})),
    "has a port's name of digits": in_container(also("ports", {"containerPort": 99, "name": "99"})),
    "has a port's name twice": in_container(also("ports", {"containerPort": 99, "name": "http"})),
    "has a protocol that is none": in_container(also("ports", {"containerPort": 99, "protocol": "tcp"})),
    "has a port of the node": in_container(also("ports", {"containerPort": 99, "hostPort": 99})),
    "has a variable of no name": in_container(also("env", {"name": "", "value": "a"})),
    "has a variable with an equals sign": in_container(also("env", {"name": "A=B", "value": "a"})),
    "has a variable twice": in_container(twice("env")),
    "has a variable with value and source": in_container(
        also("env", {"name": "A", "value": "a", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}})
    ),
    "has a variable of a field that is none": in_container(
        also("env", {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nothing"}}})
    ),
    "has a variable of two sources": in_container(
        also(
            "env",
            {
                "name": "A",
                "valueFrom": {
                    "fieldRef": {"fieldPath": "metadata.name"},
                    "secretKeyRef": {"name": "a", "key": "b"},
                },
            },
        )
    ),
    "has variables of no source": in_container(also("envFrom", {"prefix": "A_"})),
    "asks for more than it may have": in_container(put("resources.requests.memory", "100Gi")),
    "asks for a quantity that is none": in_container(put("resources.requests.memory", "much")),
    "asks for less than nothing": in_container(put("resources.requests.cpu", "-1")),
    "asks for what nobody has": in_container(put("resources.requests.nothing", "1")),
    "asks for a device and has no limit": in_container(put("resources.requests", {"example.com/a": "1"})),
    "mounts a volume that is not there": in_container(also("volumeMounts", {"name": "a", "mountPath": "/a"})),
    "mounts twice at one place": in_container(twice("volumeMounts")),
    "mounts at a place with a colon": in_container(
        lambda it: it["volumeMounts"].append({**it["volumeMounts"][0], "mountPath": "/a:b"})
    ),
    "mounts a part that leads out": in_container(put("volumeMounts.0.subPath", "../a")),
    "is asked how it is in no way": in_container(put("livenessProbe", {"periodSeconds": 5})),
    "is asked how it is in two ways": in_container(put("livenessProbe.tcpSocket", {"port": 80})),
    "is asked how it is at a port that is not there": in_container(put("livenessProbe.httpGet.port", 0)),
    "is asked how it is with a name that is none": in_container(put("livenessProbe.httpGet.port", "a_b")),
    "is asked how it is at no path": in_container(put("livenessProbe.httpGet.path", "")),
    "is asked how it is every -1 seconds": in_container(put("livenessProbe.periodSeconds", -1)),
    "lives after two successes": in_container(put("livenessProbe.successThreshold", 2)),
    "ends with two hooks": in_container(
        put("lifecycle", {"preStop": {"sleep": {"seconds": 1}, "exec": {"command": ["a"]}}})
    ),
    "ends with a sleep that is too long": in_container(
        put("lifecycle", {"preStop": {"sleep": {"seconds": 9999}}})
    ),
    "works in a folder that is no text": in_container(put("workingDir", 1)),
    "writes why it ended to no absolute path": in_container(put("terminationMessagePolicy", "Somewhere")),
}


IN_PODS: tuple[Mistake, ...] = (
    *mistakes(_WORKLOADS, {f"a pod that {name}": change for name, change in _PODS.items()}),
    *mistakes(_WORKLOADS, {f"a container that {name}": change for name, change in _CONTAINERS.items()}),
)
