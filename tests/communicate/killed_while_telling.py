"""An approved update in a process of its own, for a test that kills it some time: `python FILE KUBECONFIG HOME N SLACK
PAGE`.

It says `ready` when the approval is in the record, and waits for a line before it goes on.
"""

import sys
from pathlib import Path

import anyio
from pydantic import JsonValue

from incident_mcp.communicate.places import SlackPlace, StatuspagePlace
from incident_mcp.settings import Settings, load_settings
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.wiring import open_desk
from incident_mcp.workflow import changes, incidents

SERVER = Actor(role="server", name="a test", known_by="server")


def settings_of(kubeconfig: str, home: Path, slack: str, page: str) -> Settings:
    token = home / "token"
    return load_settings(
        kubeconfig=kubeconfig,
        home=home,
        allow_writes=True,
        slack=SlackPlace(url=slack, channel="C1", token_file=token),
        statuspage=StatuspagePlace(url=page, page="page1", token_file=token),
    )


async def main(kubeconfig: str, home: str, number: str, slack: str, page: str) -> None:
    desk = await open_desk(settings_of(kubeconfig, Path(home), slack, page), {})
    found = await desk.record.current(None)
    name = found.id if found else str((await incidents.open_incident(desk, "killed", None, desk.person)).incident)
    impact = f"Trouble number {number}."
    wanted: dict[str, JsonValue] = {"status": "investigating", "impact": impact, "to": ["slack", "statuspage"]}
    proposal = await changes.propose_to_ask(desk, "post_update", wanted, SERVER, incident=name)
    await desk.gate.ask(proposal, SERVER)
    await changes.take_answer(desk, proposal.plan, "accepted", "script", desk.person, asked=desk.clock())
    print(f"ready {proposal.plan.id}", flush=True)
    sys.stdin.readline()
    await desk.gate.execute(proposal.plan, SERVER)
    print("done", flush=True)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5])
