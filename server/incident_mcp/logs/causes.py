"""The stable words for what a log line means. Findings use the same words for the same things."""

from typing import Literal

LogCause = Literal[
    "missing-environment",
    "connection-refused",
    "name-not-resolved",
    "out-of-memory",
    "pool-exhausted",
    "certificate-invalid",
    "authentication-failed",
    "access-denied",
    "permission-denied",
    "disk-full",
    "too-many-open-files",
    "deadline-exceeded",
    "tls-required",
    "rate-limited",
    "upstream-failing",
    "read-only-file-system",
    "disk-failing",
    "ports-exhausted",
    "address-in-use",
    "deadlock",
    "migration-failed",
    "missing-configuration",
    "panic",
    "bad-command",
]
