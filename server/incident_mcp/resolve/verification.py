"""The judgement of a fix: each check with what was seen, the worst of them as the verdict, and one line of words."""

from datetime import timedelta

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value
from incident_mcp.vocabulary.verdict import Check, Kept, Verdict, overall


class Verification(Value):
    """`promise` says what became of a plan's promise; None without one, and as long as its time is not over."""

    target: Ref
    verdict: Verdict
    checks: tuple[Check, ...]
    promise: Kept | None = None
    ready_for: timedelta | None = None

    def with_more(self, checks: tuple[Check, ...]) -> "Verification":
        """The same with what was found beside the pods. What the plan promised was about them, and stays judged."""
        found = (*self.checks, *checks)
        return self.model_copy(update={"checks": found, "verdict": overall(found)})

    @property
    def headline(self) -> str:
        """`recovered, as promised`."""
        if self.promise is None:
            return str(self.verdict)
        late = self.verdict is Verdict.RECOVERED and self.promise is Kept.NOT_AS_PROMISED
        return f"{self.verdict}, {'later than promised' if late else self.promise}"

    @property
    def detail(self) -> str:
        """`3 of 3 ready for 10 s, no restart, 3 endpoints, no new error`; when it is not green, what is not."""
        if self.verdict is Verdict.RECOVERED:
            return ", ".join(check.seen for check in self.checks if check.seen)
        open_checks = [check for check in self.checks if check.verdict is self.verdict]
        return ", ".join(check.seen for check in open_checks if check.seen)
