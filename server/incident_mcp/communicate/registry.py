"""The actions that tell somebody something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incident_mcp.communicate.actions.create_follow_ups import CreateFollowUps
from incident_mcp.communicate.actions.page import Page
from incident_mcp.communicate.actions.post_update import PostUpdate
from incident_mcp.communicate.switchboard import Switchboard
from incident_mcp.vocabulary.action import Action, Actions
from incident_mcp.vocabulary.clock import Clock

if TYPE_CHECKING:
    from incident_mcp.record.record import Record

ACTIONS = (Page, PostUpdate, CreateFollowUps)


def actions(record: Record, clock: Clock, board: Switchboard) -> Actions:
    """Each bound to one record and to the channels of one server."""
    made: list[Action[Any]] = [kind(record, clock, board) for kind in ACTIONS]
    return {action.name: action for action in made}
