"""What may be done and how it must be approved. The default is an object like any other, so *protected* and
*high risk* mean something before anybody writes a policy file.
"""

from datetime import timedelta

from incident_mcp.vocabulary.value import Value


class Policy(Value):
    """Limits of the human gate. Durations are how long a plan, and a question about it, stay good."""

    protected_namespaces: tuple[str, ...] = ("kube-system", "kube-public", "kube-node-lease")
    plan_life: timedelta = timedelta(minutes=10)
    question_life: timedelta = timedelta(minutes=30)
    """Longer than the plan's, so that a late yes reaches the gate and is refused there, with words."""
    largest_scale: int = 1000
    """More replicas than this in one call is taken for a slip of the hand."""
    largest_scale_factor: float = 10.0
