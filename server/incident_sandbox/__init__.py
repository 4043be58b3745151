"""An embedded Kubernetes cluster: a real HTTPS API on 127.0.0.1, pure Python, for a demo and for fast tests.

It knows nothing of incident-mcp. `serve_sandbox` starts one of the scenarios in `scenarios/`; what it serves is enough
for `kubectl`: reading, watching, logs, rollouts, scaling, patches, dry runs, access reviews. Its objects have a past,
and they behave.

Importing this package is cheap; the parts are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from incident_sandbox.api.audit import AuditRecord
    from incident_sandbox.clock import Clock, ManualClock, SystemClock
    from incident_sandbox.sandbox import Sandbox, serve_sandbox
    from incident_sandbox.scenario import scenario_names

_HOMES = {
    "AuditRecord": "api.audit",
    "Clock": "clock",
    "ManualClock": "clock",
    "Sandbox": "sandbox",
    "SystemClock": "clock",
    "scenario_names": "scenario",
    "serve_sandbox": "sandbox",
}
__all__ = ["AuditRecord", "Clock", "ManualClock", "Sandbox", "SystemClock", "scenario_names", "serve_sandbox"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
