"""To whom a question can be handed: each is an agent in the client, and a prompt of that name in `prompts/handoffs`."""

from typing import Literal, get_args

Specialist = Literal["devops-troubleshooter", "kubernetes-architect", "python-pro", "typescript-pro"]
SPECIALISTS: tuple[Specialist, ...] = get_args(Specialist)
