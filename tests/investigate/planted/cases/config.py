"""Configuration that is not there, or not as the program wants it."""

from typing import Any

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import Script, Told, crash, waiting
from tests.investigate.planted.objects import config_map, deployment, secret, served

API = "Deployment api"


def refused(why: str) -> Script:
    return waiting("CreateContainerConfigError", why, Told("Failed", f"Error: {why}", 6))


def unmounted(volume: str, why: str) -> Script:
    told = f'MountVolume.SetUp failed for volume "{volume}" : {why}'
    return waiting("ContainerCreating", "", Told("FailedMount", told, 7, container=""))


def _key(name: str, key: str, kind: str = "configMapKeyRef") -> dict[str, Any]:
    return {"env": [{"name": "DATABASE_URL", "valueFrom": {kind: {"name": name, "key": key}}}]}


def _volume(kind: str, **source: Any) -> dict[str, Any]:
    mount = {"volumeMounts": [{"name": "conf", "mountPath": "/etc/api"}]}
    return {"volumes": [{"name": "conf", kind: source}], "container": mount}


FAULTS = (
    Fault(
        "a ConfigMap that does not exist",
        ("missing-config", "ConfigMap api-config"),
        served(
            deployment(
                "api", refused('configmap "api-config" not found').name, container=_key("api-config", "database")
            )
        ),
        twins="config",
    ),
    Fault(
        "a Secret that does not exist",
        ("missing-config", "Secret api-config"),
        (
            config_map("api-config", database="postgres://db"),
            *served(
                deployment(
                    "api",
                    refused('secret "api-config" not found').name,
                    container=_key("api-config", "database", "secretKeyRef"),
                )
            ),
        ),
        twins="config",
    ),
    Fault(
        "a key that its ConfigMap lacks",
        ("missing-config", "ConfigMap api-config"),
        (
            config_map("api-config", databse="postgres://db"),
            *served(
                deployment(
                    "api",
                    refused("couldn't find key database in ConfigMap {namespace}/api-config").name,
                    container=_key("api-config", "database"),
                )
            ),
        ),
    ),
    Fault(
        "a volume of a Secret that does not exist",
        ("missing-config", "Secret api-tls"),
        served(
            deployment(
                "api", unmounted("conf", 'secret "api-tls" not found').name, **_volume("secret", secretName="api-tls")
            )
        ),
        twins="mount",
    ),
    Fault(
        "a volume of a ConfigMap without the key",
        ("missing-config", "ConfigMap api-conf"),
        (
            config_map("api-conf", other="x"),
            *served(
                deployment(
                    "api",
                    unmounted("conf", "references non-existent config key: app.yaml").name,
                    **_volume("configMap", name="api-conf", items=[{"key": "app.yaml", "path": "app.yaml"}]),
                )
            ),
        ),
        twins="mount",
    ),
    Fault(
        "a share that refuses the node",
        ("volume-mount", API),
        served(
            deployment(
                "api",
                unmounted(
                    "conf",
                    "mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs "
                    "nfs.example:/exports /var/lib/kubelet/pods/x/volumes/kubernetes.io~nfs/conf\nOutput: mount.nfs: "
                    "access denied by server while mounting nfs.example:/exports",
                ).name,
                **_volume("nfs", server="nfs.example", path="/exports"),
            )
        ),
        twins="mount",
    ),
    Fault(
        "a variable that the program wants",
        ("missing-environment", API),
        served(
            deployment(
                "api",
                crash(
                    """
                    Traceback (most recent call last):
                      File "/srv/api/main.py", line 9, in <module>
                        URL = os.environ["PAYMENT_URL"]
                      File "<frozen os>", line 714, in __getitem__
                    KeyError: 'PAYMENT_URL'
                    """
                ).name,
                container={"env": [{"name": "PAYMENTS_URL", "value": "http://payments"}]},
            )
        ),
        twins="crash",
    ),
    Fault(
        "a password that the database refuses",
        ("authentication-failed", API),
        (
            secret("api-db", PGPASSWORD="old"),
            *served(
                deployment(
                    "api",
                    crash(
                        'psycopg2.OperationalError: connection to server at "postgres" (10.96.4.2), port 5432 failed: '
                        'FATAL:  password authentication failed for user "api"'
                    ).name,
                    container={"envFrom": [{"secretRef": {"name": "api-db"}}]},
                )
            ),
        ),
        twins="crash",
    ),
)
