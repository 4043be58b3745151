"""The lines with which an administrator of the cluster gives both sides their credentials.

They are shown and never run by `init`: they use the administrator's own kubeconfig, which belongs neither to root nor
to the assistant's user. The token travels through a pipe and `tokenFile`, never in a command's words, where every user
of the machine could read it.
"""

from pathlib import Path

from incident_mcp.cli.checkup.rbac import FILES, folder
from incident_mcp.cli.separated.layout import Layout

READER = Path(".kube/incident-mcp")
"""The reading kubeconfig, below the home of the assistant's user."""
_APPLY = "kubectl apply {files}"
_ACCOUNT_TOKEN = """\
kubectl apply -f - <<'END'
apiVersion: v1
kind: Secret
metadata:
  name: {account}
  namespace: incident-mcp
  annotations: {{kubernetes.io/service-account.name: {account}}}
type: kubernetes.io/service-account-token
END
"""  # noqa: S105 - it says how to make a token, and holds none
_KUBECONFIG = """\
new=$(mktemp)
kubectl config view --minify --flatten --raw >"$new"
kubectl --kubeconfig "$new" config unset users
kubectl --kubeconfig "$new" config set users.{account}.tokenFile {token}
kubectl --kubeconfig "$new" config set-context --current --user={account}
sudo install -m 0600 -o {owner} "$new" {kubeconfig}
rm "$new"
kubectl -n incident-mcp wait --for='jsonpath={{.data.token}}' --timeout=30s secret/{account}
kubectl -n incident-mcp get secret {account} -o 'jsonpath={{.data.token}}' | base64 -d |
  sudo install -m 0600 -o {owner} /dev/stdin {token}"""


def manifests() -> str:
    """Both roles and their accounts, as they ship."""
    return _APPLY.format(files=" ".join(f"-f {folder() / file}" for file in FILES))


def writer(layout: Layout) -> str:
    """The executor's kubeconfig, with the account that may write."""
    return _credentials("incident-mcp-writer", layout.user, layout.kubeconfig, layout.token)


def reader(assistant: str, home: Path) -> str:
    """The assistant's kubeconfig, with the account that only reads."""
    kubeconfig = home / READER
    made = f"sudo install -d -m 0700 -o {assistant} {kubeconfig.parent}\n"
    return made + _credentials("incident-mcp-reader", assistant, kubeconfig, kubeconfig.with_suffix(".token"))


def _credentials(account: str, owner: str, kubeconfig: Path, token: Path) -> str:
    lines = _ACCOUNT_TOKEN + _KUBECONFIG
    return lines.format(account=account, owner=owner, kubeconfig=kubeconfig, token=token)
