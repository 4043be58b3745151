"""All planned changes, in the order in which people reach for them."""

from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.mitigate.actions.cordon_node import CordonNode
from incident_mcp.mitigate.actions.evict_pod import EvictPod
from incident_mcp.mitigate.actions.pause_rollout import PauseRollout
from incident_mcp.mitigate.actions.restart_workload import RestartWorkload
from incident_mcp.mitigate.actions.rollback_workload import RollbackWorkload
from incident_mcp.mitigate.actions.scale_workload import ScaleWorkload
from incident_mcp.mitigate.actions.set_resources import SetResources
from incident_mcp.mitigate.actions.suspend_job import SuspendJob
from incident_mcp.mitigate.actions.undo_action import Earlier, UndoAction
from incident_mcp.vocabulary.action import Action, Actions
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.policy import PolicyNow

ACTIONS = (
    RollbackWorkload,
    ScaleWorkload,
    RestartWorkload,
    PauseRollout,
    SetResources,
    CordonNode,
    EvictPod,
    SuspendJob,
    UndoAction,
)


def actions(api: Api, clock: Clock, policy: PolicyNow, earlier: Earlier) -> Actions:
    """The registry that the gate works with: each action bound to one cluster. `earlier` finds a plan of the record."""
    made: list[Action[Any]] = [
        RollbackWorkload(api, clock),
        ScaleWorkload(api, clock, policy),
        RestartWorkload(api, clock),
        PauseRollout(api, clock),
        SetResources(api, clock),
        CordonNode(api, clock),
        EvictPod(api, clock),
        SuspendJob(api, clock),
        UndoAction(api, clock, earlier),
    ]
    return {action.name: action for action in made}
