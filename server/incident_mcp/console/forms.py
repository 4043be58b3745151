"""What is said here: yes or no to a plan, that a declined one may be asked again, and stop.

Door c of the gate: the same door as the terminal's, with the same passphrase. Every form ends with the page it stood
on, which tells first how it went.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from incident_mcp.console.held import Held
from incident_mcp.console.reading_forms import form_of
from incident_mcp.console.sessions import Session
from incident_mcp.record.plans import PlanStory
from incident_mcp.text.cleaning import one_line
from incident_mcp.text.words import count
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.workflow.answered import approved_words, declined_words

Form = Mapping[str, str]
WHY = 200


class Forms:
    """Each method takes one form, from somebody who is in."""

    def __init__(self, held: Held) -> None:
        self._held = held

    async def approve(self, request: Request, session: Session) -> Response:
        async def said(plan: Plan, form: Form) -> str:
            name, typed = form.get("name", ""), form.get("typed", "").strip()
            ticks = (number for number in range(1, len(plan.question.boxes) + 1) if f"send_{number}" in form)
            chosen = tuple(ticks) if plan.question.boxes else None
            entry = await self._held.door.approve(plan, name, form.get("passphrase", ""), typed or None, chosen)
            return approved_words(plan, self._held.door.find(plan.id)[1], entry)

        return await self._with_passphrase(request, session, said)

    async def reopen(self, request: Request, session: Session) -> Response:
        async def said(plan: Plan, form: Form) -> str:
            entry = await self._held.door.reopen(plan, form.get("name", ""), form.get("passphrase", ""))
            return f"Recorded ({entry.id}): it may be asked again. Nothing is approved."

        return await self._with_passphrase(request, session, said)

    async def decline(self, request: Request, session: Session) -> Response:
        async def said(plan: Plan, told: PlanStory, _form: Form) -> str:
            entry = await self._held.door.decline(plan, self._held.person)
            return declined_words(plan, told, entry)

        return await self._of_a_plan(request, session, said)

    async def stop(self, request: Request, session: Session) -> Response:
        async def said(form: Form) -> str:
            halt = await self._held.source.stop(one_line(form.get("why", ""), WHY))
            under_way = "".join(
                f" Plan {plan.id} is under way and ends before its next write." for plan in halt.under_way
            )
            revoked = f"Stopped. {count(len(halt.revoked), 'plan')} revoked.{under_way}"
            return f"{revoked} A write that was sent already is not called back."

        return await self._said(request, session, said)

    async def _with_passphrase(
        self, request: Request, session: Session, say: Callable[[Plan, Form], Awaitable[str]]
    ) -> Response:
        async def said(plan: Plan, _told: PlanStory, form: Form) -> str:
            async with self._held.attempts.one():
                return await say(plan, form)

        return await self._of_a_plan(request, session, said)

    async def _of_a_plan(
        self, request: Request, session: Session, say: Callable[[Plan, PlanStory, Form], Awaitable[str]]
    ) -> Response:
        async def said(form: Form) -> str:
            plan, told = self._held.door.find(request.path_params["plan"])
            return await say(plan, told, form)

        return await self._said(request, session, said)

    async def _said(self, request: Request, session: Session, say: Callable[[Form], Awaitable[str]]) -> Response:
        form = await form_of(request)
        if not hmac.compare_digest(form.get("secret", "").encode(), session.secret.encode()):
            return PlainTextResponse("This form is not of a page of this session. Nothing was changed.", 403)
        try:
            session.tell("done", await say(form))
        except IncidentError as error:
            session.tell("failed", str(error))
        return RedirectResponse(self._back(form), 303)

    def _back(self, form: Form) -> str:
        """The incident's page that the form stood on, where there is such an incident."""
        name = form.get("incident", "")
        return f"/incidents/{name}" if name in self._held.journal.incidents() else "/"
