"""The systemd unit of the executor, with as little of the machine as it needs.

`PrivateUsers` is left out on purpose: with it every peer on the socket would look like nobody.
"""

import shlex

from incident_mcp.cli.separated.layout import Layout

_UNIT = """\
[Unit]
Description=incident-mcp executor: writes to the cluster what a person has approved, and nothing else
Wants=network-online.target
After=network-online.target
ConditionPathExists={kubeconfig}

[Service]
User={user}
Group={user}
Environment=INCIDENT_SETTINGS={settings}
ExecStart={program} executor
Restart=on-failure
RestartSec=2
RuntimeDirectory={run}
RuntimeDirectoryMode=0755
WorkingDirectory={state}
ReadWritePaths={state}
UMask=0077
LimitCORE=0

AmbientCapabilities=
CapabilityBoundingSet=
KeyringMode=private
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources

[Install]
WantedBy=multi-user.target
"""


def unit(layout: Layout) -> str:
    return _UNIT.format(
        kubeconfig=layout.kubeconfig,
        user=layout.user,
        settings=layout.settings,
        program=shlex.join(layout.program),
        run=layout.run.name,
        state=layout.state,
    )
