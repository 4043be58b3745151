"""An approved change in a process of its own, for a test that kills it some time: `python FILE KUBECONFIG HOME N`.

It says `ready` when the approval is in the record, and waits for a line before it goes on.
"""

import sys
from pathlib import Path

import anyio
from pydantic import JsonValue

from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.wiring import open_desk
from incident_mcp.workflow import changes, incidents

SERVER = Actor(role="server", name="a test", known_by="server")


async def main(kubeconfig: str, home: str, replicas: int) -> None:
    settings = load_settings(kubeconfig=kubeconfig, home=Path(home), allow_writes=True)
    desk = await open_desk(settings, {})
    found = await desk.record.current(None)
    name = found.id if found else str((await incidents.open_incident(desk, "killed", None, desk.person)).incident)
    wanted: dict[str, JsonValue] = {"kind": "Deployment", "namespace": "shop", "name": "checkout", "replicas": replicas}
    proposal = await changes.propose_to_ask(desk, "scale_workload", wanted, SERVER, incident=name)
    await desk.gate.ask(proposal, SERVER)
    await changes.take_answer(desk, proposal.plan, "accepted", "script", desk.person, asked=desk.clock())
    print(f"ready {proposal.plan.id}", flush=True)
    sys.stdin.readline()
    await desk.gate.execute(proposal.plan, SERVER)
    print("done", flush=True)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]))
