"""All planned changes, in the order in which people reach for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incident_mcp.cluster.api import Api
from incident_mcp.mitigate.actions.cordon_node import CordonNode
from incident_mcp.mitigate.actions.evict_pod import EvictPod
from incident_mcp.mitigate.actions.pause_rollout import PauseRollout
from incident_mcp.mitigate.actions.redirect_traffic import RedirectTraffic
from incident_mcp.mitigate.actions.restart_workload import RestartWorkload
from incident_mcp.mitigate.actions.rollback_workload import RollbackWorkload
from incident_mcp.mitigate.actions.run_diagnostic import RunDiagnostic
from incident_mcp.mitigate.actions.scale_workload import ScaleWorkload
from incident_mcp.mitigate.actions.set_feature_flag import SetFeatureFlag
from incident_mcp.mitigate.actions.set_resources import SetResources
from incident_mcp.mitigate.actions.suspend_job import SuspendJob
from incident_mcp.mitigate.actions.undo_action import Earlier, UndoAction
from incident_mcp.vocabulary.action import Action, Actions
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.policy import PolicyNow

if TYPE_CHECKING:
    from incident_mcp.mitigate.flags.unleash import Unleash

ACTIONS = (
    RollbackWorkload,
    ScaleWorkload,
    RestartWorkload,
    PauseRollout,
    RedirectTraffic,
    SetFeatureFlag,
    SetResources,
    CordonNode,
    EvictPod,
    SuspendJob,
    RunDiagnostic,
    UndoAction,
)


def actions(api: Api, clock: Clock, policy: PolicyNow, earlier: Earlier, flags: Unleash | None = None) -> Actions:
    """The registry that the gate works with: each action bound to one cluster. `earlier` finds a plan of the record,
    `flags` is the feature-flag server, where there is one.
    """
    made: list[Action[Any]] = [
        RollbackWorkload(api, clock),
        ScaleWorkload(api, clock, policy),
        RestartWorkload(api, clock),
        PauseRollout(api, clock),
        RedirectTraffic(api, clock),
        SetFeatureFlag(api, clock, flags),
        SetResources(api, clock),
        CordonNode(api, clock),
        EvictPod(api, clock),
        SuspendJob(api, clock),
        RunDiagnostic(api, clock),
        UndoAction(api, clock, earlier),
    ]
    return {action.name: action for action in made}
