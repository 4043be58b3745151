"""What operators report, and objects other than pods that finalizers hold."""

from incident_mcp.vocabulary.report_seen import LeavingSeen, ReportSeen
from tests.investigate.faults.fault import Fault
from tests.investigate.observations import at, observation, ref

FAULTS = [
    Fault(
        observation(
            ReportSeen(
                ref=ref("ScaledObject", "api"), field="condition Ready", says="False", reason="ScaledObjectCheckFailed"
            )
        ),
        "operator-reports",
        ref("ScaledObject", "api"),
        "its operator says condition Ready False (ScaledObjectCheckFailed)",
        "warning",
    ),
    Fault(
        observation(
            ReportSeen(
                ref=ref("CatalogSource", "ours"), field="lastObservedState", says="TRANSIENT_FAILURE", serves=False
            )
        ),
        "operator-reports",
        ref("CatalogSource", "ours"),
        "its operator says lastObservedState TRANSIENT_FAILURE",
        "notice",
    ),
    Fault(
        observation(
            LeavingSeen(
                ref=ref("Service", "api"),
                deleted=at("02:00:00"),
                finalizers=("service.kubernetes.io/load-balancer-cleanup",),
            ),
            LeavingSeen(ref=ref("Service", "shop"), deleted=at("02:13:50"), finalizers=("example.com/later",)),
        ),
        "stuck-terminating",
        ref("Service", "api"),
        "it was deleted at 02:00:00 UTC: finalizer service.kubernetes.io/load-balancer-cleanup holds it",
        "warning",
    ),
]
