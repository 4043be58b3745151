"""The command line of each program of a control plane. Why a flag is there is said only where it surprises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CONF = Path(__file__).with_name("conf")
LOCAL = "127.0.0.1"
NODE_GRACE_SECONDS = 16  # after this a node that is silent counts as dead (Kubernetes' default is 50)
LEASE_SECONDS = 8
DEAD_NODE_LABEL = "lab/dead"  # a node with this label is left alone by kwok, and so dies

Command = list[str]


@dataclass(frozen=True)
class Ports:
    etcd: int
    etcd_peer: int
    apiserver: int
    kubelet: int
    metrics: int


@dataclass(frozen=True)
class Layout:
    """Where things are: programs to run, and the folder of this run with certificates, state and logs."""

    programs: Path
    folder: Path
    ports: Ports

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def audit_log(self) -> Path:
        return self.folder / "audit.log"

    def has(self, program: str) -> bool:
        return (self.programs / program).exists()

    def _program(self, name: str) -> str:
        return str(self.programs / name)

    def etcd(self) -> Command:
        client, peer = (f"http://{LOCAL}:{port}" for port in (self.ports.etcd, self.ports.etcd_peer))
        return [
            self._program("etcd"),
            f"--data-dir={self.folder / 'etcd'}",
            "--unsafe-no-fsync",
            "--log-level=warn",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
        ]

    def apiserver(self) -> Command:
        here = self.folder
        command = [
            self._program("kube-apiserver"),
            f"--etcd-servers=http://{LOCAL}:{self.ports.etcd}",
            f"--bind-address={LOCAL}",
            f"--secure-port={self.ports.apiserver}",
            "--advertise-address=192.0.2.1",  # endpoints refuse loopback addresses
            "--service-cluster-ip-range=10.96.0.0/16",
            "--allow-privileged",
            "--authorization-mode=Node,RBAC",
            f"--client-ca-file={here}/ca.crt",
            f"--tls-cert-file={here}/server.crt",
            f"--tls-private-key-file={here}/server.key",
            f"--service-account-key-file={here}/service-accounts.pub",
            f"--service-account-signing-key-file={here}/service-accounts.key",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--kubelet-client-certificate={here}/kubelet-client.crt",
            f"--kubelet-client-key={here}/kubelet-client.key",
            f"--kubelet-certificate-authority={here}/ca.crt",
            "--kubelet-preferred-address-types=InternalIP",  # the default would look up the node's name
            f"--requestheader-client-ca-file={here}/front-ca.crt",
            "--requestheader-allowed-names=front-proxy-client",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            f"--proxy-client-cert-file={here}/front-proxy.crt",
            f"--proxy-client-key-file={here}/front-proxy.key",
            f"--audit-policy-file={CONF / 'audit.yaml'}",
            f"--audit-log-path={self.audit_log}",
            "--audit-log-mode=blocking",
        ]
        if not self.has("kube-controller-manager"):  # nobody makes the accounts that this plugin asks for
            command.append("--disable-admission-plugins=ServiceAccount")
        return command

    def controller_manager(self) -> Command:
        return [
            self._program("kube-controller-manager"),
            f"--kubeconfig={self.folder}/system-kube-controller-manager.kubeconfig",
            f"--service-account-private-key-file={self.folder}/service-accounts.key",
            f"--root-ca-file={self.folder}/ca.crt",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            "--secure-port=0",
            f"--node-monitor-grace-period={NODE_GRACE_SECONDS}s",
            "--node-monitor-period=2s",
            "--kube-api-qps=500",  # with the usual 20 it takes 5 s to make the accounts of all its controllers
            "--kube-api-burst=1000",
        ]

    def scheduler(self) -> Command:
        return [
            self._program("kube-scheduler"),
            f"--kubeconfig={self.folder}/system-kube-scheduler.kubeconfig",
            "--leader-elect=false",
            "--secure-port=0",
        ]

    def kwok(self) -> Command:
        return [
            self._program("kwok"),
            f"--kubeconfig={self.folder}/kwok.kubeconfig",
            "--enable-crds=Stage,Metric,Exec,ClusterExec,Logs,ClusterLogs,ResourceUsage,ClusterResourceUsage",
            f"--manage-nodes-with-label-selector=!{DEAD_NODE_LABEL}",
            f"--node-lease-duration-seconds={LEASE_SECONDS}",  # 0 would mean no leases, and nodes go Unknown
            "--cidr=10.244.0.0/16",
            f"--node-ip={LOCAL}",
            f"--node-port={self.ports.kubelet}",
            f"--server-address={LOCAL}:{self.ports.kubelet}",
            f"--tls-cert-file={self.folder}/kubelet.crt",
            f"--tls-private-key-file={self.folder}/kubelet.key",
        ]

    def metrics_server(self) -> Command:
        kubeconfig = self.folder / "metrics-server.kubeconfig"
        return [
            self._program("metrics-server"),
            f"--kubeconfig={kubeconfig}",
            f"--authentication-kubeconfig={kubeconfig}",
            f"--authorization-kubeconfig={kubeconfig}",
            f"--bind-address={LOCAL}",
            f"--secure-port={self.ports.metrics}",
            f"--tls-cert-file={self.folder}/metrics-server.crt",
            f"--tls-private-key-file={self.folder}/metrics-server.key",
            "--kubelet-preferred-address-types=InternalIP",
            "--kubelet-use-node-status-port",
            f"--kubelet-certificate-authority={self.folder}/ca.crt",
            "--metric-resolution=10s",
            "--kubelet-request-timeout=5s",  # it panics unless this is less than the resolution
        ]
