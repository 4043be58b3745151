"""The hash that names ReplicaSets and ControllerRevisions after their template, in Kubernetes' safe alphabet.

The real one hashes Go's memory layout of the template; here it is the template's canonical JSON. Both are FNV-1a.
"""

from __future__ import annotations

import json
from typing import Any

from incident_sandbox.writes.writer import ALPHABET


def template_hash(template: Any, collisions: int | None = None) -> str:
    """Up to ten letters and digits; the same for equal templates."""
    text = json.dumps([template, collisions], sort_keys=True, separators=(",", ":"))
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    # rand.SafeEncodeString: the character code of each decimal digit picks a letter.
    return "".join(ALPHABET[ord(digit) % len(ALPHABET)] for digit in str(value))
