"""All planned changes, in the order in which people reach for them."""

from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.mitigate.actions.rollback_workload import RollbackWorkload
from incident_mcp.mitigate.actions.scale_workload import ScaleWorkload
from incident_mcp.vocabulary.action import Action, Actions
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.policy import Policy

ACTIONS = (RollbackWorkload, ScaleWorkload)


def actions(api: Api, clock: Clock, policy: Policy) -> Actions:
    """The registry that the gate works with: each action bound to one cluster."""
    made: list[Action[Any]] = [RollbackWorkload(api, clock), ScaleWorkload(api, clock, policy)]
    return {action.name: action for action in made}
