"""Volume claims."""

from incident_mcp.investigate.kinds.kind import Kind

CLAIM_PENDING = Kind(
    "INC501",
    "claim-pending",
    "A volume claim is not bound",
    82,
    "The provisioner fails or is not there, or no volume fits; its event is quoted.",
    "Alert on claims such as {target} that stay pending",
)
CLAIM_LOST = Kind(
    "INC502", "claim-lost", "The volume of a claim is gone", 83, "Its data may be gone with it: look before you delete."
)
STORAGE_CLASS_MISSING = Kind(
    "INC503",
    "storage-class-missing",
    "A claim names a storage class that does not exist",
    84,
    "Or it names none, and no class is the default.",
    "Check the storage class of {target} before it is shipped",
)
CLAIM_MISSING = Kind(
    "INC504",
    "claim-missing",
    "A pod names a volume claim that does not exist",
    82,
    "A misspelled name, or a claim that was deleted.",
)
ALL = (CLAIM_PENDING, CLAIM_LOST, STORAGE_CLASS_MISSING, CLAIM_MISSING)
